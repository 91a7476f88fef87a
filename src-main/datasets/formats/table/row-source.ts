/** Tables of any kind as rows of texts. */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { readRows, shapeOf } from '../../tables/table-lines.ts';
import type { OnBroken } from '../../tables/table-lines.ts';

/** Parts a cell that was a list in the table itself (Parquet); no text holds it. */
export const LIST_SEPARATOR = '\u001f';

export interface RowSource {
  readonly path: string;
  /** What rows are counted in: "Line 7", or "Row 7" in Excel and Parquet. */
  readonly unit: 'Line' | 'Row';
  /** Names of the columns where the table keeps them apart from its rows (Parquet); null: the first row may name them. */
  readonly columns: readonly string[] | null;
  /** The first rows, some hundreds of them at least, if there are so many. */
  readonly head: readonly TableRow[];
  /** How many rows there may be, roughly. */
  readonly about: number;
  /** All rows, many at a time. May be called again. @throws SteadygazeError `data-unreadable` */
  batches(onBroken: OnBroken): AsyncIterable<readonly TableRow[]>;
}

/** What a table's name must end in. */
const TABLE_NAME = /\.(csv|tsv|tab|txt|xlsx|parquet)$/i;
export const isTableName = (path: string): boolean => TABLE_NAME.test(path);

/** Spreadsheets that no library here reads. */
export const isForeignTable = (path: string): boolean => /\.(xls|xlsb|xlsm|ods|numbers)$/i.test(path);

const HEAD_BYTES = 256 * 1024;

export interface Sheets {
  /** Names of the sheets of an Excel file; none for other tables. */
  readonly sheets: readonly string[];
  /** @throws SteadygazeError `data-unreadable` */
  readonly open: (sheet: string) => Promise<RowSource>;
}

/** @throws SteadygazeError `data-unreadable` */
export async function openSheets(tree: FileTree, path: string): Promise<Sheets> {
  if (/\.xlsx$/i.test(path)) {
    const { readWorkbook } = await import('./excel-rows.ts');
    const sheets = await readWorkbook(tree, path);
    return {
      sheets: sheets.map(({ name }) => name),
      open: (sheet) => Promise.resolve(sourceInMemory(path, sheets.find(({ name }) => name === sheet)?.rows ?? [])),
    };
  }
  if (/\.parquet$/i.test(path)) {
    const { openParquetRows } = await import('./parquet-rows.ts');
    return { sheets: [], open: () => openParquetRows(tree, path) };
  }
  return { sheets: [], open: () => openTextRows(tree, path) };
}

/** Rows that are in the memory already. */
function sourceInMemory(path: string, rows: readonly TableRow[]): RowSource {
  return {
    path,
    unit: 'Row',
    columns: null,
    head: rows.slice(0, 2000),
    about: rows.length,
    async *batches() {
      for (let at = 0; at < rows.length; at += 5000) yield await Promise.resolve(rows.slice(at, at + 5000));
    },
  };
}

async function openTextRows(tree: FileTree, path: string): Promise<RowSource> {
  const bytes = await tree.readRange(path, 0, HEAD_BYTES);
  // Zip archives and Parquet, whatever they are called.
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === 'PK\u0003\u0004' || magic === 'PAR1') {
    throw new SteadygazeError('data-unreadable', `${path}: this is no table of text.`, 'Give it its right extension.');
  }
  const shape = shapeOf(bytes, /\.txt$/i.test(path));
  const head: TableRow[] = [];
  const size = (await tree.stamp(path))?.size ?? bytes.length;
  const whole = bytes.length >= size;
  // The last line is cut off in the middle where the file goes on.
  const lastLine = whole ? bytes.length : Math.max(bytes.lastIndexOf(shape.lineEnd.charCodeAt(0)), 0);
  for await (const rows of readRows([bytes.subarray(0, lastLine)], shape, () => undefined)) head.push(...rows);
  return {
    path,
    unit: 'Line',
    columns: null,
    head,
    about: Math.round((head.length * size) / Math.max(lastLine, 1)),
    async *batches(onBroken) {
      try {
        yield* readRows(tree.stream(path), shape, onBroken);
      } catch (error) {
        if (error instanceof SteadygazeError) throw error;
        throw new SteadygazeError('data-unreadable', `${path}: ${reasonOfSystem(error)}`);
      }
    },
  };
}

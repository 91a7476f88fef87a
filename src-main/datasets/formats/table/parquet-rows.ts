/** A table in a Parquet file: all of its columns that hold texts, numbers or lists of them. */
import type { FileTree } from '../../trees/file-tree.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { openParquet } from '../parquet/parquet-file.ts';
import type { ParquetFile } from '../parquet/parquet-file.ts';
import { LIST_SEPARATOR } from './row-source.ts';
import type { RowSource } from './row-source.ts';

const HEAD_ROWS = 1000;

/** @throws SteadygazeError `data-unreadable` */
export const openParquetRows = async (tree: FileTree, path: string): Promise<RowSource> =>
  openSource(await openParquet(tree, path));

/** The columns of a file that are no pictures. @throws SteadygazeError `data-unreadable` */
export async function openSource(file: ParquetFile): Promise<RowSource & { readonly columns: readonly string[] }> {
  const used = file.columns.filter(({ kind }) => kind === 'text' || kind === 'number' || kind === 'list');
  const columns = used.map(({ name }) => name);
  const first = Math.min(HEAD_ROWS, file.groupStarts.find((start) => start > 0) ?? 0);
  return {
    path: file.path,
    unit: 'Row',
    columns,
    head: columns.length === 0 ? [] : await rowsOf(file, columns, 0, first),
    about: file.rowCount,
    async *batches() {
      for (const [i, start] of file.groupStarts.slice(0, -1).entries()) {
        yield await rowsOf(file, columns, start, file.groupStarts[i + 1]);
      }
    },
  };
}

async function rowsOf(file: ParquetFile, columns: readonly string[], start: number, end: number): Promise<TableRow[]> {
  const rows = start < end ? await file.read(columns, start, end) : [];
  return rows.map((row, i) => ({ cells: columns.map((name) => textOf(row[name])), line: start + i + 1 }));
}

/** A value of a Parquet file as the text that a table of text would hold. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(textOf).join(LIST_SEPARATOR);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : '';
}

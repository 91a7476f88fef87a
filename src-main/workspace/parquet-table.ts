/** Typed tables as Parquet files (parquet.apache.org): pandas, DuckDB and R open them without us. */
import { readFile } from 'node:fs/promises';
import { parquetMetadata, parquetRead, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';

interface ColumnTypes {
  readonly STRING: string;
  /** 32-bit signed. */
  readonly INT32: number;
  /** 64-bit float: what a number was is what it is read back as. */
  readonly DOUBLE: number;
  readonly BOOLEAN: boolean;
}
type ColumnType = keyof ColumnTypes;

/** The columns of a table whose rows are `Row`, in their order in the file. */
export type TableColumns<Row> = { readonly [K in keyof Row]-?: TypeOf<Row[K]> };
type TypeOf<Value> = { [T in ColumnType]: Value extends ColumnTypes[T] ? T : never }[ColumnType];

/** Writes the rows in their order, one Parquet column a field, none of them nullable. Atomic. */
export async function writeTable<Row extends object>(
  path: string,
  rows: readonly Row[],
  columns: TableColumns<Row>,
): Promise<void> {
  const columnData = columnList(columns).map(([name, type]) => ({
    name,
    type,
    nullable: false,
    data: rows.map((row) => row[name as keyof Row]),
  }));
  const buffer = parquetWriteBuffer({ columnData, createdBy: 'steadygaze' });
  await writeFileAtomic(path, new Uint8Array(buffer));
}

/**
 * The rows of a table, in their order; columns that are not asked for are left out.
 * @param optional columns that a table may lack; then its rows lack them too
 * @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged or another table
 */
export async function readTable<Row extends object>(
  path: string,
  columns: TableColumns<Row>,
  optional: Readonly<Record<string, ColumnType>> = {},
): Promise<Row[]> {
  const bytes = await readTableFile(path);
  const wanted = columnList(columns);
  let rows: Record<string, unknown>[];
  try {
    const file = new Uint8Array(bytes).buffer;
    const extra = Object.entries(optional);
    if (extra.length > 0) {
      const present = new Set(parquetMetadata(file).schema.map(({ name }) => name));
      wanted.push(...extra.filter(([name]) => present.has(name)));
    }
    rows = await parquetReadObjects({ file, columns: wanted.map(([name]) => name) });
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
  for (const [name, type] of wanted) {
    const expected = type === 'STRING' ? 'string' : type === 'BOOLEAN' ? 'boolean' : 'number';
    const bad = rows.findIndex((row) => typeof row[name] !== expected);
    if (bad >= 0) throw damaged(path, `row ${bad}, column ${name} is no ${expected}`);
  }
  // Every field was just checked against its column.
  return rows as Row[];
}

async function readTableFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `This table does not exist: ${path}`, 'It is written when a round ends.');
  }
}

/** Columns of a table: texts as they are, numbers as 64-bit floats, truth as 0 and 1. */
export type TableColumnData<Columns> = {
  readonly [K in keyof Columns]: Columns[K] extends 'STRING' ? readonly string[] : Float64Array;
};

/**
 * Some columns of a table, without making an object of every row: ten times as fast for a long table.
 * @param optional columns that a table may lack; then they are not there
 * @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged or another table
 */
export async function readColumns<
  const Columns extends Readonly<Record<string, ColumnType>>,
  const Optional extends Readonly<Record<string, ColumnType>> = Record<never, never>,
>(
  path: string,
  columns: Columns,
  optional?: Optional,
): Promise<TableColumnData<Columns> & Partial<TableColumnData<Optional>>> {
  const file = new Uint8Array(await readTableFile(path)).buffer;
  const wanted = [...Object.entries(columns), ...presentOf(path, file, optional)];
  const chunks = new Map(wanted.map(([name]) => [name, [] as ColumnChunk[]]));
  try {
    await parquetRead({
      file,
      columns: wanted.map(([name]) => name),
      onChunk: ({ columnName, columnData, rowStart }) => {
        chunks.get(columnName)?.push({ values: columnData as ArrayLike<unknown>, start: rowStart });
      },
    });
    const joined = wanted.map(([name, type]) => [name, joinedColumn(name, chunks.get(name) ?? [], type)] as const);
    const [length] = joined.map(([, column]) => column.length);
    if (joined.some(([, column]) => column.length !== length)) throw new RangeError('columns of several lengths');
    // Every column was just made of the type that its name has in `columns`.
    return Object.fromEntries(joined) as unknown as TableColumnData<Columns> & Partial<TableColumnData<Optional>>;
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

/** Those of the optional columns that the file has. @throws SteadygazeError `study-corrupt` */
function presentOf(
  path: string,
  file: ArrayBuffer,
  optional: Readonly<Record<string, ColumnType>> = {},
): [string, ColumnType][] {
  const extra = Object.entries(optional);
  if (extra.length === 0) return [];
  try {
    const present = new Set(parquetMetadata(file).schema.map(({ name }) => name));
    return extra.filter(([name]) => present.has(name));
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

/** A part of a column, from the row `start` on. */
interface ColumnChunk {
  readonly values: ArrayLike<unknown>;
  readonly start: number;
}

function joinedColumn(
  name: string,
  chunks: readonly ColumnChunk[],
  type: ColumnType,
): readonly string[] | Float64Array {
  const expected = type === 'STRING' ? 'string' : type === 'BOOLEAN' ? 'boolean' : 'number';
  const length = chunks.reduce((sum, { values }) => sum + values.length, 0);
  const refuse = (row: number): never => {
    throw new TypeError(`row ${row}, column ${name} is no ${expected}`);
  };
  // Two loops of one type each: one loop of all types takes three times as long.
  if (type === 'STRING') {
    const texts = new Array<string>(length);
    for (const { values, start } of chunks) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        texts[start + i] = typeof value === 'string' ? value : refuse(start + i);
      }
    }
    return texts;
  }
  const numbers = new Float64Array(length);
  for (const { values, start } of chunks) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value === 'number' && type !== 'BOOLEAN') numbers[start + i] = value;
      else if (typeof value === 'boolean' && type === 'BOOLEAN') numbers[start + i] = value ? 1 : 0;
      else refuse(start + i);
    }
  }
  return numbers;
}

function columnList<Row>(columns: TableColumns<Row>): [string, ColumnType][] {
  return Object.entries<ColumnType>(columns as Record<string, ColumnType>);
}

/** What is said of a table that cannot be used. */
export function damaged(path: string, details: string): SteadygazeError {
  return new SteadygazeError(
    'study-corrupt',
    `This table is damaged: ${path}`,
    'Put back a copy of the file, or run this arm again.',
    details,
  );
}

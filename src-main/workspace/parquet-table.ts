/** Typed tables as Parquet files (parquet.apache.org): pandas, DuckDB and R open them without us. */
import { readFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
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
 * @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged or another table
 */
export async function readTable<Row extends object>(path: string, columns: TableColumns<Row>): Promise<Row[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `This table does not exist: ${path}`, 'It is written when a round ends.');
  }
  const wanted = columnList(columns);
  let rows: Record<string, unknown>[];
  try {
    const file = new Uint8Array(bytes).buffer;
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

function columnList<Row>(columns: TableColumns<Row>): [string, ColumnType][] {
  return Object.entries<ColumnType>(columns as Record<string, ColumnType>);
}

function damaged(path: string, details: string): SteadygazeError {
  return new SteadygazeError(
    'study-corrupt',
    `This table is damaged: ${path}`,
    'Put back a copy of the file, or run this arm again.',
    details,
  );
}

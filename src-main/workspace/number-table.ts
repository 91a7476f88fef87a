/** Tables of one picture a row, whatever their columns are: an id and numbers, as Parquet files. */
import { readFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';

export interface NumberTable {
  readonly ids: readonly string[];
  /** Each as long as `ids`; NaN where nothing was measured. */
  readonly columns: Readonly<Record<string, Float32Array>>;
}

/** Writes the column `id` and then the columns of numbers, in their order. Atomic. */
export async function writeNumberTable(path: string, { ids, columns }: NumberTable): Promise<void> {
  const numbers = Object.entries(columns);
  const wrong = numbers.find(([, values]) => values.length !== ids.length);
  if (wrong !== undefined) throw new RangeError(`the column ${wrong[0]} is not as long as the ids`);
  const columnData = [
    { name: 'id', type: 'STRING' as const, nullable: false, data: [...ids] },
    ...numbers.map(([name, data]) => ({ name, type: 'FLOAT' as const, nullable: false, data })),
  ];
  await writeFileAtomic(path, new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'steadygaze' })));
}

/** @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged or another table */
export async function readNumberTable(path: string): Promise<NumberTable> {
  const rows = await readRows(path);
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'id');
  const bad = rows.findIndex(
    (row) => typeof row['id'] !== 'string' || names.some((name) => typeof row[name] !== 'number'),
  );
  if (bad >= 0) throw damaged(path, `row ${bad} is not an id and numbers`);
  return {
    ids: rows.map((row) => row['id'] as string),
    columns: Object.fromEntries(names.map((name) => [name, Float32Array.from(rows, (row) => row[name] as number)])),
  };
}

async function readRows(path: string): Promise<Record<string, unknown>[]> {
  try {
    const bytes = await readFile(path);
    return await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new SteadygazeError('not-found', `This table does not exist: ${path}`, 'Measure the run again.');
    }
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

function damaged(path: string, details: string): SteadygazeError {
  return new SteadygazeError('study-corrupt', `This table is damaged: ${path}`, 'Measure the run again.', details);
}

/**
 * What the figures of a run are means of, one row a measured picture: `per-picture.parquet`. Two
 * runs of one study have the same rows in the same order, so that they can be compared in pairs.
 */
import { join } from 'node:path';
import { readTable, writeTable } from './parquet-table.ts';
import type { TableColumns } from './parquet-table.ts';

export interface PerPictureFigures {
  readonly correct: Float32Array;
  readonly mixedSame: Float32Array;
  readonly mixedRand: Float32Array;
  readonly maxboxacc: Float32Array;
  readonly maxboxaccV2: Float32Array;
  readonly iou: Float32Array;
  readonly pointing: Float32Array;
  readonly energy: Float32Array;
}

type Row = { readonly id: string } & { readonly [K in keyof PerPictureFigures]: number };

/** NaN where a picture was not measured. */
const COLUMNS: TableColumns<Row> = {
  id: 'STRING',
  correct: 'DOUBLE',
  mixedSame: 'DOUBLE',
  mixedRand: 'DOUBLE',
  maxboxacc: 'DOUBLE',
  maxboxaccV2: 'DOUBLE',
  iou: 'DOUBLE',
  pointing: 'DOUBLE',
  energy: 'DOUBLE',
};
const NAMES = (Object.keys(COLUMNS) as (keyof Row)[]).filter((name): name is keyof PerPictureFigures => name !== 'id');

const file = (run: string): string => join(run, 'per-picture.parquet');

/** @param ids of the measured pictures, in the order of the columns */
export async function writePerPicture(run: string, ids: readonly string[], figures: PerPictureFigures): Promise<void> {
  const rows = ids.map((id, i) => {
    const values = Object.fromEntries(NAMES.map((name) => [name, figures[name][i]])) as Omit<Row, 'id'>;
    return { id, ...values };
  });
  await writeTable(file(run), rows, COLUMNS);
}

/** @throws SteadygazeError `not-found` where the run was not evaluated, `study-corrupt` when damaged */
export async function readPerPicture(run: string): Promise<PerPictureFigures> {
  const rows = await readTable(file(run), COLUMNS);
  const column = (name: keyof PerPictureFigures) => Float32Array.from(rows, (row) => row[name]);
  return {
    correct: column('correct'),
    mixedSame: column('mixedSame'),
    mixedRand: column('mixedRand'),
    maxboxacc: column('maxboxacc'),
    maxboxaccV2: column('maxboxaccV2'),
    iou: column('iou'),
    pointing: column('pointing'),
    energy: column('energy'),
  };
}

/** The figures of another program's heatmaps and predictions as files. */
import { join } from 'node:path';
import type { OutsideLocalization } from '../../evaluation/outside-maps.ts';
import type { OutsidePredictions } from '../../evaluation/outside-predictions.ts';
import { writeFileAtomic, writeJsonAtomic } from '../../workspace/atomic-file.ts';
import { writeTable } from '../../workspace/parquet-table.ts';
import type { TableColumns } from '../../workspace/parquet-table.ts';
import { csvText } from '../../reports/csv.ts';
import { writingInto } from '../out-folder.ts';
import type { OutsideResult } from './outside-figures.ts';

/** What is known of every picture. */
export interface PerPictureInput {
  readonly indices: readonly number[];
  /** Path, or empty. */
  readonly pictures: readonly string[];
  readonly localization: OutsideLocalization | null;
  /** By row: 1 where the class was right, 0 where not, else not known of the picture; null: of none. */
  readonly correct: Uint8Array | null;
  readonly predictions:
    | (OutsidePredictions & {
        /** Of the classes. */
        readonly names: readonly string[];
        /** Row of the predictions for each row of the table. */
        readonly rowOf: readonly number[];
      })
    | null;
}

interface Row {
  readonly index: number;
  readonly picture: string;
  readonly label: string;
  readonly prediction: string;
  readonly probability: number;
  readonly correct: number;
  readonly maxboxacc: number;
  readonly maxboxacc_v2: number;
  readonly top1_loc: number;
  readonly iou: number;
  readonly pointing: number;
  readonly pointing_15: number;
  readonly energy: number;
}

/** NaN and empty texts where something was not measured. */
const COLUMNS: TableColumns<Row> = {
  index: 'INT32',
  picture: 'STRING',
  label: 'STRING',
  prediction: 'STRING',
  probability: 'DOUBLE',
  correct: 'DOUBLE',
  maxboxacc: 'DOUBLE',
  maxboxacc_v2: 'DOUBLE',
  top1_loc: 'DOUBLE',
  iou: 'DOUBLE',
  pointing: 'DOUBLE',
  pointing_15: 'DOUBLE',
  energy: 'DOUBLE',
};

/**
 * Writes figures.json, figures.csv and per-picture.parquet; files of an earlier evaluation are replaced.
 * @throws SteadygazeError `study-unwritable`
 */
export async function writeOutside(folder: string, result: OutsideResult, input: PerPictureInput): Promise<void> {
  const rows = Object.entries(result.figures).map(([key, { value, low, high, n }]) => [key, value, low, high, n]);
  await writingInto(folder, async () => {
    await writeJsonAtomic(join(folder, 'figures.json'), result.values);
    await writeFileAtomic(join(folder, 'figures.csv'), csvText(['figure', 'value', 'low', 'high', 'n'], rows));
    await writeTable(join(folder, 'per-picture.parquet'), perPictureRows(input), COLUMNS);
  });
}

function perPictureRows({ indices, pictures, localization, correct, predictions }: PerPictureInput): Row[] {
  const boxed = placesIn(indices.length, localization?.boxed ?? []);
  const targeted = placesIn(indices.length, localization?.targeted ?? []);
  const read = (values: ArrayLike<number> | undefined, at: number): number =>
    values === undefined || at < 0 ? NaN : values[at];
  return indices.map((index, i) => {
    const row = predictions?.rowOf[i] ?? -1;
    const className = (of: Int32Array | undefined): string =>
      row < 0 || of === undefined ? '' : (predictions?.names[of[row]] ?? '');
    const right = row < 0 ? NaN : Number(predictions?.labels[row] === predictions?.predictions[row]);
    const boxes = localization?.summary.boxed;
    const targets = localization?.summary.targeted;
    return {
      index,
      picture: pictures[i],
      label: className(predictions?.labels),
      prediction: className(predictions?.predictions),
      probability: row < 0 ? NaN : (predictions?.probabilities?.[row] ?? NaN),
      correct: correct === null ? right : correct[i] > 1 ? NaN : correct[i],
      maxboxacc: read(boxes?.['maxboxacc'], boxed[i]),
      maxboxacc_v2: read(boxes?.['maxboxacc_v2'], boxed[i]),
      top1_loc: correct === null ? NaN : read(boxes?.['top1_loc'], boxed[i]),
      iou: read(boxes?.['iou'], boxed[i]),
      pointing: read(targets?.['pointing'], targeted[i]),
      pointing_15: read(targets?.['pointing_15'], targeted[i]),
      energy: read(targets?.['energy'], targeted[i]),
    };
  });
}

/** Place of each picture among those that were measured; -1 where it was not. */
function placesIn(count: number, measured: readonly number[]): Int32Array {
  const places = new Int32Array(count).fill(-1);
  measured.forEach((index, place) => (places[index] = place));
  return places;
}

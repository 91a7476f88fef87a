/**
 * Corruptions: does the model stay right with noise, blur, weather and compression? The kinds and their five severities
 * are those of corruptions/list.ts.
 *
 * One item is one picture. Its row: whether it is right untouched; then for each kind and severity whether it is right,
 * and whether the prediction stays what it was. Where pictures may be of several classes, the prediction is the most
 * probable class, and right where it is one of theirs. Where grains and flakes lie depends on the seed, the kind and the
 * picture's id alone.
 *
 * `mce`, the mean corruption error, is the plain mean over kinds and severities of the share of wrong predictions, each
 * kind counting the same. Hendrycks & Dietterich (ICLR 2019) divide each kind by AlexNet's error first; this one is
 * not divided by anything.
 */
import { CORRUPTION_FAMILIES } from '../contract/evaluation.ts';
import type { CorruptionsDetails } from '../contract/evaluation.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { bootstrapMeans, resampledMeans } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import type { Corruption } from './corruptions/corruption.ts';
import { SEVERITIES } from './corruptions/corruption.ts';
import { CORRUPTIONS } from './corruptions/list.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { readBatch } from './read-batch.ts';
import { readPrediction } from './recognition.ts';

interface Cell extends Corruption {
  readonly severity: number;
}

/** Columns of a row come in pairs in this order, after the first: right, same. */
const CELLS: readonly Cell[] = CORRUPTIONS.flatMap((corruption) =>
  SEVERITIES.map((severity) => ({ ...corruption, severity })),
);
const WIDTH = 1 + 2 * CELLS.length;
const PASSES = 1 + CELLS.length;

/** Corruptions: does it cope with bad pictures? */
export const corruptionsPart: PartKind<'corruptions'> = {
  part: 'corruptions',
  definition: 1,
  passes: ({ corruptions: { pictures } }, count) => PASSES * chosenShare(pictures, count),
  prepare: (subject) => Promise.resolve(measuredPart(subject)),
};

function measuredPart(subject: Subject): MeasuredPart<'corruptions'> {
  const { model, measured, settings } = subject;
  const { size } = measured;
  const bytes = 3 * size * size;
  const chosen = chosenPictures(measured.ids, settings.corruptions.pictures, settings.seed);
  const ids = chosen.map((index) => measured.ids[index]);
  return {
    part: 'corruptions',
    count: chosen.length,
    width: WIDTH,
    passes: PASSES,
    measure: async (items, out) => {
      const indices = items.map((item) => chosen[item]);
      const { pictures } = await readBatch(measured, indices);
      const predict = async (shown: Uint8Array) => {
        const logits = await model.classify(shown);
        return indices.map((index, row) => readPrediction(logits, row, model.classes, measured, index));
      };
      const clean = await predict(pictures);
      clean.forEach(({ rank }, row) => (out[row * WIDTH] = rank === 0 ? 1 : 0));
      for (const [c, { kind, corrupt, severity }] of CELLS.entries()) {
        await subject.control();
        const corrupted = new Uint8Array(pictures.length);
        await Promise.all(
          items.map(async (item, row) => {
            const seed = hashSeed('corruption', settings.seed, kind, ids[item]);
            const picture = pictures.subarray(row * bytes, (row + 1) * bytes);
            corrupted.set(await corrupt(picture, size, severity, seed), row * bytes);
          }),
        );
        const predicted = await predict(corrupted);
        predicted.forEach(({ rank, prediction }, row) => {
          out[row * WIDTH + 1 + 2 * c] = rank === 0 ? 1 : 0;
          out[row * WIDTH + 2 + 2 * c] = prediction === clean[row].prediction ? 1 : 0;
        });
      }
    },
    summarise: (rows) => summarise(rows, ids, settings.seed),
    close: () => undefined,
  };
}

function summarise(rows: Float32Array, ids: readonly string[], seed: number): PartSummary<'corruptions'> {
  const column = (offset: number) => Float32Array.from(ids, (_, i) => rows[i * WIDTH + offset]);
  /** Per picture the mean over some cells. `offset` 1: right, 2: same. */
  const meanOver = (offset: 1 | 2, wanted: (cell: Cell) => boolean): Float32Array => {
    const cells = CELLS.flatMap((cell, c) => (wanted(cell) ? [2 * c + offset] : []));
    return Float32Array.from(ids, (_, i) => cells.reduce((sum, c) => sum + rows[i * WIDTH + c], 0) / cells.length);
  };
  const wrong = (wanted: (cell: Cell) => boolean) => meanOver(1, wanted).map((right) => 1 - right);
  const means: Record<string, Float32Array> = {
    mce: wrong(() => true),
    corruption_same: meanOver(2, () => true),
    ...Object.fromEntries(
      CORRUPTION_FAMILIES.map((family) => [`mce_${family}`, wrong((cell) => cell.family === family)]),
    ),
    acc_uncorrupted: column(0),
  };
  const names = Object.keys(means);
  const resampled = resampledMeans(Object.values(means), { seed });
  const figures: Record<string, Resampled> = Object.fromEntries(names.map((name, i) => [name, resampled[i]]));
  const estimates = bootstrapMeans(
    CELLS.flatMap((_, c) => [column(1 + 2 * c), column(2 + 2 * c)]),
    { seed },
  );
  const details: CorruptionsDetails = {
    rows: CELLS.map(({ kind, label, family, severity }, c) => ({
      kind,
      label,
      family,
      severity,
      accuracy: estimates[2 * c],
      same: estimates[2 * c + 1],
    })),
  };
  const columns = { ...means };
  for (const { kind } of CORRUPTIONS) columns[`wrong_${kind}`] = wrong((cell) => cell.kind === kind);
  return { figures, details, notes: [], perPicture: { ids, columns } };
}

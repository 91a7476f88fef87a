/**
 * Everything that is measured on a finished model, in one go: recognition on every picture, localization where boxes
 * or masks are known, debiasing where masks are known. Streaming: one batch of pictures is in memory at a time, and
 * no figure depends on the size of the batches.
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunFigures } from '../contract/run.ts';
import { readAnnotation } from './annotation.ts';
import type { DebiasingOptions } from './debiasing.ts';
import { measureDebiasing, planDebiasing } from './debiasing.ts';
import type { LocalizationColumns } from './localization.ts';
import { localizationColumns, localizationFigures } from './localization.ts';
import { LocalizationRecord } from './localization-record.ts';
import type { PassOptions } from './passes.ts';
import { forEachBatch, upTo } from './passes.ts';
import type { EvaluationData, Predictor } from './predictor.ts';
import type { RecognitionFigures } from './recognition.ts';
import { readLogits, RecognitionRecord } from './recognition.ts';

/** One row of a table of predictions. */
export interface PredictionRow {
  readonly id: string;
  readonly label: number;
  readonly prediction: number;
  /** Probability of the predicted class, and of the given label. */
  readonly probability: number;
  readonly labelProbability: number;
}

export interface EvaluationOptions {
  /** Of the bootstrap and of the choice of backgrounds. */
  readonly seed: number;
  /** Pictures of one forward pass. */
  readonly batchSize: number;
  /** Awaited before every batch: waits while paused, throws when the work is cancelled. */
  readonly control?: () => Promise<void>;
  /** Pictures worked on, and how many there are, over all passes. `done` reaches `total`. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Gets the predictions on the measured pictures, batch by batch, in the order of the data. */
  readonly onPredictions?: (rows: readonly PredictionRow[]) => void | Promise<void>;
  /** Also measure the variants that BG-Gap does not need (five more passes). Default false. */
  readonly otherVariants?: boolean;
}

/**
 * What the figures are means of, one value a measured picture in the order of the data, so that two runs can be
 * compared picture by picture. NaN where a picture was not measured (no box, no mask, no donor).
 */
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

/** The figures of a run and what is not stored with every run. */
export interface EvaluationResult extends RunFigures {
  readonly recognition: RecognitionFigures;
  /** The split that was measured: `val` only where the test split is empty. */
  readonly evaluatedOn: 'test' | 'val';
  readonly perPicture: PerPictureFigures;
}

/**
 * Measures a model on `test`; shared thresholds are chosen on `validation`.
 *
 * - No annotated validation picture: the thresholds are chosen on the measured pictures and the localization figures
 *   say `thresholdFrom: 'test'`.
 * - Test split empty: the validation split is measured instead (`evaluatedOn: 'val'`), thresholds chosen on it too.
 * - `localization` is null without boxes and masks, `debiasing` without masks or without two pictures to mix.
 * @throws SteadygazeError `data-empty` when both splits are empty
 */
export async function evaluateModel(
  predictor: Predictor,
  test: EvaluationData,
  validation: EvaluationData,
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const measured = test.count > 0 ? test : validation;
  if (measured.count === 0) {
    throw new SteadygazeError(
      'data-empty',
      'There is no picture to measure the model on: the test and the validation split are empty.',
      'Add pictures, or let Steadygaze split them.',
    );
  }
  const annotated = (data: EvaluationData) => data.count > 0 && (data.hasMasks || data.hasBoxes);
  const target = measured.hasMasks ? 'mask' : 'box';
  const chooser = measured !== validation && annotated(measured) && annotated(validation) ? validation : null;
  const { seed } = options;

  const variants: DebiasingOptions = { ...options, others: options.otherVariants ?? false };
  const plan = measured.hasMasks ? await planDebiasing(measured, variants) : null;

  let done = 0;
  const total =
    (chooser?.count ?? 0) + measured.count + (plan === null ? 0 : plan.indices.length * plan.variants.length);
  const onPictures = (count: number) => {
    done += count;
    options.onProgress?.(done, total);
  };
  const pass: PassOptions = { ...options, onPictures };

  const chosen = chooser === null ? null : new LocalizationRecord(chooser.count, false);
  if (chooser !== null) await predictAll(predictor, chooser, pass, { localization: chosen, target });

  const recognition = new RecognitionRecord(predictor.classes, measured.count);
  const located = annotated(measured) ? new LocalizationRecord(measured.count, measured.hasMasks) : null;
  const order: PassOrder = { correct: [], boxed: [], targeted: [] };
  await predictAll(predictor, measured, pass, {
    localization: located,
    order,
    target,
    recognition,
    ...(options.onPredictions === undefined ? {} : { onPredictions: options.onPredictions }),
  });

  const debiasing =
    plan === null ? null : await measureDebiasing(predictor, measured, plan, { ...variants, onPictures });
  const recognised = recognition.figures(seed);
  const localization = located === null ? null : localizationFigures(located, chosen, target, seed);
  return {
    top1: recognised.top1,
    localization,
    debiasing: debiasing?.figures ?? null,
    recognition: recognised,
    evaluatedOn: measured === test ? 'test' : 'val',
    perPicture: perPictureFigures(
      measured.count,
      order,
      located === null || located.boxed === 0 ? null : localizationColumns(located, chosen),
      plan !== null && debiasing !== null ? { indices: plan.indices, ...debiasing } : null,
    ),
  };
}

/** Which pictures are behind the columns of one pass. */
interface PassOrder {
  readonly correct: number[];
  readonly boxed: number[];
  readonly targeted: number[];
}

function perPictureFigures(
  count: number,
  order: PassOrder,
  localization: LocalizationColumns | null,
  debiasing: { indices: readonly number[]; mixedSame: Float64Array; mixedRand: Float64Array } | null,
): PerPictureFigures {
  const spread = (indices: readonly number[], column: ArrayLike<number> | undefined): Float32Array => {
    const values = new Float32Array(count).fill(NaN);
    if (column !== undefined) indices.forEach((index, i) => (values[index] = column[i]));
    return values;
  };
  const none: readonly number[] = [];
  return {
    correct: Float32Array.from(order.correct),
    mixedSame: spread(debiasing?.indices ?? none, debiasing?.mixedSame),
    mixedRand: spread(debiasing?.indices ?? none, debiasing?.mixedRand),
    maxboxacc: spread(order.boxed, localization?.maxboxacc),
    maxboxaccV2: spread(order.boxed, localization?.maxboxaccV2),
    iou: spread(order.boxed, localization?.iou),
    pointing: spread(order.targeted, localization?.pointing),
    energy: spread(order.targeted, localization?.energy),
  };
}

/** What one pass over a split collects. */
interface Collectors {
  readonly localization: LocalizationRecord | null;
  readonly target: 'mask' | 'box';
  readonly recognition?: RecognitionRecord;
  readonly order?: PassOrder;
  readonly onPredictions?: (rows: readonly PredictionRow[]) => void | Promise<void>;
}

async function predictAll(
  predictor: Predictor,
  data: EvaluationData,
  options: PassOptions,
  collect: Collectors,
): Promise<void> {
  await forEachBatch(upTo(data.count), options, async (batch) => {
    const pictures = new Uint8Array(batch.length * data.size * data.size * 3);
    await data.readPictures(batch, pictures);
    const labels = Int32Array.from(batch, (index) => data.labels[index]);
    const { logits, maps, mapHeight, mapWidth } = await predictor.predict(pictures, labels);
    const rows: PredictionRow[] = [];
    for (let row = 0; row < batch.length; row++) {
      const index = batch[row];
      const label = labels[row];
      const predicted = readLogits(logits, row, predictor.classes, label);
      collect.recognition?.add(label, predicted);
      const { prediction, probability, labelProbability } = predicted;
      rows.push({ id: data.ids[index], label, prediction, probability, labelProbability });
      collect.order?.correct.push(predicted.rank === 0 ? 1 : 0);
      if (collect.localization === null) continue;
      const annotation = await readAnnotation(data, index, collect.target);
      const map = maps.subarray(row * mapHeight * mapWidth, (row + 1) * mapHeight * mapWidth);
      if (annotation.boxes.length > 0) collect.order?.boxed.push(index);
      if (annotation.target !== null) collect.order?.targeted.push(index);
      collect.localization.add(map, mapHeight, mapWidth, annotation, predicted.rank === 0);
    }
    await collect.onPredictions?.(rows);
  });
}

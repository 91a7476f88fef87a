/** What is measured and kept when training has ended: figures, predictions, the hardest training pictures. */
import * as v from 'valibot';
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { EvaluationSettings, TRAINING_PARTS, VARIANTS } from '../contract/evaluation.ts';
import type { PartDetails, PartResult, StoredEvaluation } from '../contract/evaluation.ts';
import type { DebiasingFigures, Figure, RunFigures } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import { localizationOfRun } from '../evaluation/localization.ts';
import type { MeasuredModel } from '../evaluation/measure-parts.ts';
import { measurePart } from '../evaluation/measure-parts.ts';
import { PARTS } from '../evaluation/parts.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import type { TrainingData } from '../method/data.ts';
import { explainSamples } from '../method/explain.ts';
import { labelPairs } from '../method/label-maps.ts';
import type { NamedArray } from '../networks/parameters.ts';
import { readPerPicture, shelfOf } from '../workspace/evaluation-store.ts';
import { readRoundTable, writePredictions } from '../workspace/round-tables.ts';
import { HARDEST, hardestRows, writeHardest } from './hardest.ts';
import { evaluationBatch, hearing, measuredSplits, predictorOf } from './measured-model.ts';

export interface TrainedModel {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** The eps of the run. */
  readonly eps: number;
}

/** What the figures of a run are of. */
export interface TrainedOn {
  readonly classes: readonly string[];
  readonly weightsHash: string;
  readonly dataFingerprint: string;
}

export interface EvaluationHooks {
  /** Awaited between batches. */
  readonly control: () => Promise<void>;
  /** Forward passes, as {@link evaluationWork} counts them. */
  readonly onProgress: (done: number, total: number) => void;
  readonly onWarning: (message: string) => void;
}

/** What the cost of an evaluation depends on. */
export type Evaluable = Pick<EvaluationData, 'count' | 'hasMasks' | 'hasBoxes' | 'labelSets'>;

type TrainingPart = (typeof TRAINING_PARTS)[number];

/** Every setting as it is when nobody asks for anything else. One seed for all runs: their resamples are paired. */
const STANDARD = v.parse(EvaluationSettings, {});

/** Forward passes of the evaluation, by part. */
function passesOf(test: Evaluable, validation: Evaluable): Record<TrainingPart, number> {
  const { measured, chooser } = measuredSplits(test, validation);
  const { count, hasMasks, hasBoxes } = measured;
  const located = hasMasks || hasBoxes;
  const choosing = chooser !== null && (chooser.hasMasks || chooser.hasBoxes) ? itemCount(chooser) : 0;
  return {
    recognition: count,
    localization: located ? itemCount(measured) + choosing : 0,
    debiasing: located && measured.labelSets === null ? count * VARIANTS.length : 0,
  };
}

/** Heatmaps of a split: one for each label of each picture. */
function itemCount({ count, labelSets }: Evaluable): number {
  return labelSets === null ? count : labelPairs(labelSets).count;
}

/** Forward passes of the whole evaluation at the end of a training. */
export function evaluationWork(test: Evaluable, validation: Evaluable): number {
  return Object.values(passesOf(test, validation)).reduce((sum, passes) => sum + passes, 0);
}

/**
 * Measures the model on the pictures it was not trained on; figures and predictions are stored in the run's folder.
 * What an interrupted evaluation of the same weights measured is not measured again.
 * @returns null where there is no such picture
 */
export async function evaluateRun(
  run: string,
  { engine, settings, weights }: TrainedModel,
  test: EvaluationData,
  validation: EvaluationData,
  { classes, weightsHash, dataFingerprint }: TrainedOn,
  hooks: EvaluationHooks,
): Promise<RunFigures | null> {
  if (test.count + validation.count === 0) {
    hooks.onWarning('All pictures were used for training, so there is none to measure the model on.');
    return null;
  }
  const { measured, chooser, split } = measuredSplits(test, validation);
  const predictor = predictorOf(engine, settings, classes.length, weights);
  try {
    const model: MeasuredModel = {
      subject: {
        model: predictor,
        measured,
        validation: chooser,
        classes,
        judges: [],
        settings: STANDARD,
        batchSize: evaluationBatch(engine, settings, classes.length),
        control: hearing(hooks.control),
      },
      identity: { weightsHash, dataFingerprint, split, judges: [], settings: STANDARD },
      engine: engine.id,
      shelf: shelfOf(run),
    };
    const results = await measureAll(model, passesOf(test, validation), hooks);
    await keepPredictions(run, measured, split);
    return figuresOfRun(results);
  } finally {
    predictor.close();
  }
}

type Results = { -readonly [Part in TrainingPart]?: PartResult<Part> };

async function measureAll(
  model: MeasuredModel,
  passes: Record<TrainingPart, number>,
  { onProgress }: EvaluationHooks,
): Promise<Results> {
  const total = Object.values(passes).reduce((sum, each) => sum + each, 0);
  const results: Results = {};
  let before = 0;
  const measure = async <Part extends TrainingPart>(part: Part): Promise<void> => {
    const kind = PARTS[part];
    const outcome = await measurePart<Part>(kind, model, {
      again: false,
      onProgress: (done, items) => onProgress(before + (passes[part] * done) / Math.max(1, items), total),
    });
    before += passes[part];
    onProgress(before, total);
    if ('result' in outcome) Object.assign(results, { [part]: outcome.result });
  };
  for (const part of TRAINING_PARTS) await measure(part);
  return results;
}

async function keepPredictions(run: string, { labels }: EvaluationData, split: 'test' | 'val'): Promise<void> {
  const { ids, columns } = await readPerPicture(run, 'recognition');
  const { prediction, probability, label_probability: labelProbability } = columns;
  // Of several classes, the one that the probability is of.
  const given = 'best_label' in columns ? columns.best_label : labels;
  await writePredictions(
    run,
    ids.map((id, i) => ({
      id,
      label: given[i],
      prediction: prediction[i],
      probability: probability[i],
      labelProbability: labelProbability[i],
      split,
    })),
  );
}

/** The summary that the record of a run holds. */
export function figuresOfRun({ recognition, localization, debiasing }: StoredEvaluation['parts']): RunFigures {
  if (recognition === undefined) throw new Error('recognition can be measured on all pictures');
  return {
    top1: recognition.figures['top1'],
    ...('map' in recognition.figures ? { map: recognition.figures['map'] } : {}),
    localization: localization === undefined ? null : localizationOfRun(localization.figures, localization.details),
    debiasing: debiasing === undefined ? null : debiasingOfRun(debiasing.figures, debiasing.details),
  };
}

function debiasingOfRun(
  figures: Readonly<Record<string, Figure>>,
  { counts }: PartDetails['debiasing'],
): DebiasingFigures | null {
  if (!['acc_original', 'acc_mixed_same', 'acc_mixed_rand', 'bg_gap'].every((key) => key in figures)) return null;
  const { acc_original: original, acc_mixed_same: mixedSame, acc_mixed_rand: mixedRand, bg_gap: bgGap } = figures;
  const others = VARIANTS.filter((variant) => !['original', 'mixed_same', 'mixed_rand'].includes(variant))
    .filter((variant) => counts[variant] !== undefined)
    .map((variant): [string, Figure] => [variant, figures[`acc_${variant}`]]);
  return { original, mixedSame, mixedRand, bgGap, others: Object.fromEntries(others) };
}

/**
 * Stores the hardest pictures of the last assessment with their attacks.
 * @throws SteadygazeError `study-corrupt` when the round's table is damaged
 */
export async function keepHardest(run: string, model: TrainedModel, data: TrainingData, round: number): Promise<void> {
  const rows = await readRoundTable(run, round);
  if (rows.length !== data.count) {
    throw new SteadygazeError(
      'study-corrupt',
      `The table of round ${round} does not have one row for each training picture.`,
      'Run this arm again.',
    );
  }
  const indices = hardestRows(rows, HARDEST);
  const { engine, settings, weights, eps } = model;
  const explained = await explainSamples(engine, settings, weights, data, indices, round, eps);
  await writeHardest(run, round, indices, data.size, explained);
}

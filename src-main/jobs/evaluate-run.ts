/** What is measured and kept when training has ended: figures, predictions, the hardest training pictures. */
import { join } from 'node:path';
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunFigures } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import { evaluateModel } from '../evaluation/evaluate.ts';
import { NetworkPredictor } from '../evaluation/network-predictor.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import { costOfRun } from '../method/cost.ts';
import type { TrainingData } from '../method/data.ts';
import { explainSamples } from '../method/explain.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { writeJsonAtomic } from '../workspace/atomic-file.ts';
import { writePerPicture } from '../workspace/per-picture-table.ts';
import { readRoundTable, writePredictions } from '../workspace/round-tables.ts';
import type { PredictionRow } from '../workspace/round-tables.ts';
import { HARDEST, hardestRows, writeHardest } from './hardest.ts';

export interface TrainedModel {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** The eps of the run. */
  readonly eps: number;
}

export interface EvaluationHooks {
  /** Awaited between batches. */
  readonly control: () => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
  readonly onWarning: (message: string) => void;
}

/** Recognition figures that `run.json` does not hold: top-5, confusion, calibration. */
const evaluationFile = (run: string): string => join(run, 'evaluation.json');

/** What the cost of an evaluation depends on. */
export type Evaluable = Pick<EvaluationData, 'count' | 'hasMasks' | 'hasBoxes'>;

/** Forward passes of the evaluation: localization on two splits, two mixtures and the original on the second. */
export function evaluationWork(test: Evaluable, validation: Evaluable): number {
  const measured = test.count > 0 ? test : validation;
  const located = measured.hasMasks || measured.hasBoxes;
  return measured.count * (measured.hasMasks ? 4 : 1) + (located && measured === test ? validation.count : 0);
}

/**
 * Measures the model on the pictures it was not trained on; the predictions are stored in the run's folder.
 * @returns null where there is no such picture
 */
export async function evaluateRun(
  run: string,
  { engine, settings, weights }: TrainedModel,
  test: EvaluationData,
  validation: EvaluationData,
  classes: number,
  hooks: EvaluationHooks,
): Promise<RunFigures | null> {
  if (test.count + validation.count === 0) {
    hooks.onWarning('All pictures were used for training, so there is none to measure the model on.');
    return null;
  }
  const architecture = buildArchitecture(settings.network, classes);
  const flat = importWeights(describeParameters(architecture), weights);
  const predictor = new NetworkPredictor(engine, architecture, flat, settings.network.size, settings.method.heatmap);
  const split = test.count > 0 ? 'test' : 'val';
  const predictions: PredictionRow[] = [];
  try {
    const { top1, localization, debiasing, recognition, perPicture } = await evaluateModel(
      predictor,
      test,
      validation,
      {
        // One seed for all runs of a study: the same resamples, hence paired intervals.
        seed: 0,
        batchSize: costOfRun(engine, architecture, settings, test.count + validation.count).assessBatch,
        control: hooks.control,
        onProgress: hooks.onProgress,
        onPredictions: (rows) => void predictions.push(...rows.map((row) => ({ ...row, split }))),
      },
    );
    await writePredictions(run, predictions);
    const measured = test.count > 0 ? test : validation;
    await writePerPicture(run, measured.ids, perPicture);
    await writeJsonAtomic(evaluationFile(run), { format: 'steadygaze-evaluation', version: 1, split, recognition });
    return { top1, localization, debiasing };
  } finally {
    predictor.close();
  }
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

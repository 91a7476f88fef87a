/**
 * How fast this machine trains, assesses and evaluates with the settings of a plan: each is done for a second or two
 * on made-up pictures of the right size, by the very functions that a run calls. What the pictures show does not
 * change what they cost.
 */
import * as v from 'valibot';
import type { Engine } from '../compute/engine.ts';
import { EvaluationSettings, TRAINING_PARTS } from '../contract/evaluation.ts';
import type { RunSettings } from '../contract/settings.ts';
import { NetworkPredictor } from '../evaluation/network-predictor.ts';
import type { MeasuredPart, Subject } from '../evaluation/part.ts';
import { PARTS } from '../evaluation/parts.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import { passesPerPicture } from '../method/passes.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, initialWeights } from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { evaluationWork } from './evaluate-run.ts';
import type { Evaluable } from './evaluate-run.ts';
import { evaluationPictures } from './made-up-pictures.ts';
import type { Labelling } from './made-up-pictures.ts';
import { assessOnce, trainOnce } from './made-up-work.ts';
import { secondsEach, SMALLEST } from './timing.ts';

export interface PlanRates {
  /** Seconds of training on one picture once. */
  readonly training: number;
  /** Seconds of one forward pass of one picture, within an assessment and within the evaluation. */
  readonly assessment: number;
  readonly evaluation: number;
  /** Seconds of making the figures of what the evaluation measured: bootstraps mostly. */
  readonly figures: number;
}

/** What of a plan and its data decides the rates. */
export interface Workload extends Labelling {
  readonly settings: RunSettings;
  /** Pictures of a training step, and of an assessment's pass. */
  readonly trainingBatch: number;
  readonly assessBatch: number;
  /** What is known of the pictures that the model is measured on. */
  readonly evaluated: Pick<Evaluable, 'count' | 'hasMasks' | 'hasBoxes'>;
}

/** Milliseconds for each of the three, or one small repetition where that takes longer. */
const BUDGETS = { training: 1_700, assessment: 1_700, evaluation: 800 };
/** Pictures whose figures are made to learn how long that takes; with more it takes in proportion longer. */
const SUMMARISED = 600;

/** @throws SteadygazeError `cancelled` once the signal is aborted */
export async function measureRates(engine: Engine, workload: Workload, signal: AbortSignal): Promise<PlanRates> {
  const { settings, trainingBatch, assessBatch } = workload;
  const architecture = buildArchitecture(settings.network, workload.classes);
  const weights = initialWeights(describeParameters(architecture), settings.seed);
  const network = new Network(engine, architecture, weights, settings.start);
  const optimizer = new SgdOptimizer(network, settings.training.momentum, settings.training.weightDecay);
  let frozen: FrozenNetwork | null = null;
  let predictor: NetworkPredictor | null = null;
  try {
    const step = (count: number) => trainOnce(network, optimizer, settings, workload, count);
    const training = await secondsEach(step, trainingBatch, BUDGETS.training, signal);
    frozen = await network.freeze();
    const assessment = await assessmentRate(frozen, workload, assessBatch, BUDGETS.assessment, signal);
    predictor = new NetworkPredictor(engine, architecture, weights, settings.network.size, settings.method.heatmap);
    return { training, assessment, ...(await evaluationRates(predictor, workload, signal)) };
  } finally {
    frozen?.dispose();
    predictor?.close();
    optimizer.dispose();
    network.dispose();
  }
}

/**
 * Seconds of one forward pass of one picture in an assessment. The full number of the attack's steps is only taken
 * where there is time for it.
 * @param budget milliseconds
 */
export async function assessmentRate(
  network: FrozenNetwork,
  work: Labelling & { readonly settings: RunSettings },
  batch: number,
  budget: number,
  signal: AbortSignal,
): Promise<number> {
  const { method } = work.settings;
  const short = { ...method, steps: 1 };
  const smallest = Math.min(SMALLEST, batch);
  // Twice, for the first time pays for what is prepared once.
  await assessOnce(network, work.settings, short, work, smallest);
  const began = performance.now();
  await assessOnce(network, work.settings, short, work, smallest);
  const perPass = (performance.now() - began) / (smallest * passesPerPicture(short));
  // Four batches with all steps, as if a picture cost no less in a large batch.
  const whole = 4 * batch * passesPerPicture(method) * perPass;
  const measured = whole < 2 * budget ? method : short;
  const once = (count: number) => assessOnce(network, work.settings, measured, work, count);
  return (await secondsEach(once, batch, budget, signal)) / passesPerPicture(measured);
}

/** What the evaluation at the end of a training does with pictures, and with what it has measured. */
async function evaluationRates(
  model: NetworkPredictor,
  workload: Workload,
  signal: AbortSignal,
): Promise<Pick<PlanRates, 'evaluation' | 'figures'>> {
  const { settings, assessBatch, evaluated, classes } = workload;
  const pictures = evaluationPictures(settings.network.size, workload, evaluated);
  const subjectOf = (measured: EvaluationData): Subject => ({
    model,
    measured,
    validation: null,
    classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
    judges: [],
    settings: v.parse(EvaluationSettings, {}),
    batchSize: assessBatch,
    control: () => Promise.resolve(),
  });
  const evaluate = (count: number) => withParts(subjectOf(pictures(count)), async (part) => void (await rowsOf(part)));
  const each = await secondsEach(evaluate, assessBatch, BUDGETS.evaluation, signal);

  const few = Math.min(SMALLEST, evaluated.count);
  const many = Math.min(SUMMARISED, evaluated.count);
  let figures = 0;
  if (many > 0) {
    await withParts(subjectOf(pictures(many)), async (part) => {
      if (signal.aborted) return;
      // The same few pictures over and over: figures take as long to make of them.
      const rows = await rowsOf(part, few);
      const all = Float32Array.from({ length: part.count * part.width }, (_, i) => rows[i % rows.length]);
      const began = performance.now();
      part.summarise(all);
      figures += ((performance.now() - began) / 1000) * (evaluated.count / many);
    });
  }
  return { evaluation: each / evaluationWork(pictures(1), pictures(0)), figures };
}

/** Does something with each part that can be measured of a subject. */
async function withParts(subject: Subject, work: (part: MeasuredPart) => Promise<void>): Promise<void> {
  for (const name of TRAINING_PARTS) {
    const part = await PARTS[name].prepare(subject);
    if ('unmeasurable' in part) continue;
    try {
      await work(part);
    } finally {
      part.close();
    }
  }
}

/** Measures the first items of a part. @returns [items, width] */
async function rowsOf(part: MeasuredPart, most = Infinity): Promise<Float32Array> {
  const items = Array.from({ length: Math.min(part.count, most) }, (_, i) => i);
  const rows = new Float32Array(items.length * part.width);
  await part.measure(items, rows);
  return rows;
}

/**
 * How fast this machine trains, assesses and evaluates with the settings of a plan: each is done for about a second
 * on made-up pictures of the right size, by the very functions that a run calls. What the pictures show does not
 * change what they cost.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import type { Engine } from '../compute/engine.ts';
import { EvaluationSettings, TRAINING_PARTS } from '../contract/evaluation.ts';
import type { RunSettings } from '../contract/settings.ts';
import { NetworkPredictor } from '../evaluation/network-predictor.ts';
import type { Subject } from '../evaluation/part.ts';
import { PARTS } from '../evaluation/parts.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import { AssessmentTable } from '../method/assessment-table.ts';
import { assessSamples } from '../method/assess-samples.ts';
import { passesPerPicture } from '../method/assessment.ts';
import type { TrainingData } from '../method/data.ts';
import { trainEpoch } from '../method/training.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, initialWeights } from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { Random } from '../numeric/random.ts';
import { evaluationWork } from './evaluate-run.ts';
import type { Evaluable } from './evaluate-run.ts';
import { secondsEach, SMALLEST } from './timing.ts';

export interface PlanRates {
  /** Seconds of training on one picture once. */
  readonly training: number;
  /** Seconds of one forward pass of one picture, within an assessment and within the evaluation. */
  readonly assessment: number;
  readonly evaluation: number;
}

/** What of a plan and its data decides the rates. */
export interface Workload {
  readonly settings: RunSettings;
  readonly classes: number;
  /** Whether pictures may be of several classes. */
  readonly several: boolean;
  /** Pictures of a training step, and of an assessment's pass. */
  readonly trainingBatch: number;
  readonly assessBatch: number;
  /** What is known of the pictures that the model is measured on. */
  readonly evaluated: Pick<Evaluable, 'hasMasks' | 'hasBoxes'>;
}

/** The made-up pictures are of one class each; where they could be of several, they are treated as such. */
type Labelling = Pick<Workload, 'classes' | 'several'>;

/** Milliseconds for each of the three, or one small repetition where that takes longer. */
const BUDGETS = { training: 1_700, assessment: 1_300, evaluation: 600 };
const EPS = 8 / 255;

/** @throws SteadygazeError `cancelled` once the signal is aborted */
export async function measureRates(engine: Engine, workload: Workload, signal: AbortSignal): Promise<PlanRates> {
  const { settings, trainingBatch, assessBatch, evaluated } = workload;
  const labelling: Labelling = workload;
  const { classes } = labelling;
  const architecture = buildArchitecture(settings.network, classes);
  const weights = initialWeights(describeParameters(architecture), settings.seed);
  const network = new Network(engine, architecture, weights, settings.start);
  const optimizer = new SgdOptimizer(network, settings.training.momentum, settings.training.weightDecay);
  let frozen: FrozenNetwork | null = null;
  let predictor: NetworkPredictor | null = null;
  try {
    const step = (count: number) => trainOnce(network, optimizer, settings, labelling, count);
    const training = await secondsEach(step, trainingBatch, BUDGETS.training, signal);
    frozen = await network.freeze();
    const assessment = await measureAssessment(frozen, settings, labelling, assessBatch, signal);
    predictor = new NetworkPredictor(engine, architecture, weights, settings.network.size, settings.method.heatmap);
    const measured = predictor;
    const pictures = evaluationPictures(settings.network.size, labelling, evaluated);
    const none = pictures(0);
    const evaluate = (count: number) =>
      evaluateOnce({
        model: measured,
        measured: pictures(count),
        validation: null,
        classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
        judges: [],
        settings: v.parse(EvaluationSettings, {}),
        batchSize: assessBatch,
        control: () => Promise.resolve(),
      });
    const each = await secondsEach(evaluate, assessBatch, BUDGETS.evaluation, signal);
    return { training, assessment, evaluation: each / evaluationWork(pictures(1), none) };
  } finally {
    frozen?.dispose();
    predictor?.close();
    optimizer.dispose();
    network.dispose();
  }
}

/** Seconds of one forward pass. The full number of the attack's steps is only taken where there is time for it. */
async function measureAssessment(
  network: FrozenNetwork,
  settings: RunSettings,
  labelling: Labelling,
  batch: number,
  signal: AbortSignal,
): Promise<number> {
  const { method } = settings;
  const short = { ...method, steps: 1 };
  const began = performance.now();
  await assessOnce(network, settings, short, labelling, SMALLEST);
  const whole = ((performance.now() - began) * passesPerPicture(method)) / passesPerPicture(short);
  const measured = whole < BUDGETS.assessment / 2 ? method : short;
  const work = (count: number) => assessOnce(network, settings, measured, labelling, count);
  return (await secondsEach(work, batch, BUDGETS.assessment, signal)) / passesPerPicture(measured);
}

async function trainOnce(
  network: Network,
  optimizer: SgdOptimizer,
  settings: RunSettings,
  labelling: Labelling,
  count: number,
): Promise<void> {
  // Random labels with a real learning rate could end in numbers that are none.
  const training = { ...settings.training, batchSize: count, learningRate: 1e-6 };
  await trainEpoch(
    {
      network,
      optimizer,
      data: trainingPictures(count, settings.network.size, labelling),
      settings: { ...settings, training },
      epoch: 0,
      totalEpochs: 1,
      v: new Float32Array(count).fill(1),
      mixing: null,
    },
    { offset: 0, step: 0, lossSum: 0, correct: 0 },
    async () => undefined,
  );
  // The engine may still be at work on what was asked of it last.
  const last = tf.slice1d(network.parameterVector, 0, 1);
  await last.data();
  last.dispose();
}

async function assessOnce(
  network: FrozenNetwork,
  settings: RunSettings,
  method: RunSettings['method'],
  labelling: Labelling,
  count: number,
): Promise<void> {
  const data = trainingPictures(count, settings.network.size, labelling);
  const assessing = { network, data, settings: { method, seed: settings.seed }, eps: EPS, round: 0, batch: count };
  const samples = data.labels.map((_, i) => i);
  await assessSamples(assessing, samples, new AssessmentTable(count, data.labelSets), () => Promise.resolve());
}

/** What the evaluation at the end of a training does with pictures; the figures made of it afterwards cost little. */
async function evaluateOnce(subject: Subject): Promise<void> {
  for (const name of TRAINING_PARTS) {
    const part = await PARTS[name].prepare(subject);
    if ('unmeasurable' in part) continue;
    const items = Array.from({ length: part.count }, (_, i) => i);
    await part.measure(items, new Float32Array(part.count * part.width));
    part.close();
  }
}

/** Noise, the same for every picture but for where it begins. */
function fillNoise(size: number): (indices: ArrayLike<number>, out: Uint8Array) => Promise<void> {
  const area = size * size * 3;
  const random = new Random(1);
  const noise = Uint8Array.from({ length: area + 256 }, () => random.integer(256));
  return (indices, out) => {
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i] % 256;
      out.set(noise.subarray(start, start + area), i * area);
    }
    return Promise.resolve();
  };
}

function trainingPictures(count: number, size: number, { classes, several }: Labelling): TrainingData {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const each = Array.from(labels, (label) => [label]);
  return {
    count,
    size,
    classCount: classes,
    labels,
    labelSets: several
      ? new LabelSets(
          classes,
          each,
          each.map(() => []),
        )
      : null,
    ids: Array.from({ length: count }, (_, i) => `picture ${i}`),
    read: fillNoise(size),
  };
}

/** Pictures with an object in the middle, annotated as those of the study are. */
function evaluationPictures(
  size: number,
  labelling: Labelling,
  annotated: Pick<Evaluable, 'hasMasks' | 'hasBoxes'>,
): (count: number) => EvaluationData {
  const readPictures = fillNoise(size);
  return (count) => {
    const { labels, labelSets, ids } = trainingPictures(count, size, labelling);
    const { hasMasks, hasBoxes } = annotated;
    return {
      hasMasks,
      hasBoxes,
      count,
      size,
      labels,
      labelSets,
      ids,
      boxes: () => (annotated.hasBoxes ? [{ x0: 0.25, y0: 0.25, x1: 0.75, y1: 0.75 }] : []),
      readPictures,
      readMask: (_, side) => Promise.resolve(annotated.hasMasks ? middleMask(side) : null),
    };
  };
}

function middleMask(side: number): Uint8Array {
  const inside = (at: number) => at >= side / 4 && at < (side * 3) / 4;
  return Uint8Array.from({ length: side * side }, (_, i) => (inside(i % side) && inside(Math.floor(i / side)) ? 1 : 0));
}

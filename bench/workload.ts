/**
 * The pieces of work that Steadygaze consists of, ready to be repeated on one batch, by the very functions that
 * a run calls.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../src-main/compute/engine.ts';
import { RunSettings, type NetworkSettings } from '../src-main/contract/settings.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import { attackBatch } from '../src-main/method/assessment.ts';
import { attackBackground } from '../src-main/method/attack.ts';
import { backgroundsOf } from '../src-main/method/background.ts';
import { calibrateEps, readBatch } from '../src-main/method/calibration.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import { heatmaps } from '../src-main/method/heatmap.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { networkCost } from '../src-main/networks/cost.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import type { Architecture } from '../src-main/networks/layer.ts';
import { Network } from '../src-main/networks/network.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { SgdOptimizer } from '../src-main/networks/sgd.ts';
import * as v from 'valibot';
import { countConvolutions, type ConvolutionWork } from './counting.ts';
import { CLASSES, syntheticPictures } from './pictures.ts';

export const WORKS = ['forward', 'heatmap', 'attack', 'assessment', 'calibration', 'training'] as const;
export type Work = (typeof WORKS)[number];

export const EPS = 8 / 255;
/** Steps that give batch norm the statistics of the pictures before anything is measured. */
const WARM_UP_STEPS = 2;

/** Passes of one picture, in forward passes of the same network, as counted while they ran. */
export interface Passes {
  readonly forward: number;
  readonly inputGradient: number;
  readonly weightGradient: number;
  readonly total: number;
}

export interface Workload {
  /** Multiplications of one forward pass of one picture. */
  readonly multiplications: number;
  /** What comes once, before the first of a work, so that it is not taken for part of it. */
  prepare(work: Work): Promise<void>;
  /** Does the work once on the batch; when it returns, everything has been computed. */
  run(work: Work): Promise<void>;
  /** The same with its passes counted. */
  count(work: Work): Promise<Passes>;
}

type Works = Readonly<Record<Work, () => Promise<unknown>>>;
type Inference = Omit<Works, 'training'>;

/** A network, and the batch of pictures that all works are done on. */
interface Prepared {
  readonly settings: RunSettings;
  readonly architecture: Architecture;
  readonly network: Network;
  readonly data: TrainingData;
  /** [batch, size, size, 3] in [0,1]. */
  readonly x: tf.Tensor4D;
  readonly labels: Int32Array;
  readonly ids: readonly string[];
  /** The convolutions that the engine has computed since this was set to 0. */
  readonly counted: ConvolutionWork;
}

/**
 * A network that has seen a few training steps, and a batch of pictures.
 * @param network ResNet of 10 classes; the method's settings are the defaults: PGD of 10 steps
 */
export async function prepareWorkload(engine: Engine, network: NetworkSettings, batch: number): Promise<Workload> {
  const prepared = await setUp(engine, network, batch);
  const training = trainingOf(prepared);
  for (let step = 0; step < WARM_UP_STEPS; step++) await training();
  // Whoever only trains has no room for a second network, where the first takes half of it.
  let inference: Promise<Inference> | null = null;
  const workOf = async (work: Work): Promise<() => Promise<unknown>> =>
    work === 'training' ? training : (await (inference ??= prepareInference(prepared)))[work];
  return {
    multiplications: networkCost(prepared.architecture, network.size).multiplications,
    async run(work) {
      const once = await workOf(work);
      await once();
    },
    ...counting(prepared, workOf),
  };
}

async function setUp(engine: Engine, network: NetworkSettings, batch: number): Promise<Prepared> {
  const counted: ConvolutionWork = { forward: 0, inputGradient: 0, weightGradient: 0 };
  const architecture = buildArchitecture(network, CLASSES);
  const weights = initialWeights(describeParameters(architecture), 0);
  const data = syntheticPictures(batch, network.size);
  const { x, labels, ids } = await readBatch(
    data,
    data.labels.map((_, i) => i),
  );
  return {
    settings: v.parse(RunSettings, { network }),
    network: new Network(countConvolutions(engine, counted), architecture, weights),
    ...{ architecture, data, x, labels, ids, counted },
  };
}

/** A training step, which also waits for what it has asked of the engine. */
function trainingOf({ network, x, labels }: Prepared): () => Promise<void> {
  const optimizer = new SgdOptimizer(network, 0.9, 5e-4);
  const equalWeights = new Float32Array(labels.length).fill(1);
  return async () => {
    optimizer.step((await network.trainingPass(x, labels, equalWeights)).gradient, 0.01);
    // The engine may still be at work on what was asked of it last.
    const last = tf.slice1d(network.parameters.vector.parts[0], 0, 1);
    await last.data();
    last.dispose();
  };
}

/** The works that leave the network as it is, on a frozen copy of it. */
async function prepareInference({ settings, network, data, x, labels, ids }: Prepared): Promise<Inference> {
  const { method } = settings;
  const batch = labels.length;
  const samples = labels.map((_, i) => i);
  const frozen = await network.freeze();
  const heatmap = async () => {
    const { map, logits } = frozen.forward(x);
    const maps = await heatmaps(frozen, map, labels, method.heatmap);
    await logits.data();
    tf.dispose([map, logits]);
    return maps;
  };
  const background = backgroundsOf(await heatmap(), data.size, method);
  const probe = { ...data, labels: await predictedLabels(frozen, x) };
  return {
    heatmap,
    async forward() {
      const { map, logits } = frozen.forward(x);
      await logits.data();
      tf.dispose([map, logits]);
    },
    async attack() {
      const attacked = attackBackground(frozen, x, labels, background, EPS, labels, method);
      await attacked.data();
      attacked.dispose();
    },
    async assessment() {
      const table = new AssessmentTable(batch);
      const result = await attackBatch(frozen, x, labels, ids, method, EPS, 0, 0);
      result.attacked.dispose();
      table.enter(samples, labels, result, method);
    },
    calibration: () => calibrateEps(frozen, probe, settings, batch, () => Promise.resolve()),
  };
}

/** Of a probe only pictures that are named correctly count, so they are labelled by what the network says of them. */
async function predictedLabels(frozen: FrozenNetwork, x: tf.Tensor4D): Promise<Int32Array> {
  const predicted = tf.tidy(() => tf.argMax(frozen.forward(x).logits, 1));
  const labels = Int32Array.from(await predicted.data());
  predicted.dispose();
  return labels;
}

/** Counts the passes of works, in the unit that is right for each. */
function counting(
  { architecture, data, counted }: Prepared,
  workOf: (work: Work) => Promise<() => Promise<unknown>>,
): Pick<Workload, 'prepare' | 'count'> {
  const countOnce = async (work: Work): Promise<ConvolutionWork> => {
    // What prepares it is not part of it.
    const once = await workOf(work);
    counted.forward = counted.inputGradient = counted.weightGradient = 0;
    await once();
    return { ...counted };
  };
  // A frozen network may compute some convolutions by other means than the engine's, which are not counted. They are
  // missing in a single forward pass as well, so that is the unit there.
  const trainingPass = networkCost({ ...architecture, head: [] }, data.size).multiplications * data.count;
  let frozenPass: number | null = null;
  const unitOf = async (work: Work): Promise<number> =>
    work === 'training' ? trainingPass : (frozenPass ??= (await countOnce('forward')).forward);
  return {
    async prepare(work) {
      await unitOf(work);
    },
    async count(work) {
      const unit = await unitOf(work);
      const found = await countOnce(work);
      const [forward, inputGradient, weightGradient] = [
        found.forward / unit,
        found.inputGradient / unit,
        found.weightGradient / unit,
      ];
      return { forward, inputGradient, weightGradient, total: forward + inputGradient + weightGradient };
    },
  };
}

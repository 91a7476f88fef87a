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
import { heatmaps } from '../src-main/method/heatmap.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { networkCost } from '../src-main/networks/cost.ts';
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
  /** Does the work once on the batch; when it returns, everything has been computed. */
  run(work: Work): Promise<void>;
  /** The same with its passes counted. */
  count(work: Work): Promise<Passes>;
}

/**
 * A network that has seen a few training steps, and a batch of pictures.
 * @param network ResNet of 10 classes; the method's settings are the defaults: PGD of 10 steps
 */
export async function prepareWorkload(engine: Engine, network: NetworkSettings, batch: number): Promise<Workload> {
  const counted: ConvolutionWork = { forward: 0, inputGradient: 0, weightGradient: 0 };
  const settings = v.parse(RunSettings, { network });
  const { method } = settings;
  const architecture = buildArchitecture(network, CLASSES);
  const trained = new Network(
    countConvolutions(engine, counted),
    architecture,
    initialWeights(describeParameters(architecture), 0),
  );
  const optimizer = new SgdOptimizer(trained, 0.9, 5e-4);
  const data = syntheticPictures(batch, network.size);
  const samples = data.labels.map((_, i) => i);
  const { x, labels, ids } = await readBatch(data, samples);
  const equalWeights = new Float32Array(batch).fill(1);
  const trainOnce = async (): Promise<void> => {
    optimizer.step((await trained.trainingPass(x, labels, equalWeights)).gradient, 0.01);
    // The engine may still be at work on what was asked of it last.
    const last = tf.slice1d(trained.parameterVector, 0, 1);
    await last.data();
    last.dispose();
  };
  for (let step = 0; step < WARM_UP_STEPS; step++) await trainOnce();

  const frozen = await trained.freeze();
  const heatmapOnce = async () => {
    const { map, logits } = frozen.forward(x);
    const maps = await heatmaps(frozen, map, labels, method.heatmap);
    await logits.data();
    tf.dispose([map, logits]);
    return maps;
  };
  const background = backgroundsOf(await heatmapOnce(), network.size, method);

  // A probe that is named correctly: by what the network says of it.
  const named = tf.tidy(() => tf.argMax(frozen.forward(x).logits, 1));
  const probe = { ...data, labels: Int32Array.from(await named.data()) };
  named.dispose();

  const works: Record<Work, () => Promise<unknown>> = {
    async forward() {
      const { map, logits } = frozen.forward(x);
      await logits.data();
      tf.dispose([map, logits]);
    },
    heatmap: heatmapOnce,
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
    training: trainOnce,
  };

  const countOnce = async (work: Work): Promise<ConvolutionWork> => {
    counted.forward = counted.inputGradient = counted.weightGradient = 0;
    await works[work]();
    return { ...counted };
  };
  // A frozen network may compute some convolutions by other means than the engine's, which are not counted. They are
  // missing in a single forward pass as well, so that is the unit there.
  const frozenPass = (await countOnce('forward')).forward;
  const trainingPass = networkCost({ ...architecture, head: [] }, network.size).multiplications * batch;
  return {
    multiplications: networkCost(architecture, network.size).multiplications,
    async run(work) {
      await works[work]();
    },
    async count(work) {
      const unit = work === 'training' ? trainingPass : frozenPass;
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

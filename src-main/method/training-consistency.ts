/**
 * E from the by-products of training (`method.consistencyFrom: training`): an approximation of an assessment that costs
 * one forward pass a sample. Of each sample the training pass has the heatmap, the prediction and the way to the loss
 * already; carried on to the picture, its gradient gives one step of FGSM in the background (noise, where noise stands in
 * for the attack), and one more forward pass gives heatmap and prediction of the attacked picture.
 *
 * It is not the E of an assessment: one step instead of many, of the picture as it was augmented, by the network in
 * training mode (batch norms go by the batch, clean and attacked alike; the same places are dropped), and of the network
 * as it was when the sample's turn came. So it sets weights and is not stored as an assessment; the last assessment of a
 * run is always made by attack. It is taken in the last epoch before weights are set.
 */
import * as tf from '@tensorflow/tfjs-core';
import { SteadygazeError } from '../contract/errors.ts';
import type { MethodSettings, RunSettings } from '../contract/settings.ts';
import { poolingHead, type Architecture } from '../networks/layer.ts';
import type { Network } from '../networks/network.ts';
import type { NamedArray } from '../networks/parameters.ts';
import type { SeenPart, Watch } from '../networks/watched-pass.ts';
import { hashSeed } from '../numeric/random.ts';
import { AssessmentTable } from './assessment-table.ts';
import { BackgroundAttack } from './attack.ts';
import type { TrainingData } from './data.ts';
import type { Explained } from './heatmap.ts';
import { labelHeatmaps, pictureBackgrounds } from './label-maps.ts';
import { mixesBackgrounds } from './weights.ts';

/** Names of what a snapshot keeps. */
const [E, LOSS] = ['watched.e', 'watched.loss'];
/** Of a sample that has not had its turn: no E is below 0. */
const UNSEEN = -1;

/**
 * Whether E is taken in an epoch of a run.
 * @param eps chosen already, or null: then the attack's strength is not known yet
 */
export function watchesTraining(
  { arm, method, training }: RunSettings,
  round: number,
  epoch: number,
  eps: number | null,
): boolean {
  if (method.consistencyFrom === 'attack' || arm === 'given') return false;
  const last = (round === 0 ? training.warmupEpochs : training.epochsPerRound) - 1;
  return round < training.rounds && eps !== null && epoch === last;
}

/** @throws SteadygazeError `impossible-value` where E cannot be taken from training */
export function refuseUnwatchable({ arm, method, start }: RunSettings, architecture: Architecture): void {
  if (method.consistencyFrom === 'attack' || arm === 'given') return;
  const refuse = (why: string): never => {
    throw new SteadygazeError(
      'impossible-value',
      `Explanation consistency cannot be taken from training here: ${why}.`,
      'Set method.consistencyFrom to attack.',
    );
  };
  if (poolingHead(architecture) === null) refuse('the heatmap of this network takes a pass of its own');
  if (start.frozenStages > 0) refuse('training does not reach the picture where stages stay as they are');
  if (mixesBackgrounds(arm)) refuse('mixed backgrounds need the heatmaps of an assessment');
}

/** E and losses as they were seen in training. */
export class TrainingConsistency {
  /** [count] each. */
  readonly e: Float32Array;
  readonly losses: Float32Array;
  private readonly data: TrainingData;

  constructor(data: TrainingData) {
    this.data = data;
    this.e = new Float32Array(data.count).fill(UNSEEN);
    this.losses = new Float32Array(data.count);
  }

  /** Whether every sample has had its turn. */
  get isWhole(): boolean {
    return this.e.every((value) => value !== UNSEEN);
  }

  /** What watches an epoch, given the samples of each batch. @param epoch since the beginning of the run */
  watcher(network: Network, settings: RunSettings, epoch: number, eps: number): (indices: Int32Array) => Watch {
    return (indices) => async (seen) => {
      const some = indices.subarray(seen.first, seen.first + seen.x.shape[0]);
      const seeds = Array.from(some, (i) => hashSeed('watched', settings.seed, epoch, this.data.ids[i]));
      const found = await consistencyOf(network, seen, this.data, some, seeds, settings.method, eps);
      some.forEach((sample, i) => {
        this.e[sample] = found.column('e')[i];
        this.losses[sample] = found.column('loss')[i];
      });
    };
  }

  /** For a snapshot. */
  toState(): [string, NamedArray][] {
    const shape = [this.data.count];
    return [
      [E, { shape, data: this.e }],
      [LOSS, { shape, data: this.losses }],
    ];
  }

  /** Counterpart of {@link toState}; null where a snapshot has none. */
  static fromState(state: ReadonlyMap<string, NamedArray>, data: TrainingData): TrainingConsistency | null {
    const [e, losses] = [state.get(E), state.get(LOSS)];
    if (e?.data.length !== data.count || losses?.data.length !== data.count) return null;
    const found = new TrainingConsistency(data);
    found.e.set(e.data);
    found.losses.set(losses.data);
    return found;
  }
}

/** @returns the table of these samples alone */
async function consistencyOf(
  network: Network,
  { x, map, logits, gradient, again }: SeenPart,
  data: TrainingData,
  samples: Int32Array,
  seeds: readonly number[],
  method: MethodSettings,
  eps: number,
): Promise<AssessmentTable> {
  const sets = data.labelSets?.pick(samples) ?? null;
  const labels = Int32Array.from(samples, (sample) => data.labels[sample]);
  const explained: Explained = {
    architecture: network.architecture,
    camWeights: (classes) => network.camWeights(classes),
    mapGradient: () => {
      throw new Error('class activation maps take no gradient');
    },
  };
  const explain = (of: tf.Tensor4D) => labelHeatmaps(explained, of, sets ?? labels, 'cam');
  const clean = await explain(map);
  const background = pictureBackgrounds(clean, data.size, method);
  const kind = method.attack === 'noise' ? 'noise' : 'fgsm';
  const attack = new BackgroundAttack(x, background, eps, seeds, { ...method, attack: kind });
  if (attack.steps > 0) attack.move(gradient);
  const after = again(attack.current);
  const attacked = await explain(after.map);
  const attackedLogits = (await after.logits.data()) as Float32Array;
  const table = new AssessmentTable(samples.length, sets);
  const all = Int32Array.from(samples, (_, i) => i);
  const batch = { attacked: attack.current, maps: clean.maps, attackedMaps: attacked.maps, logits, attackedLogits };
  table.enter(all, labels, batch, method);
  tf.dispose([after.map, after.logits]);
  attack.dispose();
  return table;
}

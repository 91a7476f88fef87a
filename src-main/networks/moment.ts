/** What layers may know of the training step that they are in, beside their input. */
import type { TrainingSettings } from '../contract/settings.ts';
import type { Random } from '../numeric/random.ts';
import type { Targets } from './loss.ts';

/** What layers that explain the network add to what is minimised, each for itself: see the settings. */
export type Penalties = Pick<
  TrainingSettings,
  'filterLoss' | 'gatePeriod' | 'gateSparsity' | 'clusterCost' | 'separationCost'
>;

/** Classification alone; no step goes through a class gate. */
export const NO_PENALTIES: Penalties = {
  filterLoss: 0,
  gatePeriod: Infinity,
  gateSparsity: 0,
  clusterCost: 0,
  separationCost: 0,
};

/** Which pictures of a batch pass through the network together, where not all do. */
export interface BatchPart {
  /** Pictures of the batch before them. */
  readonly before: number;
  /** Pictures of the whole batch. */
  readonly all: number;
}

export interface TrainingMoment {
  /** Number of the step since the beginning of the run: what a layer does now and then goes by it. */
  readonly step: number;
  /** What dropout and stochastic depth draw from. */
  readonly chance: Random;
  /** What the n pictures are of. */
  readonly targets: Targets;
  /** [n] sample weights. */
  readonly v: Float32Array;
  readonly penalties: Penalties;
  /** Absent: the n pictures are the batch. */
  readonly part?: BatchPart;
}

/** What layers may know of the training step that they are in, beside their input. */
import type { Random } from '../numeric/random.ts';
import type { Targets } from './loss.ts';

export interface TrainingMoment {
  /** Number of the step since the beginning of the run: what a layer does now and then goes by it. */
  readonly step: number;
  /** What dropout and stochastic depth draw from. */
  readonly chance: Random;
  /** What the n pictures are of. */
  readonly targets: Targets;
  /** [n] sample weights. */
  readonly v: Float32Array;
}

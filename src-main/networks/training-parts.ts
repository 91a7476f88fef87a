/** A training batch that passes through the network in parts, and what comes of the whole. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { LabelSets } from '../numeric/label-sets.ts';
import type { Targets } from './loss.ts';
import type { Penalties } from './moment.ts';
import { ParameterVector } from './parameter-vector.ts';

/** A training step but for its pictures. */
export interface TrainingBatch {
  /** What the n pictures are of. */
  readonly targets: Targets;
  /** [n] sample weights. */
  readonly v: Float32Array;
  /** Of dropout and stochastic depth, another one for every step. */
  readonly seed: number;
  /** Since the beginning of the run. */
  readonly step: number;
  readonly penalties: Penalties;
}

/** What comes of a training step; the caller disposes of `gradient`. */
export interface TrainingPass {
  /** [parameterCount] d loss / d parameters, loss = mean_i v_i L_i. */
  readonly gradient: ParameterVector;
  /** [n] loss L_i of each picture, not weighted: see loss.ts. */
  readonly losses: Float32Array;
  /** How many of the n pictures were named correctly (as seen in training, augmented): see loss.ts. */
  readonly correct: number;
}

interface PartPass extends TrainingPass {
  /** What running statistics move by; null where there are none. */
  readonly statistics: Tensor1D | null;
}

/** Parts of a batch added up: means over the batch are means over the parts, each with its share of the pictures. */
export class PartSums {
  /** Pictures added so far. */
  done = 0;
  readonly #losses: Float32Array;
  #correct = 0;
  #gradient: ParameterVector | null = null;
  #statistics: Tensor1D | null = null;

  /** @param count pictures of the batch */
  constructor(count: number) {
    this.#losses = new Float32Array(count);
  }

  /** Takes ownership of the tensors. */
  add({ losses, correct, gradient, statistics }: PartPass): void {
    const share = losses.length / this.#losses.length;
    this.#losses.set(losses, this.done);
    this.done += losses.length;
    this.#correct += correct;
    const sum = this.#gradient;
    this.#gradient = new ParameterVector(
      gradient.parts.map((part, i) => blended(sum === null ? null : sum.parts[i], part, share)),
    );
    if (statistics !== null) this.#statistics = blended(this.#statistics, statistics, share);
  }

  /** @throws Error before the first part */
  whole(): PartPass {
    if (this.#gradient === null) throw new Error('a batch without pictures');
    return {
      gradient: this.#gradient,
      statistics: this.#statistics,
      losses: this.#losses,
      correct: this.#correct,
    };
  }
}

/** sum + share * part; disposes of both. */
function blended(sum: Tensor1D | null, part: Tensor1D, share: number): Tensor1D {
  if (sum === null && share === 1) return part;
  const blend = tf.tidy<Tensor1D>(() => {
    const scaled = tf.mul<Tensor1D>(part, share);
    return sum === null ? scaled : tf.add(sum, scaled);
  });
  part.dispose();
  sum?.dispose();
  return blend;
}

/** What the pictures `from` .. `to - 1` are of. */
export function pickTargets(targets: Targets, from: number, to: number): Targets {
  if (!(targets instanceof LabelSets)) return targets.subarray(from, to);
  return targets.pick(Array.from({ length: to - from }, (_, i) => from + i));
}

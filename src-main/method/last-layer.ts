/**
 * The last layer of a network with prototypes, fitted to the scores of the training pictures while everything before it
 * stands still (Chen et al., NeurIPS 2019, section 2.2): mean_i v_i L_i + 1e-4 * sum |w| over the connections of a
 * prototype with other classes than its own. That is convex, and solved by accelerated proximal gradient steps that
 * begin anew where the momentum points uphill (Beck and Teboulle, 2009; O'Donoghue and Candès, 2015).
 */
import * as tf from '@tensorflow/tfjs-core';
import { type Targets, weightedLoss } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';

export interface LastLayerProblem {
  /** [n,m] scores of the prototypes. */
  readonly scores: Float32Array;
  /** What the n pictures are of, and their sample weights [n]. */
  readonly targets: Targets;
  readonly v: Float32Array;
  readonly classes: number;
  readonly perClass: number;
  /** [m,classes] weights to begin with. */
  readonly start: Float32Array;
}

/** Of the sum of absolute weights that connect prototypes with other classes (the paper's). */
const SPARSITY = 1e-4;
/** Steps at most; of very many pictures, prototypes and classes fewer. */
const STEPS = { most: 500, least: 50 };
/** Multiplications that all steps together may take. */
const WORK = 1e11;
/** The work is done when the gradient (with the part that the absolute values have in it) is nowhere larger. */
const TOLERANCE = 1e-5;

/**
 * @param afterStep awaited after every step; may throw to stop
 * @returns [m,classes]
 */
export async function fitLastLayer(
  problem: LastLayerProblem,
  afterStep: () => Promise<void>,
  most = STEPS.most,
): Promise<Float32Array> {
  const { scores, classes, targets, v } = problem;
  const n = v.length;
  const m = scores.length / n;
  const rate = 1 / steepness(problem, n, m);
  const steps = Math.max(Math.min(STEPS.least, most), Math.min(most, Math.floor(WORK / (n * m * classes))));
  const values = tf.tensor2d(scores, [n, m]);
  // Transposed once: the products with transposed operands are scalar loops in wasm.
  const transposed = tf.transpose(values);
  const gradientAt = async (weights: Float64Array): Promise<Float32Array> => {
    const logits = tf.tidy(() => tf.matMul(values, tf.tensor2d(Float32Array.from(weights), [m, classes])));
    const { gradient } = weightedLoss((await logits.data()) as Float32Array, targets, v);
    const product = tf.tidy(() => tf.matMul(transposed, tf.tensor2d(gradient, [n, classes])));
    const found = (await product.data()) as Float32Array;
    tf.dispose([logits, product]);
    return found;
  };
  try {
    return await descend(problem, { rate, steps, gradientAt }, afterStep);
  } finally {
    tf.dispose([values, transposed]);
  }
}

interface Descent {
  readonly rate: number;
  readonly steps: number;
  readonly gradientAt: (weights: Float64Array) => Promise<Float32Array>;
}

async function descend(
  { start, classes, perClass }: LastLayerProblem,
  { rate, steps, gradientAt }: Descent,
  afterStep: () => Promise<void>,
): Promise<Float32Array> {
  let current = Float64Array.from(start);
  let ahead = current;
  let inertia = 1;
  for (let step = 0; step < steps; step++) {
    const gradient = await gradientAt(ahead);
    const next = ahead.map((weight, k) => {
      const moved = weight - rate * gradient[k];
      const isOwn = Math.floor(k / classes / perClass) === k % classes;
      return isOwn ? moved : Math.sign(moved) * Math.max(0, Math.abs(moved) - rate * SPARSITY);
    });
    let [largest, uphill] = [0, 0];
    for (let k = 0; k < next.length; k++) {
      const back = ahead[k] - next[k];
      largest = Math.max(largest, Math.abs(back));
      uphill += back * (next[k] - current[k]);
    }
    const grown = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * inertia ** 2)) / 2;
    const share = uphill > 0 ? 0 : (inertia - 1) / grown;
    const before = current;
    current = next;
    ahead = next.map((weight, k) => weight + share * (weight - before[k]));
    inertia = grown;
    if (largest / rate < TOLERANCE) break;
    await afterStep();
  }
  return Float32Array.from(current);
}

/**
 * A bound on the curvature: at most 1/2 along any direction of the logits of a cross-entropy (Böhning, 1992), 1/4 of a
 * binary one, times the largest eigenvalue of mean_i v_i s_i s_i^T, which its trace is never below.
 */
function steepness({ scores, targets, v }: LastLayerProblem, n: number, m: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i * m; j < (i + 1) * m; j++) trace += (v[i] * scores[j] ** 2) / n;
  }
  return Math.max(1e-12, trace * (targets instanceof LabelSets ? 1 / 4 : 1 / 2));
}

/**
 * What training minimises, mean_i v_i L_i, on the logits of a batch in double precision.
 *
 * - One label a picture: the cross-entropy L_i = -log softmax(z_i)[y_i].
 * - Several labels: the sum of binary cross-entropies, one question a class (is it there?), L_i = sum_c known_ic *
 *   (log(1 + exp(z_ic)) - t_ic z_ic). A class of which it is not known whether a picture shows it adds nothing and gets
 *   no gradient. The sum and not the mean: what a class adds does not depend on how many classes there are.
 */
import { LabelSets } from '../numeric/label-sets.ts';

/** What pictures are of: [n] one class each, or sets of classes. */
export type Targets = Int32Array | LabelSets;

/** Losses of a batch and the gradient of their weighted mean. */
export interface BatchLoss {
  /** [n] L_i, not weighted. */
  readonly losses: Float32Array;
  /**
   * Pictures that are named correctly: their most probable class (of those of which it is known whether they are there)
   * is the label, or one of the labels.
   */
  readonly correct: number;
  /** [n, classes] d mean_i(v_i L_i) / d z. */
  readonly gradient: Float32Array;
}

/**
 * @param logits [n, classes]
 * @param v      [n] sample weights
 */
export function weightedLoss(logits: Float32Array, targets: Targets, v: Float32Array): BatchLoss {
  return targets instanceof LabelSets
    ? weightedBinaryCrossEntropy(logits, targets, v)
    : weightedCrossEntropy(logits, targets, v);
}

function weightedCrossEntropy(logits: Float32Array, labels: Int32Array, v: Float32Array): BatchLoss {
  const n = labels.length;
  const classes = logits.length / n;
  const losses = new Float32Array(n);
  const gradient = new Float32Array(logits.length);
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[row + c] > logits[row + best]) best = c;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[row + c] - logits[row + best]);
    const logSum = Math.log(sum) + logits[row + best];
    const label = labels[i];
    losses[i] = logSum - logits[row + label];
    if (best === label) correct += 1;
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(logits[row + c] - logSum);
      gradient[row + c] = (v[i] / n) * (probability - (c === label ? 1 : 0));
    }
  }
  return { losses, correct, gradient };
}

function weightedBinaryCrossEntropy(logits: Float32Array, sets: LabelSets, v: Float32Array): BatchLoss {
  const n = sets.count;
  const classes = sets.classCount;
  const [targets, known] = [sets.targets(), sets.known()];
  const losses = new Float32Array(n);
  const gradient = new Float32Array(logits.length);
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    losses[i] = binaryCrossEntropy(logits, targets, known, row, classes);
    if (sets.isPositive(i, mostProbable(logits.subarray(row, row + classes), sets.unsure(i)))) correct += 1;
    for (let k = row; k < row + classes; k++) {
      gradient[k] = (v[i] / n) * known[k] * (sigmoid(logits[k]) - targets[k]);
    }
  }
  return { losses, correct, gradient };
}

/**
 * Sum over the known classes of one picture, never infinite for finite logits.
 * @param targets 1 where the class is there, else 0; `known` 1 where that is known, else 0; both as long as `logits`
 * @param row     where the picture's classes begin
 */
export function binaryCrossEntropy(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  known: ArrayLike<number>,
  row: number,
  classes: number,
): number {
  let sum = 0;
  for (let k = row; k < row + classes; k++) {
    const z = logits[k];
    // log(1 + exp(z)) - t z, written so that exp never overflows.
    sum += known[k] * (Math.max(z, 0) - targets[k] * z + Math.log1p(Math.exp(-Math.abs(z))));
  }
  return sum;
}

/** Probability that a class is there, of its logit. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * The class with the largest value, the first of equals, leaving out those of which nothing is known.
 * @returns -1 where nothing is known of any class
 */
export function mostProbable(values: ArrayLike<number>, unsure: Int32Array): number {
  let best = -1;
  for (let c = 0; c < values.length; c++) {
    if ((best < 0 || values[c] > values[best]) && !unsure.includes(c)) best = c;
  }
  return best;
}

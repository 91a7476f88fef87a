/**
 * Which class each filter of an ICNN stands for (section 3.2 of the paper): the one whose pictures excite it most. The
 * table behind it, `icnn.class_activation` [classes,channels], is the running mean of a filter's mean activation over
 * the pictures of each class. A row of zeros: no picture of that class has been seen. Nothing is read from the engine: a
 * graphics card cannot answer within a pass.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { LabelSets } from '../../numeric/label-sets.ts';
import type { Targets } from '../loss.ts';

/** Share of the new batch in the running mean. */
const MOMENTUM = 0.1;

/** Classes that a picture is of. */
export function classesOf(targets: Targets, picture: number): Int32Array {
  return targets instanceof LabelSets ? targets.positives(picture) : targets.subarray(picture, picture + 1);
}

/** [n,classes]: 1 for the classes of a picture, else 0. */
function membership(targets: Targets, n: number, classes: number): Float32Array {
  if (targets instanceof LabelSets) return targets.targets();
  const members = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) members[i * classes + targets[i]] = 1;
  return members;
}

/**
 * @param table       [classes,channels]
 * @param activations [n,channels] mean over the map, before the mask
 * @param targets     what the n pictures are of; a picture counts for each of its classes
 * @returns the table after this batch; the caller disposes of it
 */
export function movedTable(table: Tensor2D, activations: Tensor2D, targets: Targets): Tensor2D {
  const [classes] = table.shape;
  const [n] = activations.shape;
  const members = membership(targets, n, classes);
  const counts = new Float32Array(classes);
  members.forEach((member, i) => (counts[i % classes] += member));
  // [classes,n]: the mean over the pictures of each class is a product.
  const shares = Float32Array.from(members, (_, i) => {
    const label = Math.floor(i / n);
    return members[(i % n) * classes + label] / Math.max(1, counts[label]);
  });
  return tf.tidy(() => {
    const means = tf.matMul<Tensor2D>(tf.tensor2d(shares, [classes, n]), activations);
    const isFirst = tf.cast(tf.equal(tf.max(tf.abs(table), 1, true), 0), 'float32');
    const isSeen = tf.tensor2d(
      counts.map((count) => Math.min(1, count)),
      [classes, 1],
    );
    const moves = tf.mul(tf.add(tf.mul(isFirst, 1 - MOMENTUM), MOMENTUM), isSeen);
    return tf.add<Tensor2D>(tf.mul(table, tf.sub(1, moves)), tf.mul(means, moves));
  });
}

/**
 * The class of each filter. A filter that no picture excites stands for the first one.
 * @param table   [classes,channels], `icnn.class_activation`
 * @returns [channels]
 */
export function filterClasses(table: Float32Array, channels: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, k) => {
    let best = 0;
    for (let c = 1; c < table.length / channels; c++) {
      if (table[c * channels + k] > table[best * channels + k]) best = c;
    }
    return best;
  });
}

/** What filters should find in pictures, [n,channels] of 0 and 1. */
export interface ExpectedParts {
  /** The picture is of the filter's class. */
  readonly present: Tensor2D;
  /** It is known whether it is. */
  readonly known: Tensor2D;
}

/**
 * Whether each filter's part should be there in each picture; the caller disposes of it.
 * @param filters [channels] int32, the class of each filter, of `classes`
 */
export function expectedParts(filters: Tensor1D, targets: Targets, n: number, classes: number): ExpectedParts {
  const known = targets instanceof LabelSets ? targets.known() : new Float32Array(n * classes).fill(1);
  const ofFilters = (values: Float32Array): Tensor2D =>
    tf.tidy(() => tf.gather(tf.tensor2d(values, [n, classes]), filters, 1));
  return { present: ofFilters(membership(targets, n, classes)), known: ofFilters(known) };
}

/**
 * What keeps a class gate a gate (CSG, Liang et al., ECCV 2020, section 3.3: projected gradient descent): after every
 * step each filter's column of G is divided by its largest value and cut to [0,1], so that every filter serves at least
 * one class wholly.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Chunk } from '../parameter-vector.ts';

/**
 * A column without a value above 0 has no direction to be scaled in: it is raised until its largest value is 1.
 * @param gate [classes,channels]
 */
export function projectGate(gate: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const largest = tf.max(gate, 0, true);
    const isPositive = tf.cast(tf.greater(largest, 0), 'float32');
    const missing = tf.mul(tf.sub(1, largest), tf.sub(1, isPositive));
    const divisor = tf.add(tf.mul(largest, isPositive), tf.sub(1, isPositive));
    return tf.clipByValue(tf.div<Tensor2D>(tf.add(gate, missing), divisor), 0, 1);
  });
}

/** A chunk after a step with its class gates projected; the same tensor where there are none, else a new one. */
export function projectGates(chunk: Chunk, values: Tensor1D): Tensor1D {
  if (!chunk.parameters.some(({ kind }) => kind === 'gate')) return values;
  return tf.tidy(() => {
    const parts: Tensor1D[] = [];
    let end = 0;
    for (const { kind, offset, size, innerShape } of chunk.parameters) {
      if (kind !== 'gate') continue;
      const from = offset - chunk.offset;
      if (from > end) parts.push(tf.slice1d(values, end, from - end));
      const gate = tf.reshape<tf.Rank.R2>(tf.slice1d(values, from, size), innerShape as [number, number]);
      parts.push(tf.reshape<tf.Rank.R1>(projectGate(gate), [size]));
      end = from + size;
    }
    if (end < chunk.size) parts.push(tf.slice1d(values, end, chunk.size - end));
    return tf.concat1d(parts);
  });
}

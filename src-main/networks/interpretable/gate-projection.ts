/**
 * What keeps a class gate a gate (CSG, Liang et al., ECCV 2020, section 3.3: projected gradient descent): after every
 * step each filter's column of G is divided by its largest value and cut to [0,1], so that every filter serves at least
 * one class wholly.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ParameterLayout } from '../parameters.ts';

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

/** Parameters after a step with their class gates projected; the same tensor where there are none, else a new one. */
export function projectGates(layout: ParameterLayout, parameters: Tensor1D): Tensor1D {
  if (!layout.parameters.some(({ kind }) => kind === 'gate')) return parameters;
  return tf.tidy(() => {
    const parts: Tensor1D[] = [];
    let end = 0;
    for (const { kind, offset, size, innerShape } of layout.parameters) {
      if (kind !== 'gate') continue;
      if (offset > end) parts.push(tf.slice1d(parameters, end, offset - end));
      const gate = tf.reshape<tf.Rank.R2>(tf.slice1d(parameters, offset, size), innerShape as [number, number]);
      parts.push(tf.reshape<tf.Rank.R1>(projectGate(gate), [size]));
      end = offset + size;
    }
    if (end < layout.parameterCount) parts.push(tf.slice1d(parameters, end, layout.parameterCount - end));
    return tf.concat1d(parts);
  });
}

/** The parts of the flat vectors that a network in training keeps, as tensors. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { StoredStatistics } from './kept-norm.ts';
import type { ParameterLayout } from './parameters.ts';

/** Every parameter in its inner layout, by name. @param flat [parameterCount] */
export function parameterViews(flat: Tensor1D, { parameters }: ParameterLayout): Map<string, Tensor> {
  const parts = tf.split(
    flat,
    parameters.map(({ size }) => size),
  );
  const views = new Map<string, Tensor>();
  parameters.forEach(({ name, innerShape }, i) => {
    const part = parts[i] as Tensor1D;
    views.set(name, innerShape.length === 1 ? part : tf.reshape(part, innerShape.slice()));
    if (innerShape.length !== 1) part.dispose();
  });
  return views;
}

/** The stored mean and variance of every batch norm, by name. @param flat [statisticsCount] */
export function statisticsViews(flat: Tensor1D, { statistics }: ParameterLayout): Map<string, StoredStatistics> {
  const views = new Map<string, StoredStatistics>();
  for (const { name, channels, offset } of statistics) {
    const mean = tf.slice1d(flat, offset, channels);
    views.set(name, { mean, variance: tf.slice1d(flat, offset + channels, channels) });
  }
  return views;
}

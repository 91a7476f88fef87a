/**
 * Batch normalisation in training mode (Ioffe and Szegedy 2015, algorithm 1 and its gradients) and
 * the gradient of the ReLU, each in one or two passes over the heap. Sums are kept in float64, so
 * that one pass gives mean and variance without cancellation.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BatchNormGradients, BatchNormResult } from './engine.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** y = scale (x - mean) / sqrt(variance + epsilon) + offset, with the statistics of x over N, H, W. */
export function normalise(
  heap: WasmHeap,
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
): BatchNormResult {
  return tf.tidy(() => {
    const channels = x.shape[3];
    const y = heap.allocate4d(x.shape);
    const meanTensor = heap.allocate<tf.Rank.R1>([channels]);
    const varianceTensor = heap.allocate<tf.Rank.R1>([channels]);
    const values = heap.floats(x);
    const { sum: mean, product: variance } = channelSums(values, values, channels);
    const count = values.length / channels;
    const scales = heap.floats(scale);
    const offsets = heap.floats(offset);
    const factor = new Float64Array(channels);
    const shift = new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      const average = (mean[c] as number) / count;
      const spread = Math.max(0, (variance[c] as number) / count - average * average);
      mean[c] = average;
      variance[c] = spread;
      factor[c] = (scales[c] as number) / Math.sqrt(spread + epsilon);
      shift[c] = (offsets[c] as number) - average * (factor[c] as number);
    }
    heap.floats(meanTensor).set(mean);
    heap.floats(varianceTensor).set(variance);
    const out = heap.floats(y);
    for (let i = 0; i < values.length;) {
      for (let c = 0; c < channels; c++, i++) {
        out[i] = (values[i] as number) * (factor[c] as number) + (shift[c] as number);
      }
    }
    return { y, mean: meanTensor, variance: varianceTensor };
  });
}

/**
 * Gradients of {@link normalise}. With the normalised n = (x - mean) / s, s = sqrt(variance + epsilon):
 * dOffset = sum dy, dScale = sum dy n, dx = scale / s (dy - dOffset / M - n dScale / M), M = N H W.
 */
export function normaliseGradient(
  heap: WasmHeap,
  dy: Tensor4D,
  x: Tensor4D,
  scale: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  epsilon: number,
): BatchNormGradients {
  return tf.tidy(() => {
    const channels = x.shape[3];
    const dx = heap.allocate4d(x.shape);
    const dScale = heap.allocate<tf.Rank.R1>([channels]);
    const dOffset = heap.allocate<tf.Rank.R1>([channels]);
    const values = heap.floats(x);
    const gradients = heap.floats(dy);
    const count = values.length / channels;
    const { sum, product } = channelSums(gradients, values, channels);
    const [scales, means, variances] = [heap.floats(scale), heap.floats(mean), heap.floats(variance)];
    const dScales = heap.floats(dScale);
    // dx = ofDy dy + ofX x + constant, channel by channel
    const ofDy = new Float64Array(channels);
    const ofX = new Float64Array(channels);
    const constant = new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      const average = means[c] as number;
      const total = sum[c] as number;
      const inverse = 1 / Math.sqrt((variances[c] as number) + epsilon);
      const along = ((product[c] as number) - average * total) * inverse;
      const factor = (scales[c] as number) * inverse;
      const slope = (-factor * along * inverse) / count;
      dScales[c] = along;
      ofDy[c] = factor;
      ofX[c] = slope;
      constant[c] = (-factor * total) / count - slope * average;
    }
    heap.floats(dOffset).set(sum);
    const out = heap.floats(dx);
    for (let i = 0; i < values.length;) {
      for (let c = 0; c < channels; c++, i++) {
        out[i] =
          (gradients[i] as number) * (ofDy[c] as number) +
          (values[i] as number) * (ofX[c] as number) +
          (constant[c] as number);
      }
    }
    return { dx, dScale, dOffset };
  });
}

/** For each channel, the sum of a and the sum of a b. */
function channelSums(a: Float32Array, b: Float32Array, channels: number): { sum: Float64Array; product: Float64Array } {
  const sum = new Float64Array(channels);
  const product = new Float64Array(channels);
  for (let i = 0; i < a.length;) {
    for (let c = 0; c < channels; c++, i++) {
      const value = a[i] as number;
      sum[c] = (sum[c] as number) + value;
      product[c] = (product[c] as number) + value * (b[i] as number);
    }
  }
  return { sum, product };
}

/** dy where y > 0, else 0. */
export function rectifierGradient<T extends Tensor4D>(dy: T, y: T): T {
  return tf.tidy(() => tf.mul<T>(dy, tf.step(y)));
}

/**
 * Batch normalisation in training mode (Ioffe and Szegedy 2015, algorithm 1 and its gradients) and
 * the gradient of the ReLU. Sums over the heap are kept in float64, so that one pass gives mean and
 * variance without cancellation.
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
    const values = heap.floats(x);
    const { sum, product } = channelSums(values, values, channels);
    const count = values.length / channels;
    const { mean, variance, factor, shift } = normFactors(
      ...([sum, product, count, heap.floats(scale), heap.floats(offset), epsilon] as const),
    );
    return { y: affine(heap, x, factor, shift), mean: heap.vector(mean), variance: heap.vector(variance) };
  });
}

/** Statistics from the sums of x and x^2 over `count` pixels, and y = factor x + shift; all by channel. */
export function normFactors(
  sum: Float64Array,
  squares: Float64Array,
  count: number,
  scale: Float32Array,
  offset: Float32Array,
  epsilon: number,
): Record<'mean' | 'variance' | 'factor' | 'shift', Float64Array> {
  const mean = sum.map((total) => total / count);
  const variance = squares.map((total, c) => Math.max(0, total / count - mean[c] ** 2));
  const factor = variance.map((spread, c) => scale[c] / Math.sqrt(spread + epsilon));
  return { mean, variance, factor, shift: mean.map((average, c) => offset[c] - average * factor[c]) };
}

/** Gradients of {@link normalise}: see {@link gradientFactors}. */
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
    const values = heap.floats(x);
    const { sum, product } = channelSums(heap.floats(dy), values, channels);
    const count = values.length / channels;
    const { along, ofDy, ofX, constant } = gradientFactors(
      ...([sum, product, count, heap.floats(scale), heap.floats(mean), heap.floats(variance), epsilon] as const),
    );
    const none = new Float64Array(channels);
    const dx = tf.add<Tensor4D>(affine(heap, dy, ofDy, none), affine(heap, x, ofX, constant));
    return { dx, dScale: heap.vector(along), dOffset: heap.vector(sum) };
  });
}

/**
 * From the sums of dy and dy x over M pixels. With the normalised n = (x - mean) / s, s = sqrt(variance + epsilon):
 * dOffset = sum dy, dScale = `along` = sum dy n, dx = scale / s (dy - dOffset / M - n dScale / M)
 * = ofDy dy + ofX x + constant; all by channel.
 */
export function gradientFactors(
  sum: Float64Array,
  product: Float64Array,
  count: number,
  scale: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  epsilon: number,
): Record<'along' | 'ofDy' | 'ofX' | 'constant', Float64Array> {
  const inverse = Float64Array.from(variance, (spread) => 1 / Math.sqrt(spread + epsilon));
  const along = product.map((total, c) => (total - mean[c] * sum[c]) * inverse[c]);
  const ofDy = inverse.map((each, c) => scale[c] * each);
  const ofX = along.map((dScale, c) => (-ofDy[c] * dScale * inverse[c]) / count);
  return { along, ofDy, ofX, constant: sum.map((total, c) => (-ofDy[c] * total) / count - ofX[c] * mean[c]) };
}

/** Floats read again and again while they are in the first-level cache. */
const BLOCK = 4096;

/** For each channel, the sum of a and the sum of a b. */
function channelSums(a: Float32Array, b: Float32Array, channels: number): { sum: Float64Array; product: Float64Array } {
  const sum = new Float64Array(channels);
  const product = new Float64Array(channels);
  const blockLength = Math.max(1, Math.floor(BLOCK / channels)) * channels;
  for (let start = 0; start < a.length; start += blockLength) {
    const end = Math.min(a.length, start + blockLength);
    for (let c = 0; c < channels; c++) {
      let partialSum = 0;
      let partialProduct = 0;
      for (let i = start + c; i < end; i += channels) {
        const value = a[i];
        partialSum += value;
        partialProduct += value * b[i];
      }
      sum[c] = sum[c] + partialSum;
      product[c] = product[c] + partialProduct;
    }
  }
  return { sum, product };
}

/**
 * factor[c] x + constant[c]. As a depthwise convolution with a 1x1 filter, which XNNPACK computes in
 * one pass (vmulcaddc), it takes a half to an eighth of the time of a broadcast product and sum.
 */
function affine(heap: WasmHeap, x: Tensor4D, factor: Float64Array, constant: Float64Array): Tensor4D {
  return tf.tidy(() => {
    const filter = heap.allocate4d([1, 1, factor.length, 1]);
    heap.floats(filter).set(factor);
    return tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad: 0, bias: heap.vector(constant) });
  });
}

/** dy where y > 0, else 0. */
export function rectifierGradient<T extends Tensor4D>(dy: T, y: T): T {
  return tf.tidy(() => tf.mul<T>(dy, tf.step(y)));
}

/**
 * Batch normalisation and the gradient of ReLU on the graphics card. The statistics are found as Welford does it
 * (Technometrics 4, 1962) and joined as Chan, Golub and LeVeque do (1979): the plain sum of squares loses the
 * variance of values far from zero in float32.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BatchNormGradients, BatchNormResult } from './engine.ts';
import { groupsFor, run } from './webgpu-program.ts';
import type { Program } from './webgpu-program.ts';
import { GROUP_SUM, partsOf, sumParts } from './webgpu-sums.ts';

/**
 * Thread t * C + c goes through the pixels t, t + T, t + 2T... of channel c: neighbours read neighbours.
 * Result [2,T,C]: mean, and sum of squared distances from it.
 */
const PARTS: Program = {
  name: 'norm_parts',
  inputs: ['x'],
  numbers: ['size', 'threads'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    var mean = 0.0;
    var squares = 0.0;
    var count = 0.0;
    for (var i = index; i < uniforms.size; i = i + uniforms.threads) {
      count = count + 1.0;
      let distance = x[i] - mean;
      mean = mean + distance / count;
      squares = squares + distance * (x[i] - mean);
    }
    result[index] = mean;
    result[uniforms.threads + index] = squares;
  }`,
};

/** [2,T,C] -> [2,C]: mean and biased variance. A group for each channel. */
const JOIN: Program = {
  name: 'norm_join',
  inputs: ['parts'],
  numbers: ['pixels', 'count', 'channels'],
  code: `${GROUP_SUM}
  fn pixelsOf(part : i32) -> f32 {
    return f32((uniforms.pixels - part + uniforms.count - 1) / uniforms.count);
  }
  fn main(index : i32) {
    let channel = group();
    let inside = channel < uniforms.channels;
    let pixels = f32(uniforms.pixels);
    // Distances from the first part's mean keep their digits where all means are far from zero.
    let origin = parts[min(channel, uniforms.channels - 1)];
    var sum = 0.0;
    if (inside) {
      for (var i = i32(localIndex); i < uniforms.count; i = i + 64) {
        sum = sum + pixelsOf(i) * (parts[i * uniforms.channels + channel] - origin);
      }
    }
    let mean = origin + groupSum(sum) / pixels;
    var squares = 0.0;
    if (inside) {
      for (var i = i32(localIndex); i < uniforms.count; i = i + 64) {
        let distance = parts[i * uniforms.channels + channel] - mean;
        squares = squares + parts[(uniforms.count + i) * uniforms.channels + channel] + pixelsOf(i) * distance * distance;
      }
    }
    let all = groupSum(squares);
    if (inside && localIndex == 0u) {
      result[channel] = mean;
      result[uniforms.channels + channel] = all / pixels;
    }
  }`,
};

/** `epsilon` is written into the code: it is one of a few. */
const applied = (epsilon: number): Program => ({
  name: `norm_apply_${epsilon}`,
  inputs: ['x', 'mean', 'variance', 'scale', 'shift'],
  numbers: ['size', 'channels'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let c = index % uniforms.channels;
    let deviation = sqrt(variance[c] + ${float(epsilon)});
    result[index] = (x[index] - mean[c]) / deviation * scale[c] + shift[c];
  }`,
});

/** [2,T,C]: sums of dy * (x - mean), and of dy. */
const GRADIENT_PARTS: Program = {
  name: 'norm_gradient_parts',
  inputs: ['dy', 'x', 'mean'],
  numbers: ['size', 'threads', 'channels'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    let centre = mean[index % uniforms.channels];
    var product = 0.0;
    var sum = 0.0;
    for (var i = index; i < uniforms.size; i = i + uniforms.threads) {
      product = product + dy[i] * (x[i] - centre);
      sum = sum + dy[i];
    }
    result[index] = product;
    result[uniforms.threads + index] = sum;
  }`,
};

const gradientApplied = (epsilon: number): Program => ({
  name: `norm_gradient_apply_${epsilon}`,
  inputs: ['dy', 'x', 'mean', 'variance', 'scale', 'sums'],
  numbers: ['size', 'channels'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let c = index % uniforms.channels;
    let pixels = f32(uniforms.size / uniforms.channels);
    let spread = variance[c] + ${float(epsilon)};
    let shared_part = (sums[uniforms.channels + c] + (x[index] - mean[c]) / spread * sums[c]) / pixels;
    result[index] = scale[c] / sqrt(spread) * (dy[index] - shared_part);
  }`,
});

const RELU_GRADIENT: Program = {
  name: 'relu_gradient',
  inputs: ['dy', 'y'],
  numbers: ['size'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    result[index] = select(0.0, dy[index], y[index] > 0.0);
  }`,
};

/** Batch normalisation with the statistics of this batch. */
export function normalise(
  backend: WebGPUBackend,
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
): BatchNormResult {
  const channels = x.shape[3];
  const pixels = x.size / channels;
  const count = partsOf(pixels, channels);
  const threads = count * channels;
  const parts = run(backend, PARTS, [x], [2, count, channels], groupsFor(threads), [x.size, threads]);
  const joined = run(backend, JOIN, [parts], [2, channels], channels, [pixels, count, channels]);
  parts.dispose();
  const [mean, variance] = rows(joined);
  const inputs = [x, mean, variance, scale, offset];
  const y = run<tf.Rank.R4>(backend, applied(epsilon), inputs, x.shape, groupsFor(x.size), [x.size, channels]);
  return { y, mean, variance };
}

/** Gradient of {@link normalise}. */
export function normaliseGradient(
  backend: WebGPUBackend,
  dy: Tensor4D,
  x: Tensor4D,
  scale: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  epsilon: number,
): BatchNormGradients {
  const channels = x.shape[3];
  const count = partsOf(x.size / channels, channels);
  const threads = count * channels;
  const numbers = [x.size, threads, channels];
  const parts = run(backend, GRADIENT_PARTS, [dy, x, mean], [2, count, channels], groupsFor(threads), numbers);
  const sums = sumParts(backend, parts, 2, count, channels);
  const inputs = [dy, x, mean, variance, scale, sums];
  const dx = run<tf.Rank.R4>(backend, gradientApplied(epsilon), inputs, x.shape, groupsFor(x.size), [x.size, channels]);
  const [product, dOffset] = rows(sums);
  const dScale = tf.tidy(() => tf.mul<Tensor1D>(product, tf.rsqrt(tf.add(variance, epsilon))));
  product.dispose();
  return { dx, dScale, dOffset };
}

/** dy where y > 0, else 0. */
export function rectifierGradient<T extends Tensor4D>(backend: WebGPUBackend, dy: T, y: T): T {
  return run<tf.Rank.R4>(backend, RELU_GRADIENT, [dy, y], dy.shape, groupsFor(dy.size), [dy.size]) as T;
}

/** The two rows of [2,C]. Disposes of the whole. */
function rows(both: Tensor): [Tensor1D, Tensor1D] {
  const [first, second] = tf.unstack(both, 0) as [Tensor1D, Tensor1D];
  both.dispose();
  return [first, second];
}

/** A number as WGSL writes it. */
function float(value: number): string {
  return `f32(${value.toExponential()})`;
}

/** Batch normalisation, the gradient of the ReLU and of max pooling by our own kernels; see wasm-norm.ts. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BatchNormGradients, BatchNormResult, PoolGeometry } from '../engine.ts';
import { gradientFactors, normFactors } from '../wasm-norm.ts';
import type { WasmHeap } from '../wasm-heap.ts';
import type { Kernels } from './module.ts';

const FLOAT_BYTES = 4;

/** y = scale (x - mean) / sqrt(variance + epsilon) + offset, with the statistics of x over N, H, W. */
export function normalise(
  kernels: Kernels,
  heap: WasmHeap,
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
): BatchNormResult {
  const channels = x.shape[3];
  const pixels = x.size / channels;
  const y = heap.allocate4d(x.shape);
  const { sum, product } = channelSums(kernels, heap, x, x);
  const { mean, variance, factor, shift } = normFactors(
    ...([sum, product, pixels, heap.floats(scale), heap.floats(offset), epsilon] as const),
  );
  withRows(heap, [factor, shift], (factors, shifts) => {
    kernels.affine(heap.start(x), factors, shifts, pixels, channels, heap.start(y));
  });
  return { y, mean: heap.vector(mean), variance: heap.vector(variance) };
}

/** Gradients of {@link normalise}. */
export function normaliseGradient(
  kernels: Kernels,
  heap: WasmHeap,
  dy: Tensor4D,
  x: Tensor4D,
  scale: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  epsilon: number,
): BatchNormGradients {
  const channels = x.shape[3];
  const pixels = x.size / channels;
  const dx = heap.allocate4d(x.shape);
  const { sum, product } = channelSums(kernels, heap, dy, x);
  const { along, ofDy, ofX, constant } = gradientFactors(
    ...([sum, product, pixels, heap.floats(scale), heap.floats(mean), heap.floats(variance), epsilon] as const),
  );
  withRows(heap, [ofDy, ofX, constant], (ofDys, ofXs, constants) => {
    kernels.affineOfTwo(
      ...([heap.start(dy), heap.start(x), ofDys, ofXs, constants, pixels, channels, heap.start(dx)] as const),
    );
  });
  return { dx, dScale: heap.vector(along), dOffset: heap.vector(sum) };
}

/** For each channel, the sum of a and the sum of a b. */
function channelSums(
  kernels: Kernels,
  heap: WasmHeap,
  a: Tensor4D,
  b: Tensor4D,
): { sum: Float64Array; product: Float64Array } {
  const channels = a.shape[3];
  return heap.borrow(2 * channels * Float64Array.BYTES_PER_ELEMENT, (sums) => {
    const products = sums + channels * Float64Array.BYTES_PER_ELEMENT;
    kernels.channelSums(heap.start(a), heap.start(b), a.size / channels, channels, sums, products);
    const both = heap.doubles(sums, 2 * channels).slice();
    return { sum: both.subarray(0, channels), product: both.subarray(channels) };
  });
}

/** Lends places on the heap that hold these values, one float each. */
function withRows(
  heap: WasmHeap,
  rows: readonly Float64Array[],
  use: (...starts: [number, number, number]) => void,
): void {
  const { length } = rows[0];
  heap.borrow(rows.length * length * FLOAT_BYTES, (start) => {
    const starts = rows.map((row, i) => {
      heap.view(start + i * length * FLOAT_BYTES, length).set(row);
      return start + i * length * FLOAT_BYTES;
    });
    use(...(starts as [number, number, number]));
  });
}

/** dy where y > 0, else 0. */
export function rectifierGradient<T extends Tensor4D>(kernels: Kernels, heap: WasmHeap, dy: T, y: T): T {
  const dx = heap.allocate4d(dy.shape);
  kernels.rectifierGradient(heap.start(dy), heap.start(y), dy.size, heap.start(dx));
  return dx as T;
}

/** Gives each output gradient to the first pixel, row by row, that holds the maximum y of its window. */
export function poolGradient(
  kernels: Kernels,
  heap: WasmHeap,
  dy: Tensor4D,
  x: Tensor4D,
  y: Tensor4D,
  { size, stride, pad }: PoolGeometry,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const dx = heap.allocate4d(x.shape);
  heap.floats(dx).fill(0);
  heap.borrow(channels * FLOAT_BYTES, (pending) => {
    kernels.poolGradient(
      ...([heap.start(dy), heap.start(x), heap.start(y), heap.start(dx), pending] as const),
      ...([batch, height, width, channels, outHeight, outWidth, size, stride, pad] as const),
    );
  });
  return dx;
}

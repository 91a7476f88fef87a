/**
 * Depthwise convolution (one filter a channel, [k,k,C,1]) on the wasm backend. Forward is XNNPACK's kernel; the input
 * gradient is the same kernel on the output gradients, set apart by the stride, with the filter turned round; the filter
 * gradient is a loop over the heap.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './engine.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { Shape4D } from './wasm-planes.ts';

/** x [N,H,W,C] * filter [k,k,C,1] (+ bias [C]); output sides are rounded down. */
export function convolveChannels(
  x: Tensor4D,
  filter: Tensor4D,
  { stride, pad }: ConvGeometry,
  bias?: Tensor1D,
): Tensor4D {
  return tf.fused.depthwiseConv2d({
    ...{ x, filter, strides: stride, pad, dimRoundingMode: 'floor' as const },
    ...(bias === undefined ? {} : { bias }),
  });
}

/** dx[h] = sum over taps t of dy[(h + pad - t) / stride] filter[t], where that divides. */
export function channelsInputGradient(
  heap: WasmHeap,
  dy: Tensor4D,
  filter: Tensor4D,
  xShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  return tf.tidy(() => {
    const size = filter.shape[0];
    // Pixel h of the result sees apart[h + t'], t' = size - 1 - t, with output gradient a at size - 1 - pad + stride a.
    const apart = setApart(heap, dy, xShape[1] + size - 1, xShape[2] + size - 1, size - 1 - pad, stride);
    return tf.depthwiseConv2d(apart, tf.reverse(filter, [0, 1]), 1, 'valid');
  });
}

/** Output gradients at every stride-th place of a larger map of zeros; what falls outside of it saw only padding. */
function setApart(
  heap: WasmHeap,
  dy: Tensor4D,
  height: number,
  width: number,
  first: number,
  stride: number,
): Tensor4D {
  const [batch, rows, columns, channels] = dy.shape;
  const apart = heap.allocate4d([batch, height, width, channels]);
  const from = heap.floats(dy);
  const to = heap.floats(apart).fill(0);
  for (let n = 0; n < batch; n++) {
    for (let a = 0; a < rows; a++) {
      const h = first + stride * a;
      if (h < 0 || h >= height) continue;
      for (let b = 0; b < columns; b++) {
        const w = first + stride * b;
        if (w < 0 || w >= width) continue;
        const source = ((n * rows + a) * columns + b) * channels;
        const target = ((n * height + h) * width + w) * channels;
        for (let c = 0; c < channels; c++) to[target + c] = from[source + c];
      }
    }
  }
  return apart;
}

/** dFilter[i, j, c] = sum over n, a, b of x[n, stride a + i - pad, stride b + j - pad, c] dy[n, a, b, c]. */
export function channelsFilterGradient(
  heap: WasmHeap,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [, rows, columns] = dy.shape;
  const [size] = filterShape;
  const result = heap.allocate4d(filterShape);
  const values = heap.floats(x);
  const gradients = heap.floats(dy);
  const sums = new Float64Array(size * size * channels);
  for (let n = 0; n < batch; n++) {
    for (let a = 0; a < rows; a++) {
      for (let i = 0; i < size; i++) {
        const h = stride * a + i - pad;
        if (h < 0 || h >= height) continue;
        for (let b = 0; b < columns; b++) {
          const source = ((n * rows + a) * columns + b) * channels;
          for (let j = 0; j < size; j++) {
            const w = stride * b + j - pad;
            if (w < 0 || w >= width) continue;
            const pixel = ((n * height + h) * width + w) * channels;
            const tap = (i * size + j) * channels;
            for (let c = 0; c < channels; c++) {
              sums[tap + c] = sums[tap + c] + values[pixel + c] * gradients[source + c];
            }
          }
        }
      }
    }
  }
  heap.floats(result).set(sums);
  return result;
}

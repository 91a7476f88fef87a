/**
 * Max pooling on the wasm backend. The backend's gradient takes the maximum of an empty window to
 * be the smallest positive float, which is wrong wherever all values are negative, so the gradient
 * is a loop of our own.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { PoolGeometry } from './engine.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** Maximum of each window; padding counts as minus infinity, output sides are rounded down. */
export function poolMaxima(x: Tensor4D, { size, stride, pad }: PoolGeometry): Tensor4D {
  return tf.maxPool(x, size, stride, pad, 'floor');
}

/** Gives each output gradient to the first pixel, row by row, that holds the maximum y of its window. */
export function poolGradient(
  heap: WasmHeap,
  dy: Tensor4D,
  x: Tensor4D,
  y: Tensor4D,
  { size, stride, pad }: PoolGeometry,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [, outHeight, outWidth] = dy.shape;
  const dx = heap.allocate4d(x.shape);
  const values = heap.floats(x);
  const maxima = heap.floats(y);
  const gradients = heap.floats(dy);
  const out = heap.floats(dx).fill(0);
  // What of a window's gradients, channel by channel, has not met its maximum yet.
  const pending = new Float64Array(channels);
  for (let n = 0; n < batch; n++) {
    for (let a = 0; a < outHeight; a++) {
      const top = Math.max(0, a * stride - pad);
      const bottom = Math.min(height, a * stride - pad + size);
      for (let b = 0; b < outWidth; b++) {
        const left = Math.max(0, b * stride - pad);
        const right = Math.min(width, b * stride - pad + size);
        const window = ((n * outHeight + a) * outWidth + b) * channels;
        for (let c = 0; c < channels; c++) pending[c] = gradients[window + c];
        for (let h = top; h < bottom; h++) {
          for (let w = left; w < right; w++) {
            const pixel = ((n * height + h) * width + w) * channels;
            for (let c = 0; c < channels; c++) {
              if (values[pixel + c] === maxima[window + c]) {
                out[pixel + c] = out[pixel + c] + pending[c];
                pending[c] = 0;
              }
            }
          }
        }
      }
    }
  }
  return dx;
}

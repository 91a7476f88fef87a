/**
 * Convolutions of stride 1 on maps of very few pixels. There most taps of a 3x3 filter meet padding, and laying out the
 * filter anew costs as much as multiplying with it. Written out as one matrix from all input values to all output
 * values it takes 16 instead of 36 multiplications a pair of channels on a 2x2 map, and no layout.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import { product } from './product.ts';

/** A filter that was laid out for one way of computing its convolution. Results are new tensors. */
export interface LaidOutFilter {
  /** x [N,H,W,Cin] -> [N,H,W,Cout] */
  forward(x: Tensor4D, bias: Tensor1D | undefined): Tensor4D;
  /** dy [N,H,W,Cout] -> [N,H,W,Cin] */
  inputGrad(dy: Tensor4D): Tensor4D;
  dispose(): void;
}

/** Pixels of a map up to which the matrix is worth while; it grows with their square. */
const FEW_PIXELS = 4;

export function isUnrolled(height: number, width: number): boolean {
  return height * width <= FEW_PIXELS;
}

/** @param filter [k,k,Cin,Cout] of a convolution of stride 1 with padding (k - 1) / 2, which is copied */
export function unrolledFilter(ops: EngineOps, filter: Tensor4D, height: number, width: number): LaidOutFilter {
  const [, , input, output] = filter.shape;
  const forward = tf.keep(matrixOf(filter, height, width));
  // Not `product` with a transposed operand: transposed once here, it is so for all batches.
  const backward = tf.keep(tf.transpose(forward));
  const apply = (map: Tensor4D, matrix: Tensor2D, channels: number): Tensor4D => {
    const [n] = map.shape;
    return tf.reshape(product(ops, tf.reshape(map, [n, -1]), matrix), [n, height, width, channels]);
  };
  return {
    forward: (x, bias) =>
      tf.tidy(() => {
        const y = apply(x, forward, output);
        return bias === undefined ? y : tf.add<Tensor4D>(y, bias);
      }),
    inputGrad: (dy) => tf.tidy(() => apply(dy, backward, input)),
    dispose: () => tf.dispose([forward, backward]),
  };
}

/** The matrix [h*w*Cin, h*w*Cout] of a convolution. */
function matrixOf(filter: Tensor4D, height: number, width: number): Tensor2D {
  const [k, , input, output] = filter.shape;
  const pad = (k - 1) / 2;
  return tf.tidy(() => {
    const tap = (i: number, j: number): Tensor2D =>
      Math.abs(i) > pad || Math.abs(j) > pad
        ? tf.zeros([input, output])
        : tf.reshape(tf.slice4d(filter, [i + pad, j + pad, 0, 0], [1, 1, input, output]), [input, output]);
    const places = Array.from({ length: height * width }, (_, p) => [Math.floor(p / width), p % width] as const);
    const rows = places.map(([y, x]) =>
      tf.concat2d(
        places.map(([toY, toX]) => tap(y - toY, x - toX)),
        1,
      ),
    );
    return tf.concat2d(rows, 0);
  });
}

/**
 * Convolutions of stride 1 on maps of very few pixels, in inference mode. There most taps of a 3x3 filter meet padding,
 * and laying out the filter anew costs as much as multiplying with it. Written out as one matrix from all input
 * values to all output values it takes 16 instead of 36 multiplications a pair of channels on a 2x2 map, and no
 * layout. Training has no use for it: there the filter is another one at every step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import type { ConvLayer } from './layer.ts';
import { conv, type Module, type ParameterSource } from './modules.ts';
import { product } from './product.ts';

/** The matrix [h*w*Cin, h*w*Cout] of a convolution, and its transpose for gradients. */
export interface UnrolledFilter {
  readonly forward: Tensor2D;
  readonly backward: Tensor2D;
}

/** Finds the matrix of a convolution, by name, for a map of this size at the time of the call. */
export type UnrolledLookup = (name: string, height: number, width: number) => UnrolledFilter;

/** Pixels of a map up to which the matrix is worth while; it grows with their square. */
const FEW_PIXELS = 4;

/** @param filter [k,k,Cin,Cout] of a convolution with padding (k - 1) / 2; the caller disposes of the result. */
export function unrollFilter(filter: Tensor4D, height: number, width: number): UnrolledFilter {
  const [k, , input, output] = filter.shape;
  const pad = (k - 1) / 2;
  const [forward, backward] = tf.tidy(() => {
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
    const matrix = tf.concat2d(rows, 0);
    return [matrix, tf.transpose(matrix)];
  });
  return { forward: tf.keep(forward), backward: tf.keep(backward) };
}

/** A convolution with folded batch norm: as one matrix product on maps of few pixels, else as it is. */
export function frozenConv(
  ops: EngineOps,
  layer: ConvLayer,
  source: ParameterSource,
  unrolled: UnrolledLookup,
): Module {
  const plain = conv(ops, layer.name, layer, source, null);
  if (layer.stride !== 1 || layer.kernel === 1 || layer.pad !== (layer.kernel - 1) / 2) return plain;
  const matrixFor = ([, height, width]: Tensor4D['shape']): UnrolledFilter | null =>
    height * width <= FEW_PIXELS ? unrolled(layer.name, height, width) : null;
  return {
    ...plain,
    forward(x, tape) {
      const [n, height, width] = x.shape as Tensor4D['shape'];
      const matrix = matrixFor(x.shape as Tensor4D['shape']);
      if (matrix === null) return plain.forward(x, tape);
      const y = tf.tidy(() => {
        const values = product(ops, tf.reshape(x, [n, -1]), matrix.forward);
        const map = tf.reshape(values, [n, height, width, layer.output]);
        return source.bias === null ? map : tf.add(map, source.bias());
      });
      return { y, saved: { shape: x.shape } };
    },
    backward(x, y, saved, dy, wantInput) {
      const { shape } = saved as { shape: Tensor4D['shape'] };
      const matrix = matrixFor(shape);
      if (matrix === null) return plain.backward(x, y, saved, dy, wantInput);
      return wantInput
        ? tf.tidy(() => tf.reshape(product(ops, tf.reshape(dy, [shape[0], -1]), matrix.backward), shape))
        : null;
    },
  };
}

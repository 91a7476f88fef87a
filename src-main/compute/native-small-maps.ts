/**
 * Convolutions on maps of few pixels, all pictures of a batch as one wide map. oneDNN multiplies row by row of one
 * picture: with three pixels a row most of its registers stay empty, and it reaches a third of its speed. Here a row
 * holds the same row of every picture, pixel by pixel: its first pixel of all N pictures, then its second. A neighbour in
 * a picture is then N columns away, so that a filter with dilation N computes the very convolution, and padding of N
 * columns is that of every picture. The products are the same; only their order in a sum may differ.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from './engine.ts';

/** A convolution of stride 1 with 'same' padding; its filter [k,k,Cin,Cout] takes every `dilation`-th column. */
export interface DilatedConv {
  /** x [1,H,W,Cin] -> [1,H,W,Cout], plus bias [Cout] where given */
  forward(x: Tensor4D, filter: Tensor4D, dilation: number, bias?: Tensor1D): Tensor4D;
  /** d loss / d x: dy [1,H,W,Cout] -> [1,H,W,Cin] */
  inputGrad(dy: Tensor4D, filter: Tensor4D, dilation: number): Tensor4D;
}

/** The same for batches of pictures, x [N,H,W,Cin] -> [N,H,W,Cout]. Results are new tensors. */
export interface SmallMaps {
  /** Whether this is the faster way for several pictures; see {@link EngineOps.smallMapPays}. */
  readonly pays: NonNullable<EngineOps['smallMapPays']>;
  forward(x: Tensor4D, filter: Tensor4D, bias?: Tensor1D): Tensor4D;
  inputGrad(dy: Tensor4D, filter: Tensor4D): Tensor4D;
}

/** Measured with 64 to 512 channels and 1 to 256 pictures (bench/small-maps.ts). */
const MOST_PIXELS = 36;
/** Below these, as the geometric mean of those before and after, laying out takes what is saved. */
const LEAST_CHANNELS = 192;
/** More pictures than these go in parts, whose maps stay in the processor's cache. */
const MOST_PICTURES = 64;

/** Or null where dilated convolutions are not to be had, or compute something else. */
export function smallMapsOf(conv: DilatedConv): SmallMaps | null {
  const maps = smallMaps(conv);
  try {
    return tf.tidy(() => provesItself(maps)) ? maps : null;
  } catch {
    return null;
  }
}

function smallMaps(conv: DilatedConv): SmallMaps {
  return {
    pays: ([height, width], input, output) => height * width <= MOST_PIXELS && input * output >= LEAST_CHANNELS ** 2,
    forward: (x, filter, bias) =>
      byParts(x, (part) => sideBySide(part, (row, n) => conv.forward(row, filter, n, bias))),
    inputGrad: (dy, filter) => byParts(dy, (part) => sideBySide(part, (row, n) => conv.inputGrad(row, filter, n))),
  };
}

function byParts(x: Tensor4D, convolve: (part: Tensor4D) => Tensor4D): Tensor4D {
  const [n, ...map] = x.shape;
  if (n <= MOST_PICTURES) return convolve(x);
  const parts = Math.ceil(n / MOST_PICTURES);
  const first = (part: number): number => Math.floor((part * n) / parts);
  return tf.tidy(() => {
    const results = Array.from({ length: parts }, (_, part) =>
      convolve(tf.slice4d(x, [first(part), 0, 0, 0], [first(part + 1) - first(part), ...map])),
    );
    return tf.concat(results, 0);
  });
}

/** @param convolve is given one map [1,H,W*N,C] of all pictures, and their number N */
function sideBySide(x: Tensor4D, convolve: (row: Tensor4D, pictures: number) => Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [n, height, width, channels] = x.shape;
    const pixels = tf.transpose(tf.reshape(x, [n, height * width, channels]), [1, 0, 2]);
    const y = convolve(tf.reshape(pixels, [1, height, width * n, channels]), n);
    const output = y.shape[3];
    const pictures = tf.transpose(tf.reshape(y, [height * width, n, output]), [1, 0, 2]);
    return tf.reshape(pictures, [n, height, width, output]);
  });
}

/** Two pictures [1 2; 3 4] and [5 6; 7 8], of whose pixels only the left neighbour and ten times the lower one count. */
function provesItself(maps: SmallMaps): boolean {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
  const filter = tf.tensor4d([0, 0, 0, 1, 0, 0, 0, 10, 0], [3, 3, 1, 1]);
  const y = maps.forward(x, filter, tf.tensor1d([0.5])).dataSync();
  const dx = maps.inputGrad(x, filter).dataSync();
  const expected = [
    [30.5, 41.5, 0.5, 3.5, 70.5, 85.5, 0.5, 7.5],
    [2, 0, 14, 20, 6, 0, 58, 60],
  ];
  return [y, dx].every((found, i) => expected[i].every((value, j) => value === found[j]));
}

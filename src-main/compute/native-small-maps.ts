/**
 * Convolutions on maps of few pixels, all pictures of a batch as one wide map. oneDNN multiplies row by row of one
 * picture: with three pixels a row most of its registers stay empty, and it reaches a third of its speed. Here a row
 * holds the same row of every picture, pixel by pixel: its first pixel of all N pictures, then its second. A neighbour in
 * a picture is then N columns away, so that a filter with dilation N computes the very convolution, and padding of N
 * columns is that of every picture. The products are the same; only their order in a sum may differ.
 *
 * At stride 2 two columns of a picture become the channels of one pixel first, so that only rows are left out: a 3x3
 * filter becomes one of 3x2 and twice the channels, half of whose first column is zero.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry, EngineOps } from './engine.ts';

/** Convolutions of one wide map, whose filter [k,l,Cin,Cout] takes every `dilation`-th column. */
export interface WideConv {
  /**
   * x [1,H,W,Cin] -> [1,H / rowStride,W,Cout], plus bias [Cout] where given. At row stride 1 padded to 'same'; at 2 by one
   * row above and `dilation` columns on the left, for a filter of 3 rows and 2 columns.
   */
  forward(
    x: Tensor4D,
    filter: Tensor4D,
    dilation: number,
    rowStride: ConvGeometry['stride'],
    bias?: Tensor1D,
  ): Tensor4D;
  /** d loss / d x: dy [1,H / rowStride,W,Cout] -> [1,H,W,Cin] */
  inputGrad(dy: Tensor4D, filter: Tensor4D, dilation: number, rowStride: ConvGeometry['stride']): Tensor4D;
}

/** A convolution of batches of pictures. Results are new tensors. */
export interface WideWay {
  /** x [N,H,W,Cin] -> [N,H',W',Cout], plus bias [Cout] where given */
  forward(x: Tensor4D, filter: Tensor4D, bias?: Tensor1D): Tensor4D;
  /** d loss / d x */
  inputGrad(dy: Tensor4D, filter: Tensor4D): Tensor4D;
}

export interface SmallMaps {
  /** See {@link EngineOps.smallMapPays}. */
  readonly pays: NonNullable<EngineOps['smallMapPays']>;
  /** The way for maps x [N,H,W,Cin] and a filter [k,k,Cin,Cout] where it is faster; else null. */
  wayFor(x: Shape4D, filter: Shape4D, geometry: ConvGeometry): WideWay | null;
}

type Shape4D = Tensor4D['shape'];

/** Measured with 64 to 512 channels and 1 to 256 pictures (bench/small-maps.ts). */
const MOST_PIXELS = 36;
/** Below these, as the geometric mean of those before and after, laying out takes what is saved. */
const LEAST_CHANNELS = 192;
/** More pictures than these go in parts, whose maps stay in the processor's cache. */
const MOST_PICTURES = 64;
/** Fewer pictures than these are no faster at stride 2: laying out the filter anew takes what they save. */
const LEAST_PICTURES_BY_TWO = 16;

/** Or null where convolutions of wide maps are not to be had, or compute something else. */
export function smallMapsOf(conv: WideConv): SmallMaps | null {
  const [byOne, byTwo] = [wayByOne(conv), wayByTwo(conv)];
  try {
    return tf.tidy(() => provesByOne(byOne) && provesByTwo(byTwo)) ? { pays, wayFor } : null;
  } catch {
    return null;
  }

  function wayFor(
    [n, height, width]: Shape4D,
    [k, , input, output]: Shape4D,
    { stride, pad }: ConvGeometry,
  ): WideWay | null {
    if (n === 1 || k === 1 || k !== 2 * pad + 1 || !pays([height, width], input, output)) return null;
    if (stride === 1) return byOne;
    return k === 3 && height % 2 === 0 && width % 2 === 0 && n >= LEAST_PICTURES_BY_TWO ? byTwo : null;
  }
}

function pays([height, width]: readonly [number, number], input: number, output: number): boolean {
  return height * width <= MOST_PIXELS && input * output >= LEAST_CHANNELS ** 2;
}

function wayByOne(conv: WideConv): WideWay {
  return {
    forward: (x, filter, bias) =>
      byParts(x, (part) => sideBySide(part, (row, n) => conv.forward(row, filter, n, 1, bias))),
    inputGrad: (dy, filter) => byParts(dy, (part) => sideBySide(part, (row, n) => conv.inputGrad(row, filter, n, 1))),
  };
}

/** Of 3x3 filters at stride 2 and one pixel of padding, on maps with an even number of rows and columns. */
function wayByTwo(conv: WideConv): WideWay {
  return {
    forward: (x, filter, bias) =>
      tf.tidy(() => {
        const [n, height, width, channels] = x.shape;
        const pairs = tf.reshape<tf.Rank.R4>(x, [n, height, width / 2, 2 * channels]);
        const ofPairs = filterOfPairs(filter);
        return byParts(pairs, (part) => sideBySide(part, (row, count) => conv.forward(row, ofPairs, count, 2, bias)));
      }),
    inputGrad: (dy, filter) =>
      tf.tidy(() => {
        const [n, height, width] = dy.shape;
        const ofPairs = filterOfPairs(filter);
        const pairs = byParts(dy, (part) => sideBySide(part, (row, count) => conv.inputGrad(row, ofPairs, count, 2)));
        return tf.reshape(pairs, [n, 2 * height, 2 * width, filter.shape[2]]);
      }),
  };
}

/**
 * [3,3,Cin,Cout] -> [3,2,2 Cin,Cout]. The column j of the result sees the columns 2j - 1, 2j and 2j + 1: the second of the
 * pair before its own, and both of its own.
 */
function filterOfPairs(filter: Tensor4D): Tensor4D {
  const [rows, , input, output] = filter.shape;
  const unseen = tf.zeros<tf.Rank.R4>([rows, 1, input, output]);
  return tf.reshape(tf.concat4d([unseen, filter], 1), [rows, 2, 2 * input, output]);
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

/** @param convolve is given one map [1,H,W*N,C] of all pictures, and their number N; its result may have fewer rows */
function sideBySide(x: Tensor4D, convolve: (row: Tensor4D, pictures: number) => Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [n, height, width, channels] = x.shape;
    const pixels = tf.transpose(x, [1, 2, 0, 3]);
    const y = convolve(tf.reshape(pixels, [1, height, width * n, channels]), n);
    const [, rows, , output] = y.shape;
    return tf.transpose(tf.reshape<tf.Rank.R4>(y, [rows, width, n, output]), [2, 0, 1, 3]);
  });
}

/** Two pictures [1 2; 3 4] and [5 6; 7 8], of whose pixels only the left neighbour and ten times the lower one count. */
function provesByOne(way: WideWay): boolean {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
  const filter = tf.tensor4d([0, 0, 0, 1, 0, 0, 0, 10, 0], [3, 3, 1, 1]);
  return (
    convolves(way, x, filter, [30, 41, 0, 3, 70, 85, 0, 7]) &&
    equal(way.inputGrad(x, filter), [2, 0, 14, 20, 6, 0, 58, 60])
  );
}

/** Of [1 2 3 4; 5 6 7 8] and [9 10 11 12; 13 14 15 16] the left neighbour, and 100 times the one to the lower right. */
function provesByTwo(way: WideWay): boolean {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [2, 2, 4, 1]);
  const filter = tf.tensor4d([0, 0, 0, 1, 0, 0, 0, 0, 100], [3, 3, 1, 1]);
  const dx = way.inputGrad(tf.tensor4d([2, 3, 5, 7], [2, 1, 2, 1]), filter);
  return (
    convolves(way, x, filter, [600, 802, 1400, 1610]) &&
    equal(dx, [0, 3, 0, 0, 0, 200, 0, 300, 0, 7, 0, 0, 0, 500, 0, 700])
  );
}

/** Without a bias, and with one, which go by different kernels. */
function convolves(way: WideWay, x: Tensor4D, filter: Tensor4D, expected: readonly number[]): boolean {
  const biased = way.forward(x, filter, tf.tensor1d([0.5]));
  return (
    equal(way.forward(x, filter), expected) &&
    equal(
      biased,
      expected.map((value) => value + 0.5),
    )
  );
}

function equal(tensor: Tensor4D, expected: readonly number[]): boolean {
  const values = tensor.dataSync();
  return values.length === expected.length && expected.every((value, i) => value === values[i]);
}

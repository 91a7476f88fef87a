/**
 * The operations of an engine written out as plain loops in float64, straight from their
 * definitions. Slow on purpose and in one obvious way: what every engine is tested against.
 */
import type { ConvGeometry, PoolGeometry } from './engine.ts';

export type Shape = readonly [number, number, number, number];

/** A dense array of rank 4 in float64, row-major. */
export interface Array4D {
  readonly shape: Shape;
  readonly values: Float64Array;
}

function zeros(shape: Shape): Array4D {
  return { shape, values: new Float64Array(shape[0] * shape[1] * shape[2] * shape[3]) };
}

function offset([, s1, s2, s3]: Shape, i: number, j: number, k: number, l: number): number {
  return ((i * s1 + j) * s2 + k) * s3 + l;
}

export function outputSide(side: number, size: number, { stride, pad }: ConvGeometry): number {
  return Math.floor((side + 2 * pad - size) / stride) + 1;
}

/** Calls `visit` with the flat indices (x, filter, output) of every product in a convolution. */
function eachProduct(
  xShape: Shape,
  filterShape: Shape,
  yShape: Shape,
  { stride, pad }: ConvGeometry,
  visit: (x: number, filter: number, y: number) => void,
): void {
  const [size, , inChannels, outChannels] = filterShape;
  const [batch, outHeight, outWidth] = yShape;
  for (let n = 0; n < batch; n++)
    for (let a = 0; a < outHeight; a++)
      for (let b = 0; b < outWidth; b++)
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) {
            const h = a * stride + i - pad;
            const w = b * stride + j - pad;
            if (h < 0 || w < 0 || h >= xShape[1] || w >= xShape[2]) continue;
            for (let ci = 0; ci < inChannels; ci++)
              for (let co = 0; co < outChannels; co++)
                visit(offset(xShape, n, h, w, ci), offset(filterShape, i, j, ci, co), offset(yShape, n, a, b, co));
          }
}

export function convolution(x: Array4D, filter: Array4D, geometry: ConvGeometry, bias?: Float64Array): Array4D {
  const size = filter.shape[0];
  const y = zeros([
    x.shape[0],
    outputSide(x.shape[1], size, geometry),
    outputSide(x.shape[2], size, geometry),
    filter.shape[3],
  ]);
  eachProduct(x.shape, filter.shape, y.shape, geometry, (ix, iw, iy) => {
    y.values[iy] = at(y.values, iy) + at(x.values, ix) * at(filter.values, iw);
  });
  if (bias !== undefined) y.values.forEach((value, i) => (y.values[i] = value + at(bias, i % bias.length)));
  return y;
}

export function convolutionInputGradient(dy: Array4D, filter: Array4D, xShape: Shape, geometry: ConvGeometry): Array4D {
  const dx = zeros(xShape);
  eachProduct(xShape, filter.shape, dy.shape, geometry, (ix, iw, iy) => {
    dx.values[ix] = at(dx.values, ix) + at(dy.values, iy) * at(filter.values, iw);
  });
  return dx;
}

export function convolutionFilterGradient(
  x: Array4D,
  dy: Array4D,
  filterShape: Shape,
  geometry: ConvGeometry,
): Array4D {
  const gradient = zeros(filterShape);
  eachProduct(x.shape, filterShape, dy.shape, geometry, (ix, iw, iy) => {
    gradient.values[iw] = at(gradient.values, iw) + at(x.values, ix) * at(dy.values, iy);
  });
  return gradient;
}

/** Batch statistics and normalised output, in two passes. */
export function batchNormalisation(
  x: Array4D,
  scale: Float64Array,
  shift: Float64Array,
  epsilon: number,
): { y: Array4D; mean: Float64Array; variance: Float64Array } {
  const channels = x.shape[3];
  const count = x.values.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.values.forEach((value, i) => (mean[i % channels] = at(mean, i % channels) + value / count));
  x.values.forEach((value, i) => {
    const c = i % channels;
    variance[c] = at(variance, c) + (value - at(mean, c)) ** 2 / count;
  });
  const y = zeros(x.shape);
  x.values.forEach((value, i) => {
    const c = i % channels;
    y.values[i] = (at(scale, c) * (value - at(mean, c))) / Math.sqrt(at(variance, c) + epsilon) + at(shift, c);
  });
  return { y, mean, variance };
}

/** The maximum of each window, and the flat index of the first pixel (row by row) that holds it. */
export function maxPooling(x: Array4D, { size, stride, pad }: PoolGeometry): { y: Array4D; winners: number[] } {
  const [batch, height, width, channels] = x.shape;
  const geometry = { stride, pad };
  const y = zeros([batch, outputSide(height, size, geometry), outputSide(width, size, geometry), channels]);
  const winners: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let a = 0; a < y.shape[1]; a++)
      for (let b = 0; b < y.shape[2]; b++)
        for (let c = 0; c < channels; c++) {
          let winner = -1;
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              const h = a * stride + i - pad;
              const w = b * stride + j - pad;
              if (h < 0 || w < 0 || h >= height || w >= width) continue;
              const pixel = offset(x.shape, n, h, w, c);
              if (winner < 0 || at(x.values, pixel) > at(x.values, winner)) winner = pixel;
            }
          y.values[winners.length] = at(x.values, winner);
          winners.push(winner);
        }
  return { y, winners };
}

export function maxPoolingGradient(x: Array4D, dy: Array4D, geometry: PoolGeometry): Array4D {
  const dx = zeros(x.shape);
  maxPooling(x, geometry).winners.forEach((winner, i) => {
    dx.values[winner] = at(dx.values, winner) + at(dy.values, i);
  });
  return dx;
}

function at(values: Float64Array, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`No element ${index}.`);
  return value;
}

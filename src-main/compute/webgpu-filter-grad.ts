/**
 * The filter gradients of convolutions on the graphics card. The backend's own kernels let one thread add over every
 * pixel of every picture: slow, and imprecise in float32. These split the pixels into parts and add the parts up.
 */
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './engine.ts';
import { groupsFor, run } from './webgpu-program.ts';
import type { Program } from './webgpu-program.ts';
import { partsOf, sumParts } from './webgpu-sums.ts';

type Shape4D = [number, number, number, number];

/** Side of the square of the filter (taps and input channels by output channels) that a group computes. */
const TILE = 64;
/** Pixels that are loaded at a time. */
const DEPTH = 16;
/** Longest sum in one go. */
const LONGEST = 4096;
/** Groups that keep a large card busy. */
const BUSY = 256;
/** Bytes that the parts may take. */
const PARTS_BYTES = 64 * 1024 ** 2;

/**
 * A matrix product: the transposed matrix of what each tap sees (never stored) times dy. 256 threads load tiles of
 * both into shared memory; each keeps 4x4 sums. Result [parts, taps * Cin, Cout].
 */
const FILTER_GRADIENT: Program = {
  name: 'filter_gradient',
  inputs: ['x', 'dy'],
  numbers: [
    ...['height', 'width', 'inputs', 'outHeight', 'outWidth', 'outputs'],
    ...['side', 'stride', 'pad', 'rows', 'pixels', 'pixelsOfPart', 'tilesDown', 'tilesAcross'],
  ],
  threads: 256,
  code: `
  var<workgroup> seen : array<array<f32, ${TILE}>, ${DEPTH}>;
  var<workgroup> wanted : array<array<f32, ${TILE}>, ${DEPTH}>;
  fn main(index : i32) {
    let across = group() % uniforms.tilesAcross;
    let down = group() / uniforms.tilesAcross % uniforms.tilesDown;
    let part = group() / uniforms.tilesAcross / uniforms.tilesDown;
    let thread = i32(localIndex);
    // Each thread loads one place of the tile for four pixels: the place does not change.
    let place = thread % ${TILE};
    let row = down * ${TILE} + place;
    let inputChannel = row % uniforms.inputs;
    let tap = row / uniforms.inputs;
    let tapRow = tap / uniforms.side - uniforms.pad;
    let tapColumn = tap % uniforms.side - uniforms.pad;
    let output = across * ${TILE} + place;
    let first = part * uniforms.pixelsOfPart;
    let end = min(uniforms.pixels, first + uniforms.pixelsOfPart);
    let ownRow = thread / 16 * 4;
    let ownColumn = thread % 16 * 4;
    var sums : array<vec4<f32>, 4>;
    for (var done = 0; done < uniforms.pixelsOfPart; done = done + ${DEPTH}) {
      for (var i = thread / ${TILE}; i < ${DEPTH}; i = i + 4) {
        let pixel = first + done + i;
        var a = 0.0;
        var b = 0.0;
        if (pixel < end) {
          let column = pixel % uniforms.outWidth;
          let line = pixel / uniforms.outWidth;
          let h = line % uniforms.outHeight * uniforms.stride + tapRow;
          let w = column * uniforms.stride + tapColumn;
          if (row < uniforms.rows && h >= 0 && h < uniforms.height && w >= 0 && w < uniforms.width) {
            let picture = line / uniforms.outHeight;
            a = x[((picture * uniforms.height + h) * uniforms.width + w) * uniforms.inputs + inputChannel];
          }
          if (output < uniforms.outputs) { b = dy[pixel * uniforms.outputs + output]; }
        }
        seen[i][place] = a;
        wanted[i][place] = b;
      }
      workgroupBarrier();
      for (var i = 0; i < ${DEPTH}; i = i + 1) {
        let b = vec4<f32>(wanted[i][ownColumn], wanted[i][ownColumn + 1], wanted[i][ownColumn + 2], wanted[i][ownColumn + 3]);
        for (var j = 0; j < 4; j = j + 1) {
          sums[j] = fma(vec4<f32>(seen[i][ownRow + j]), b, sums[j]);
        }
      }
      workgroupBarrier();
    }
    for (var j = 0; j < 4; j = j + 1) {
      let to = down * ${TILE} + ownRow + j;
      for (var c = 0; c < 4; c = c + 1) {
        let column = across * ${TILE} + ownColumn + c;
        if (to < uniforms.rows && column < uniforms.outputs) {
          result[(part * uniforms.rows + to) * uniforms.outputs + column] = sums[j][c];
        }
      }
    }
  }`,
};

/** d loss / d filter [k,k,Cin,Cout] of a convolution. */
export function filterGradient(
  backend: WebGPUBackend,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [side, , inputs, outputs] = filterShape;
  const [n, outHeight, outWidth] = dy.shape;
  const [rows, pixels] = [side * side * inputs, n * outHeight * outWidth];
  const [tilesDown, tilesAcross] = [Math.ceil(rows / TILE), Math.ceil(outputs / TILE)];
  const tiles = tilesDown * tilesAcross;
  const wished = Math.max(Math.ceil(pixels / LONGEST), Math.min(Math.ceil(BUSY / tiles), Math.ceil(pixels / 64)));
  const count = Math.max(1, Math.min(wished, Math.floor(PARTS_BYTES / (4 * rows * outputs))));
  const pixelsOfPart = Math.ceil(pixels / count / DEPTH) * DEPTH;
  const parts = run(backend, FILTER_GRADIENT, [x, dy], [count, rows * outputs], tiles * count, [
    ...[x.shape[1], x.shape[2], inputs, outHeight, outWidth, outputs],
    ...[side, stride, pad, rows, pixels, pixelsOfPart, tilesDown, tilesAcross],
  ]);
  return shaped(count === 1 ? parts : sumParts(backend, parts, 1, count, rows * outputs), filterShape);
}

/** Thread t * (taps * C) + tap * C + c takes every T-th pixel. Result [T, taps * C]. */
const CHANNELS_GRADIENT: Program = {
  name: 'channels_filter_gradient',
  inputs: ['x', 'dy'],
  numbers: [
    ...['height', 'width', 'channels', 'outHeight', 'outWidth'],
    ...['side', 'stride', 'pad', 'columns', 'pixels', 'count'],
  ],
  code: `
  fn main(index : i32) {
    let part = index / uniforms.columns;
    if (part >= uniforms.count) { return; }
    let channel = index % uniforms.channels;
    let tap = index % uniforms.columns / uniforms.channels;
    let tapRow = tap / uniforms.side - uniforms.pad;
    let tapColumn = tap % uniforms.side - uniforms.pad;
    var sum = 0.0;
    for (var pixel = part; pixel < uniforms.pixels; pixel = pixel + uniforms.count) {
      let line = pixel / uniforms.outWidth;
      let h = line % uniforms.outHeight * uniforms.stride + tapRow;
      let w = pixel % uniforms.outWidth * uniforms.stride + tapColumn;
      if (h >= 0 && h < uniforms.height && w >= 0 && w < uniforms.width) {
        let picture = line / uniforms.outHeight;
        sum = sum + dy[pixel * uniforms.channels + channel]
          * x[((picture * uniforms.height + h) * uniforms.width + w) * uniforms.channels + channel];
      }
    }
    result[index] = sum;
  }`,
};

/** The same for one filter a channel, [k,k,C,1]. */
export function channelsFilterGradient(
  backend: WebGPUBackend,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [side, , channels] = filterShape;
  const [n, outHeight, outWidth] = dy.shape;
  const [columns, pixels] = [side * side * channels, n * outHeight * outWidth];
  const count = partsOf(pixels, columns);
  const parts = run(backend, CHANNELS_GRADIENT, [x, dy], [count, columns], groupsFor(count * columns), [
    ...[x.shape[1], x.shape[2], channels, outHeight, outWidth],
    ...[side, stride, pad, columns, pixels, count],
  ]);
  return shaped(sumParts(backend, parts, 1, count, columns), filterShape);
}

function shaped(values: Tensor, shape: Shape4D): Tensor4D {
  const tensor = tf.reshape<Rank.R4>(values, shape);
  values.dispose();
  return tensor;
}

/** The gradient of max pooling on the graphics card: to the first maximum of each window, whatever its sign. */
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { PoolGeometry } from './engine.ts';
import { groupsFor, run } from './webgpu-program.ts';
import type { Program } from './webgpu-program.ts';

/** A thread for each pixel and channel looks at all windows that see it: nobody writes where another does. */
const GRADIENT: Program = {
  name: 'pool_gradient',
  inputs: ['dy', 'x', 'y'],
  numbers: ['total', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'side', 'stride', 'pad'],
  code: `
  fn isFirst(row : i32, column : i32, base : i32, channel : i32, top : i32, left : i32, maximum : f32) -> bool {
    for (var h = max(0, top); h <= row; h = h + 1) {
      let last = select(min(uniforms.width, left + uniforms.side) - 1, column - 1, h == row);
      for (var w = max(0, left); w <= last; w = w + 1) {
        if (x[(base + h * uniforms.width + w) * uniforms.channels + channel] == maximum) { return false; }
      }
    }
    return true;
  }
  fn main(index : i32) {
    if (index >= uniforms.total) { return; }
    let channel = index % uniforms.channels;
    let pixel = index / uniforms.channels;
    let column = pixel % uniforms.width;
    let row = pixel / uniforms.width % uniforms.height;
    let picture = pixel / uniforms.width / uniforms.height;
    let base = picture * uniforms.height * uniforms.width;
    let value = x[index];
    var sum = 0.0;
    let firstRow = max(0, (row + uniforms.pad - uniforms.side + uniforms.stride) / uniforms.stride);
    let lastRow = min(uniforms.outHeight - 1, (row + uniforms.pad) / uniforms.stride);
    let firstColumn = max(0, (column + uniforms.pad - uniforms.side + uniforms.stride) / uniforms.stride);
    let lastColumn = min(uniforms.outWidth - 1, (column + uniforms.pad) / uniforms.stride);
    for (var a = firstRow; a <= lastRow; a = a + 1) {
      for (var b = firstColumn; b <= lastColumn; b = b + 1) {
        let window = ((picture * uniforms.outHeight + a) * uniforms.outWidth + b) * uniforms.channels + channel;
        let top = a * uniforms.stride - uniforms.pad;
        let left = b * uniforms.stride - uniforms.pad;
        if (value == y[window] && isFirst(row, column, base, channel, top, left, value)) {
          sum = sum + dy[window];
        }
      }
    }
    result[index] = sum;
  }`,
};

/** Gives each output gradient to the first pixel, row by row, that holds the maximum y of its window. */
export function poolGradient(
  backend: WebGPUBackend,
  dy: Tensor4D,
  x: Tensor4D,
  y: Tensor4D,
  { size, stride, pad }: PoolGeometry,
): Tensor4D {
  const [, height, width, channels] = x.shape;
  const numbers = [x.size, height, width, channels, dy.shape[1], dy.shape[2], size, stride, pad];
  return run<Rank.R4>(backend, GRADIENT, [dy, x, y], x.shape, groupsFor(x.size), numbers);
}

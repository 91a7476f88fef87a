/**
 * Sums over a long axis on the graphics card. Thousands of threads take a few terms each, then groups of threads add
 * up what those found: fast, and with far less rounding than one long sum in float32.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { run } from './webgpu-program.ts';
import type { Program } from './webgpu-program.ts';

/** Threads that keep a large card busy. */
const BUSY = 65_536;
/** Terms below which splitting further costs more than it gains. */
const FEW = 16;

/** Into how many parts a sum of `terms` terms for each of `columns` columns is split. */
export function partsOf(terms: number, columns: number): number {
  return Math.max(1, Math.min(Math.ceil(terms / FEW), Math.ceil(BUSY / columns), 1024));
}

/** Adds the values of all 64 threads of a group; the sum is in `shared_values[0]` then. */
export const GROUP_SUM = `
  var<workgroup> shared_values : array<f32, 64>;
  fn groupSum(value : f32) -> f32 {
    workgroupBarrier();
    shared_values[localIndex] = value;
    for (var step = 32u; step > 0u; step = step / 2u) {
      workgroupBarrier();
      if (localIndex < step) {
        shared_values[localIndex] = shared_values[localIndex] + shared_values[localIndex + step];
      }
    }
    workgroupBarrier();
    return shared_values[0];
  }
`;

const SUM: Program = {
  name: 'sum_of_parts',
  inputs: ['parts'],
  numbers: ['count', 'columns', 'total'],
  code: `${GROUP_SUM}
  fn main(index : i32) {
    let which = group();
    let inside = which < uniforms.total;
    let first = (which / uniforms.columns) * uniforms.count * uniforms.columns + which % uniforms.columns;
    var sum = 0.0;
    if (inside) {
      for (var i = i32(localIndex); i < uniforms.count; i = i + 64) {
        sum = sum + parts[first + i * uniforms.columns];
      }
    }
    let all = groupSum(sum);
    if (inside && localIndex == 0u) { result[which] = all; }
  }`,
};

const FEW_PARTS: Program = {
  name: 'sum_of_few_parts',
  inputs: ['parts'],
  numbers: ['count', 'columns', 'total'],
  code: `
  fn main(index : i32) {
    if (index >= uniforms.total) { return; }
    let first = (index / uniforms.columns) * uniforms.count * uniforms.columns + index % uniforms.columns;
    var sum = 0.0;
    for (var i = 0; i < uniforms.count; i = i + 1) {
      sum = sum + parts[first + i * uniforms.columns];
    }
    result[index] = sum;
  }`,
};

/** [sets, count, columns] -> [sets, columns], the sum over the middle axis. Disposes of `parts`. */
export function sumParts(backend: WebGPUBackend, parts: Tensor, sets: number, count: number, columns: number): Tensor {
  const total = sets * columns;
  const numbers = [count, columns, total];
  // A group for each sum only where one thread would add for long and there are few sums.
  const sum =
    count > 64 && total <= BUSY
      ? run(backend, SUM, [parts], [sets, columns], total, numbers)
      : run(backend, FEW_PARTS, [parts], [sets, columns], Math.ceil(total / 64), numbers);
  parts.dispose();
  return sum;
}

import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { memoryOf, WasmHeap } from '../wasm-heap.ts';
import { startWasm } from '../wasm.ts';
import { type Kernels, loadKernels } from './module.ts';
import { agree, widened } from './wide.ts';

it('uses wide products only where they give the same bits', async () => {
  await startWasm();
  const backend = tf.backend() as BackendWasm;
  const heap = new WasmHeap(backend);
  const memory = memoryOf(backend) as object;
  const kernels = loadKernels(memory) as Kernels;
  const wide = widened(kernels, memory, heap);
  expect(agree(kernels, wide, heap)).toBe(true);
  // One value of each product by one bit, and nothing computed at all.
  const spoilt = (at: number): Kernels['multiply'] => {
    return (...given) => {
      wide.multiply(...given);
      heap.integers(given[2] + at * 4, 1)[0] ^= 1;
    };
  };
  expect(agree(kernels, { ...wide, multiply: spoilt(0) }, heap)).toBe(false);
  expect(agree(kernels, { ...wide, multiply: spoilt(13 * 19 - 1) }, heap)).toBe(false);
  const idle = { multiply: () => undefined, multiplyOuter: () => undefined };
  expect(agree(idle, idle, heap)).toBe(false);
});

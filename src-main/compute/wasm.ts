/**
 * The `wasm` engine: TensorFlow.js' WebAssembly backend (SIMD, one thread), from npm alone, the
 * same on every platform, with our own kernels for what costs time (simd/). The slowest engine, and the one that is
 * always there.
 */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { SteadygazeError } from '../contract/errors.ts';
import type { Engine } from './engine.ts';
import { type Kernels, loadKernels } from './simd/module.ts';
import { widened } from './simd/wide.ts';
import { memoryOf, refuseFailedAllocations, WasmHeap } from './wasm-heap.ts';
import { replaceKernels } from './wasm-kernels.ts';
import { createWasmOps } from './wasm-ops.ts';

/**
 * The heap of WebAssembly ends at 4 GiB. A quarter leaves room for packed copies of filters, for
 * fragmentation, and for what a caller keeps between batches.
 */
const MEMORY_BUDGET = 1024 ** 3;

let started: Promise<Engine> | undefined;

/**
 * Makes the wasm backend the current one. A process has one such backend: later calls give the
 * same engine.
 *
 * @throws SteadygazeError 'engine-unavailable' without WebAssembly SIMD or when the backend refuses.
 */
export async function startWasm(): Promise<Engine> {
  started ??= createEngine();
  const engine = await started;
  await tf.setBackend('wasm');
  return engine;
}

async function createEngine(): Promise<Engine> {
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new SteadygazeError(
      'engine-unavailable',
      'The built-in engine needs WebAssembly SIMD, which this processor or Node.js version lacks.',
      'Use a newer version of Node.js, or another engine.',
    );
  }
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(folder + sep);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) {
    throw new SteadygazeError(
      'engine-unavailable',
      'The built-in engine did not start.',
      'Install the packages again (npm ci), or use another engine.',
    );
  }
  const backend = tf.backend() as BackendWasm;
  refuseFailedAllocations(backend);
  const heap = new WasmHeap(backend);
  const { kernels, vectors } = ownKernels(backend, heap);
  replaceKernels(heap, kernels);
  return {
    id: 'wasm',
    description: `TensorFlow.js ${version_wasm} WebAssembly (${vectors}), 1 thread`,
    versions: { 'tfjs-core': tf.version_core, 'tfjs-backend-wasm': version_wasm },
    ops: createWasmOps(backend, kernels),
    memoryBudget: MEMORY_BUDGET,
  };
}

/** Our own kernels, null where the machine lacks what they need, and by what vectors it computes, in words. */
function ownKernels(backend: BackendWasm, heap: WasmHeap): { kernels: Kernels | null; vectors: string } {
  const memory = memoryOf(backend);
  const kernels = loadKernels(memory);
  if (kernels === null || memory === undefined) return { kernels: null, vectors: 'SIMD' };
  const wide = widened(kernels, memory, heap);
  return { kernels: wide, vectors: wide === kernels ? 'relaxed SIMD' : 'relaxed SIMD, 256 bits' };
}

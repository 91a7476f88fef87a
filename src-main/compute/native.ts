/** The engines on TensorFlow's own library: `native` (processor) and `cuda` (NVIDIA GPU). */
import { availableParallelism, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './engine.ts';
import { loadAddon } from './native-addon.ts';
import { createNativeOps } from './native-ops.ts';

/**
 * Starts TensorFlow on the processor and makes it the current TensorFlow.js backend.
 * @throws Error with one sentence when the addon cannot be loaded.
 */
export function startNative(): Promise<Engine> {
  return startAddon('@tensorflow/tfjs-node', 'native');
}

/** The same with CUDA. @throws Error also when the addon loads but finds no GPU. */
export function startCuda(): Promise<Engine> {
  return startAddon('@tensorflow/tfjs-node-gpu', 'cuda');
}

/** A process can load TensorFlow once. */
const started = new Map<string, Promise<Engine>>();

function startAddon(packageName: string, id: 'native' | 'cuda'): Promise<Engine> {
  const running = started.get(packageName) ?? load(packageName, id);
  started.set(packageName, running);
  return running;
}

async function load(packageName: string, id: 'native' | 'cuda'): Promise<Engine> {
  const addon = loadAddon(packageName);
  const backend = addon.createBackend();
  if (id === 'cuda' && !addon.binding.isUsingGpuDevice()) throw new Error('TensorFlow found no NVIDIA GPU');
  tf.registerBackend('tensorflow', () => backend, 3);
  await tf.setBackend('tensorflow');
  await tf.ready();
  const version = addon.binding.TF_Version;
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0) || availableParallelism();
  return {
    id,
    description:
      id === 'cuda'
        ? `TensorFlow ${version} on the NVIDIA GPU`
        : `TensorFlow ${version} on the processor (oneDNN), ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    versions: { tensorflow: version, [packageName]: addon.packageVersion, 'tfjs-core': tf.version_core },
    ops: createNativeOps(backend, threads),
    memoryBudget: Math.floor(totalmem() / 4),
  };
}

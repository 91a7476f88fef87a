/** The engines on TensorFlow's own library: `native` (processor) and `cuda` (NVIDIA GPU). */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { availableMemory } from './available-memory.ts';
import { cudaDevice } from './diagnosis/cuda-device.ts';
import { realMachine } from './diagnosis/real-machine.ts';
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
  if (id === 'cuda') chooseCuda();
  const addon = loadAddon(packageName);
  const backend = addon.createBackend();
  if (id === 'cuda' && !addon.binding.isUsingGpuDevice()) throw new Error('TensorFlow found no NVIDIA GPU');
  tf.registerBackend('tensorflow', () => backend, 3);
  await tf.setBackend('tensorflow');
  await tf.ready();
  const version = addon.binding.TF_Version;
  const card = id === 'cuda' ? await cudaDevice(realMachine()) : null;
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0) || availableParallelism();
  return {
    id,
    description:
      id === 'cuda'
        ? `TensorFlow ${version} on ${card?.name ?? 'the NVIDIA card'}`
        : `TensorFlow ${version} on the processor (oneDNN), ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    versions: { tensorflow: version, [packageName]: addon.packageVersion, 'tfjs-core': tf.version_core },
    ops: createNativeOps(backend, threads),
    // A card is ours alone as a rule.
    memoryBudget: Math.floor(card === null ? availableMemory() / 4 : card.memory / 2),
  };
}

/** How CUDA computes here, unless the person's own environment says otherwise. Read when TensorFlow is loaded. */
function chooseCuda(): void {
  // By default cards since 2020 round what they multiply to 10 bits: too few for the engines to agree.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
  // By default TensorFlow takes all memory of the card at once, also from the window that shows the results.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
}

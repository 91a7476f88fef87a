/**
 * The `webgpu` engine: any graphics card, through Dawn (Chromium's WebGPU, built for Node) and TensorFlow.js. It cannot
 * be read at once, only awaited, and needs plain Node: Electron forbids the buffers that Dawn shares with it.
 */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { SteadygazeError } from '../contract/errors.ts';
import type { Engine } from './engine.ts';
import { adapterName, findAdapter, memoryShare, systemInterface } from './webgpu-adapter.ts';
import { watchDevice } from './webgpu-device.ts';
import { createWebGpuOps } from './webgpu-ops.ts';

/** Part of the memory that one batch may use; the rest is for weights, copies, and what waits to be freed. */
const BATCH_SHARE = 0.6;

let started: Promise<Engine> | undefined;

/**
 * Makes the fastest graphics card the current TensorFlow.js backend. A process has one: later calls give the same engine.
 * @throws SteadygazeError `engine-unavailable` without a graphics card
 */
export async function startWebGpu(): Promise<Engine> {
  started ??= createEngine();
  const engine = await started;
  await tf.setBackend('webgpu');
  return engine;
}

async function createEngine(): Promise<Engine> {
  if ('electron' in process.versions) {
    throw new SteadygazeError(
      'engine-unavailable',
      'Graphics cards are computed on by plain Node, which this installation lacks.',
      'Install Steadygaze again, or use another engine.',
    );
  }
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await findAdapter(gpu);
  // Node 20 has no `navigator`; ours must not go: Dawn ends with it.
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  // The adapter's own limits: the default ones are those of a telephone.
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits: limits });
  const backend = new WebGPUBackend(device, adapter.info);
  const share = memoryShare(adapter.info);
  watchDevice(backend, share);
  tf.registerBackend('webgpu', () => backend, 3);
  await tf.setBackend('webgpu');
  await tf.ready();
  return {
    id: 'webgpu',
    description: `${adapterName(adapter.info)} through WebGPU (${systemInterface})`,
    versions: {
      driver: adapter.info.description || 'unknown',
      webgpu: versionOf('webgpu'),
      'tfjs-backend-webgpu': versionOf('@tensorflow/tfjs-backend-webgpu'),
      'tfjs-core': tf.version_core,
    },
    ops: createWebGpuOps(backend),
    memoryBudget: Math.floor(share * BATCH_SHARE),
  };
}

function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  return version;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** Which engines are installed, without loading any: a look at the packages. */
import { createRequire } from 'node:module';
import { ENGINE_IDS } from './engine.ts';
import type { EngineId } from './engine.ts';
import { mayHaveAdapter } from './webgpu-adapter.ts';

const PACKAGES: Readonly<Record<EngineId, string>> = {
  cuda: '@tensorflow/tfjs-node-gpu',
  webgpu: 'webgpu',
  native: '@tensorflow/tfjs-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
};

/** The engines worth trying, fastest first. Without a driver of a graphics card WebGPU is not. */
export function installedEngines(): EngineId[] {
  return ENGINE_IDS.filter((id) => isInstalled(id) && (id !== 'webgpu' || mayHaveAdapter()));
}

/** Whether an engine's package is there. It may still not work: see choose.ts. */
export function isInstalled(id: EngineId): boolean {
  try {
    createRequire(import.meta.url).resolve(`${PACKAGES[id]}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** The version of an engine's package; null where it is not installed. */
export function installedVersion(id: EngineId): string | null {
  try {
    const { version } = createRequire(import.meta.url)(`${PACKAGES[id]}/package.json`) as { version?: string };
    return version ?? '';
  } catch {
    return null;
  }
}

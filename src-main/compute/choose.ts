/**
 * Which engine computes. Each is started and then made to prove itself (selftest.ts); one that cannot be used
 * is refused with a reason and what to do, in plain words.
 *
 * TensorFlow can end a process while it loads, and two of its libraries do not live together in one. Whoever
 * tries several engines therefore tries each in a process of its own (see jobs/).
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { Engine, EngineId, EngineRefusal } from './engine.ts';
import { isInstalled } from './installed.ts';
import { startCuda, startNative } from './native.ts';
import { selfTest } from './selftest.ts';
import { startWasm } from './wasm.ts';

const STARTERS: Readonly<Record<EngineId, () => Promise<Engine>>> = {
  cuda: startCuda,
  webgpu: async () => (await import('./webgpu.ts')).startWebGpu(),
  native: startNative,
  wasm: startWasm,
};

const HINTS: Readonly<Record<EngineId, string>> = {
  cuda: 'It needs an NVIDIA card, its driver, and CUDA. "steadygaze engines --explain" says what is missing.',
  webgpu:
    'It needs a graphics card with a driver for Vulkan, Direct3D 12 or Metal. The engines "native" and "wasm" compute without one.',
  native: 'Run "npm run setup:native" to set it up, or use the engine "wasm", which needs nothing.',
  wasm: 'Install the packages again with "npm ci".',
};

/**
 * Starts an engine in this process and lets it prove itself.
 * @throws SteadygazeError `engine-unavailable` with the sentences of {@link refusalOf}
 */
export async function startEngine(id: EngineId): Promise<Engine> {
  let engine: Engine;
  try {
    engine = await STARTERS[id]();
  } catch (error) {
    throw unavailable(refusalOf(id, error), error);
  }
  const wrong = await selfTest(engine);
  if (wrong === null) return engine;
  const reason = `The engine "${id}" computed a wrong result in its self-test, so it is not used.`;
  throw unavailable({ id, reason, hint: HINTS[id] }, wrong);
}

/** Why an engine cannot be used, from what its start threw. */
export function refusalOf(id: EngineId, error: unknown): EngineRefusal {
  if (error instanceof SteadygazeError) return { id, reason: error.message, hint: error.hint };
  if (!isInstalled(id)) return { id, reason: `The engine "${id}" is not installed.`, hint: HINTS[id] };
  const cause = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].replace(/\.$/, '');
  return { id, reason: `The engine "${id}" does not start: ${cause}.`, hint: HINTS[id] };
}

function unavailable({ reason, hint }: EngineRefusal, cause: unknown): SteadygazeError {
  const details = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new SteadygazeError('engine-unavailable', reason, hint, details);
}

/**
 * What it looks like when an engine has no room for a tensor, and how the work that met it is undone, so that less can be
 * tried. Every library says it in its own words.
 */
import * as tf from '@tensorflow/tfjs-core';
import { SteadygazeError } from '../contract/errors.ts';

/**
 * TensorFlow ("OOM when allocating tensor", ResourceExhausted, "failed to allocate memory"), WebGPU
 * (GPUOutOfMemoryError, and buffers larger than the device takes), and JavaScript itself ("Array buffer allocation failed").
 */
const WORDS =
  /\bOOM\b|resource ?exhausted|out of memory|OutOfMemory|failed to allocate|allocation failed|exceeds the max(imum)? buffer size|maxBufferSize|larger than the maximum (storage )?buffer/i;

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof SteadygazeError) return error.code === 'out-of-memory';
  return error instanceof Error && WORDS.test(`${error.name} ${error.message}`);
}

/** Carries out `work`; where it fails, all tensors that it has made by then are disposed of. */
export async function disposingOnFailure<T>(work: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  engine.startScope();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    engine.endScope();
    throw error;
  }
  // What has been made and not disposed of is somebody's.
  engine.endScope([...engine.state.activeScope.track]);
  return result;
}

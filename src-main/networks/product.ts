/** Products of matrices by what the engine is good at. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';

/** Which of the two operands are transposed. */
interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/**
 * a * b. Where the engine has no product of its own, operands are transposed first: the products of TensorFlow.js with
 * transposed operands are scalar loops in wasm.
 */
export function product(ops: EngineOps, a: Tensor2D, b: Tensor2D, transposed: Transposed = {}): Tensor2D {
  const { a: turnsA = false, b: turnsB = false } = transposed;
  if (ops.matMul !== undefined) return ops.matMul(a, b, turnsA, turnsB);
  return tf.tidy(() => tf.matMul(turnsA ? tf.transpose(a) : a, turnsB ? tf.transpose(b) : b));
}

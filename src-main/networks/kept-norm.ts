/**
 * Batch normalisation by stored statistics in training: y = scale n + offset, n = (x - mean) / sqrt(variance + eps).
 * Each picture is treated alike whatever its batch, as in inference, so that few pictures a batch do no harm.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import { frozenNorm } from './channel-scaling.ts';
import { NORM_EPSILON } from './layer.ts';
import type { GradientSink, Module } from './modules.ts';

/** Stored mean and variance, borrowed. */
export interface StoredStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * @param sink null: scale and offset are not learnt either
 */
export function keptNorm(
  ops: EngineOps,
  name: string,
  scale: () => Tensor1D,
  offset: () => Tensor1D,
  stored: () => StoredStatistics,
  sink: GradientSink | null,
): Module {
  const inverse = (): Tensor1D => tf.tidy(() => tf.rsqrt(tf.add(stored().variance, NORM_EPSILON)));
  /** factor x + shift, factor and shift disposed of. */
  const apply = (x: Tensor, factor: Tensor1D, shift: Tensor1D | null): Tensor => {
    const none = shift ?? tf.zerosLike(factor);
    const { y } = frozenNorm(
      ops,
      () => factor,
      () => none,
    ).forward(x, false);
    tf.dispose([factor, none]);
    return y;
  };
  return {
    keepsInput: sink !== null,
    keepsOutput: false,
    forward(x) {
      const [factor, shift] = tf.tidy(() => {
        const f = tf.mul<Tensor1D>(inverse(), scale());
        return [f, tf.sub<Tensor1D>(offset(), tf.mul(stored().mean, f))];
      });
      return { y: apply(x, factor, shift), saved: null };
    },
    backward(x, _y, _saved, dy, wantInput) {
      if (sink !== null) {
        // sum dy n = (sum dy x - mean sum dy) / sqrt(variance + eps)
        const dOffset = tf.sum<Tensor1D>(dy, [0, 1, 2]);
        const dScale = tf.tidy(() => {
          const products = tf.sum<Tensor1D>(tf.mul(dy, x as Tensor4D), [0, 1, 2]);
          return tf.mul(tf.sub(products, tf.mul(stored().mean, dOffset)), inverse());
        });
        sink.parameter(`${name}.weight`, dScale);
        sink.parameter(`${name}.bias`, dOffset);
      }
      if (!wantInput) return null;
      return apply(
        dy,
        tf.tidy(() => tf.mul<Tensor1D>(inverse(), scale())),
        null,
      );
    },
    drop: () => undefined,
  };
}

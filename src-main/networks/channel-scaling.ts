/** What is done to the channels of each pixel: layer normalisation, learnt factors, folded batch norm by itself. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import { LAYER_NORM_EPSILON } from './layer.ts';
import { type GradientSink, type Module, nothing } from './modules.ts';

/**
 * y = scale n + offset, n = (x - mean) r, r = 1 / sqrt(variance + eps), over the channels of each pixel. Its gradient:
 * dx = r (g - mean(g) - n mean(g n)) with g = scale dy; dScale = sum dy n, dOffset = sum dy.
 */
export function layerNorm(
  name: string,
  scale: () => Tensor1D,
  offset: () => Tensor1D,
  sink: GradientSink | null,
): Module {
  return {
    keepsInput: false,
    keepsOutput: false,
    forward(x, tape) {
      const [y, normalised, inverse] = tf.tidy(() => {
        const rows = asRows(x);
        const centred = tf.sub(rows, tf.mean(rows, 1, true));
        const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), LAYER_NORM_EPSILON));
        const n = tf.mul<Tensor2D>(centred, r);
        const result = tf.reshape(tf.add(tf.mul(n, scale()), offset()), x.shape);
        return tape ? [result, n, r] : [result];
      });
      return { y, saved: tape ? [normalised, inverse] : [] };
    },
    backward(_x, _y, saved, dy, wantInput) {
      const [n, r] = saved as [Tensor2D, Tensor2D];
      const rows = tf.reshape(dy, n.shape);
      if (sink !== null) {
        sink.parameter(
          `${name}.weight`,
          tf.tidy(() => tf.sum(tf.mul(rows, n), 0)),
        );
        sink.parameter(`${name}.bias`, tf.sum(rows, 0));
      }
      const dx = wantInput
        ? tf.tidy(() => {
            const g = tf.mul(rows, scale());
            const along = tf.mul(n, tf.mean(tf.mul(g, n), 1, true));
            return tf.reshape(tf.mul(tf.sub(tf.sub(g, tf.mean(g, 1, true)), along), r), dy.shape);
          })
        : null;
      tf.dispose([n, r, rows]);
      return dx;
    },
    drop: (saved) => {
      tf.dispose(saved as Tensor[]);
    },
  };
}

function asRows(x: Tensor): Tensor2D {
  return tf.reshape(x, [-1, x.shape[x.shape.length - 1]]);
}

/** Every channel times a learnt factor. */
export function channelScale(name: string, factor: () => Tensor1D, sink: GradientSink | null): Module {
  return {
    keepsInput: sink !== null,
    keepsOutput: false,
    forward: (x) => ({ y: tf.mul(x, factor()), saved: null }),
    backward(x, _y, _saved, dy, wantInput) {
      if (sink !== null) {
        sink.parameter(
          name,
          tf.tidy(() => tf.sum(tf.mul(dy, x as Tensor), [0, 1, 2])),
        );
      }
      return wantInput ? tf.mul(dy, factor()) : null;
    },
    drop: nothing,
  };
}

/** factor x + shift, channel by channel: a batch norm in inference mode that no convolution can take in. */
export function frozenNorm(ops: EngineOps, factor: () => Tensor1D, shift: () => Tensor1D): Module {
  const inPlace = { stride: 1, pad: 0 };
  // As a depthwise convolution with a 1x1 filter it is one pass.
  const apply = (x: Tensor, bias?: Tensor1D): Tensor => {
    const filter = tf.reshape<tf.Rank.R4>(factor(), [1, 1, -1, 1]);
    const y = ops.depthwiseConv2d(x as Tensor4D, filter, inPlace, bias);
    filter.dispose();
    return y;
  };
  return {
    keepsInput: false,
    keepsOutput: false,
    forward: (x) => ({ y: apply(x, shift()), saved: null }),
    backward: (_x, _y, _saved, dy, wantInput) => (wantInput ? apply(dy) : null),
    drop: nothing,
  };
}

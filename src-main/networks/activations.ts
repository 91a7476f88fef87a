/** Activations without parameters, and their derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ActivationLayer } from './layer.ts';
import { type Module, nothing } from './modules.ts';

interface Activation {
  /** Whether the derivative is that of the input or of the output. */
  readonly of: 'input' | 'output';
  /** Both inside a tidy. */
  readonly value: (x: Tensor) => Tensor;
  /** d y / d x from the input x or the output y. */
  readonly slope: (known: Tensor) => Tensor;
}

const ROOT_HALF = Math.SQRT1_2;
/** Height of the standard normal density at 0. */
const PEAK = 1 / Math.sqrt(2 * Math.PI);

/** P(X <= x) for standard normal X. */
const normalShare = (x: Tensor): Tensor => tf.mul(tf.add(tf.erf(tf.mul(x, ROOT_HALF)), 1), 0.5);

const ACTIVATIONS: Readonly<Record<ActivationLayer['op'], Activation>> = {
  relu6: {
    of: 'output',
    value: (x) => tf.relu6(x),
    slope: (y) => tf.mul(tf.step(y), tf.step(tf.sub(6, y))),
  },
  sigmoid: {
    of: 'output',
    value: (x) => tf.sigmoid(x),
    slope: (y) => tf.mul(y, tf.sub(1, y)),
  },
  silu: {
    of: 'input',
    value: (x) => tf.mul(x, tf.sigmoid(x)),
    slope(x) {
      // d/dx x s(x) = s (1 + x (1 - s))
      const s = tf.sigmoid(x);
      return tf.mul(s, tf.add(tf.mul(x, tf.sub(1, s)), 1));
    },
  },
  gelu: {
    of: 'input',
    value: (x) => tf.mul(x, normalShare(x)),
    // d/dx x P(x) = P(x) + x p(x)
    slope: (x) => tf.add(normalShare(x), tf.mul(tf.mul(x, tf.exp(tf.mul(tf.square(x), -0.5))), PEAK)),
  },
};

export function activation(op: ActivationLayer['op']): Module {
  const { of, value, slope } = ACTIVATIONS[op];
  return {
    keepsInput: of === 'input',
    keepsOutput: of === 'output',
    forward: (x) => ({ y: tf.tidy(() => value(x)), saved: null }),
    backward(x, y, _saved, dy, wantInput) {
      if (!wantInput) return null;
      const known = of === 'input' ? x : y;
      return tf.tidy(() => tf.mul(dy, slope(known as Tensor)));
    },
    drop: nothing,
  };
}

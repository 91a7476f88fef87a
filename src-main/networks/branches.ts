/** A sequence of modules beside its own input: as a gate, or as further channels. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Module } from './modules.ts';
import type { Sequence, Tape } from './sequence.ts';

/** y = x * body(x), body(x) [N,1,1,C]. */
export function gate(body: Sequence): Module {
  interface Saved {
    readonly tape: Tape;
    readonly factor: Tensor;
  }
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x, tape) {
      const inner = body.forward(x, tape);
      return { y: tf.mul(x, inner.y), saved: { tape: inner.tape, factor: inner.y } satisfies Saved };
    },
    backward(x, _y, saved, dy, wantInput) {
      const { tape, factor } = saved as Saved;
      const dFactor = tf.tidy(() => tf.sum(tf.mul(dy, x as Tensor), [1, 2], true));
      const inner = body.backward(tape, x, factor, dFactor, wantInput);
      const dx = inner === null ? null : tf.tidy(() => tf.add(tf.mul(dy, factor), inner));
      tf.dispose([dFactor, factor]);
      inner?.dispose();
      return dx;
    },
    drop(saved) {
      const { tape, factor } = saved as Saved;
      factor.dispose();
      body.drop(tape);
    },
  };
}

/** The channels of x, then those of body(x). */
export function concat(body: Sequence): Module {
  return {
    keepsInput: body.keepsInput,
    keepsOutput: false,
    forward(x, tape) {
      const inner = body.forward(x, tape);
      const y = tf.concat([x, inner.y], 3);
      inner.y.dispose();
      return { y, saved: { tape: inner.tape, channels: x.shape[3] ?? 0 } };
    },
    backward(x, _y, saved, dy, wantInput) {
      const { tape, channels } = saved as { tape: Tape; channels: number };
      const [n, h, w, all] = dy.shape as Tensor4D['shape'];
      const own = tf.slice4d(dy as Tensor4D, [0, 0, 0, channels], [n, h, w, all - channels]);
      const inner = body.backward(tape, x, null, own, wantInput);
      own.dispose();
      if (inner === null) return null;
      const dx = tf.tidy(() => tf.add(tf.slice4d(dy as Tensor4D, [0, 0, 0, 0], [n, h, w, channels]), inner));
      inner.dispose();
      return dx;
    },
    drop: (saved) => {
      body.drop((saved as { tape: Tape }).tape);
    },
  };
}

/** Layers that leave something out by chance, in training alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Module } from './modules.ts';
import type { TrainingMoment } from './moment.ts';

/**
 * Values, or whole pictures, are 0 with probability `rate`; what is kept grows by 1 / (1 - rate).
 * @param moment of the pass that is going on: what is drawn from
 */
export function leaveOut(rate: number, unit: 'value' | 'picture', moment: () => TrainingMoment): Module {
  return {
    keepsInput: false,
    keepsOutput: false,
    forward(x) {
      const shape = unit === 'value' ? x.shape : x.shape.map((side, axis) => (axis === 0 ? side : 1));
      const [n, ...ofPicture] = shape;
      const { chance: random, part = { before: 0, all: n } } = moment();
      const each = ofPicture.reduce((product, side) => product * side, 1);
      const kept = new Float32Array(n * each);
      // Drawn for the whole batch, so that a picture's share does not depend on which part of it is at work.
      for (let k = -part.before * each; k < (part.all - part.before) * each; k++) {
        const value = random.uniform() < rate ? 0 : 1 / (1 - rate);
        if (k >= 0 && k < kept.length) kept[k] = value;
      }
      const mask = tf.tensor(kept, shape);
      return { y: tf.mul(x, mask), saved: mask };
    },
    backward(_x, _y, saved, dy, wantInput) {
      const mask = saved as Tensor;
      const dx = wantInput ? tf.mul(dy, mask) : null;
      mask.dispose();
      return dx;
    },
    drop: (saved) => {
      tf.dispose(saved as Tensor);
    },
  };
}

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
      const { chance: random } = moment();
      const kept = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () =>
        random.uniform() < rate ? 0 : 1 / (1 - rate),
      );
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

/** Average pooling and flattening. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Module, nothing } from './modules.ts';

/**
 * Adaptive average pooling: y = R x C^T with averaging matrices R [side,H] and C [side,W] whose
 * windows are floor(i*H/side) .. ceil((i+1)*H/side) (PyTorch). side = 1 is the global mean.
 */
export function averagePool(side: number): Module {
  const apply = (x: Tensor4D, rows: Tensor2D, columns: Tensor2D): Tensor =>
    tf.tidy(() => {
      const [n, h, w, c] = x.shape;
      const outH = rows.shape[0];
      const outW = columns.shape[0];
      const byRow = tf.matMul(tf.tile(tf.expandDims(rows, 0), [n, 1, 1]), tf.reshape(x, [n, h, w * c]));
      const flipped = tf.transpose(tf.reshape(byRow, [n, outH, w, c]), [0, 2, 1, 3]);
      const byColumn = tf.matMul(tf.tile(tf.expandDims(columns, 0), [n, 1, 1]), tf.reshape(flipped, [n, w, outH * c]));
      return tf.transpose(tf.reshape(byColumn, [n, outW, outH, c]), [0, 2, 1, 3]);
    });
  return {
    keepsInput: false,
    keepsOutput: false,
    forward(x) {
      const [, h = 1, w = 1] = x.shape;
      const saved = { shape: x.shape as Tensor4D['shape'] };
      if (side === 1) return { y: tf.mean(x, [1, 2], true), saved };
      return { y: tf.tidy(() => apply(x as Tensor4D, averagingMatrix(side, h), averagingMatrix(side, w))), saved };
    },
    backward(_x, _y, saved, dy, wantInput) {
      if (!wantInput) return null;
      const { shape } = saved as { shape: Tensor4D['shape'] };
      const [, h, w] = shape;
      if (side === 1) return tf.tidy(() => tf.tile(tf.mul(dy, 1 / (h * w)), [1, h, w, 1]));
      return tf.tidy(() =>
        apply(dy as Tensor4D, tf.transpose(averagingMatrix(side, h)), tf.transpose(averagingMatrix(side, w))),
      );
    },
    drop: nothing,
  };
}

/** Mean over windows of size x size that touch; what is left over at the right and below is not looked at. */
export function averageWindow(size: number): Module {
  return {
    keepsInput: false,
    keepsOutput: false,
    forward: (x) => ({
      y: tf.avgPool(x as Tensor4D, size, size, 'valid'),
      saved: { shape: x.shape as Tensor4D['shape'] },
    }),
    backward(_x, _y, saved, dy, wantInput) {
      if (!wantInput) return null;
      const [n, height, width, c] = (saved as { shape: Tensor4D['shape'] }).shape;
      const [, rows, columns] = dy.shape as Tensor4D['shape'];
      return tf.tidy(() => {
        const share = tf.mul(dy, 1 / size ** 2);
        const wide = tf.tile(tf.reshape(share, [n * rows * columns, 1, c]), [1, size, 1]);
        const whole = tf.tile(tf.reshape(wide, [n * rows, 1, columns * size * c]), [1, size, 1]);
        const map = tf.reshape<tf.Rank.R4>(whole, [n, rows * size, columns * size, c]);
        return tf.pad4d(map, [
          [0, 0],
          [0, height - rows * size],
          [0, width - columns * size],
          [0, 0],
        ]);
      });
    },
    drop: nothing,
  };
}

function averagingMatrix(rows: number, columns: number): Tensor2D {
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = Math.floor((i * columns) / rows);
    const end = Math.ceil(((i + 1) * columns) / rows);
    values.fill(1 / (end - start), i * columns + start, i * columns + end);
  }
  return tf.tensor2d(values, [rows, columns]);
}

export function flatten(): Module {
  return {
    keepsInput: false,
    keepsOutput: false,
    forward: (x) => ({
      y: tf.tidy(() => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0] ?? 0, -1])),
      saved: { shape: x.shape as Tensor4D['shape'] },
    }),
    backward(_x, _y, saved, dy, wantInput) {
      if (!wantInput) return null;
      const [n, h, w, c] = (saved as { shape: Tensor4D['shape'] }).shape;
      return tf.tidy(() => tf.transpose(tf.reshape(dy, [n, c, h, w]), [0, 2, 3, 1]));
    },
    drop: nothing,
  };
}

/**
 * Whether convolutions on maps of few pixels pay as one wide map of all pictures: `node bench/small-maps.ts`, with
 * `TF_NUM_INTRAOP_THREADS=1` for one thread. Each line is a map of a batch and a 3x3 convolution, computed both ways by
 * turns, there and back; the least time of each counts: a ratio of 1 is where the usual way is taken. Apart: the largest
 * difference, as a share of the largest value.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';
import { leastOfWays, sharedApart } from './ways.ts';

/** Pictures, side of the map, channels before and after, stride. */
const CASES = [
  [64, 1, 512, 512, 1],
  [64, 2, 512, 512, 1],
  [64, 3, 512, 512, 1],
  [64, 4, 256, 256, 1],
  [64, 5, 256, 256, 1],
  [64, 6, 256, 256, 1],
  [64, 4, 128, 128, 1],
  [64, 3, 128, 128, 1],
  [2, 3, 512, 512, 1],
  [8, 3, 512, 512, 1],
  [256, 3, 512, 512, 1],
  [256, 6, 256, 256, 1],
  [64, 2, 512, 512, 2],
  [64, 4, 256, 512, 2],
  [64, 6, 256, 512, 2],
  [2, 4, 256, 512, 2],
  [16, 4, 256, 512, 2],
] as const;

/** TensorFlow.js's own go picture by picture. At stride 2 they pad evenly only what was padded before. */
function usual(x: Tensor4D, filter: Tensor4D, stride: 1 | 2): Tensor4D {
  if (stride === 1) return tf.conv2d(x, filter, 1, 'same');
  const around: [number, number] = [1, 1];
  return tf.tidy(() => tf.conv2d(tf.pad4d(x, [[0, 0], around, around, [0, 0]]), filter, 2, 'valid'));
}

function usualBack(dy: Tensor4D, filter: Tensor4D, x: Tensor4D['shape'], stride: 1 | 2): Tensor4D {
  if (stride === 1) return tf.conv2dTranspose(dy, filter, x, 1, 'same');
  const [n, height, width, channels] = x;
  return tf.tidy(() => {
    const whole = tf.conv2dTranspose(dy, filter, [n, height + 2, width + 2, channels], 2, 'valid');
    return tf.slice4d(whole, [0, 1, 1, 0], x);
  });
}

const { ops, description } = await startEngine('native');
console.log(description);
console.log('pictures  side  channels    stride   conv2d     wide  ratio  gradient     wide  ratio   apart');
for (const [pictures, side, input, output, stride] of CASES) {
  const x = tf.randomNormal<tf.Rank.R4>([pictures, side, side, input]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, input, output]);
  const dy = tf.randomNormal<tf.Rank.R4>([pictures, side / stride, side / stride, output]);
  const geometry = { stride, pad: 1 };
  const there: readonly (() => Tensor4D)[] = [() => usual(x, filter, stride), () => ops.conv2d(x, filter, geometry)];
  const back: readonly (() => Tensor4D)[] = [
    () => usualBack(dy, filter, x.shape, stride),
    () => ops.conv2dInputGrad(dy, filter, x.shape, geometry),
  ];
  const apart = Math.max(await sharedApart(there), await sharedApart(back));
  const columns = [
    String(pictures).padStart(8),
    String(side).padStart(4),
    `${input} to ${output}`.padEnd(10),
    String(stride).padStart(6),
  ];
  for (const ways of [there, back]) {
    const [plain, wide] = await leastOfWays(ways);
    columns.push(
      `${plain.toFixed(2)}`.padStart(7),
      `${wide.toFixed(2)}`.padStart(7),
      (wide / plain).toFixed(2).padStart(5),
    );
  }
  console.log([...columns, apart.toExponential(0).padStart(6)].join('  '));
  tf.dispose([x, filter, dy]);
}
process.exit(0);

/**
 * Whether convolutions on maps of few pixels pay as one wide map of all pictures: `node bench/small-maps.ts`, with
 * `TF_NUM_INTRAOP_THREADS=1` for one thread. Each line is a map of a batch and a 3x3 convolution, computed both ways by
 * turns, there and back; the least time of each counts. Apart: the largest difference, as a share of the largest value.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';
import { leastOfWays, sharedApart } from './ways.ts';

/** Pictures, side of the map, channels before and after. */
const CASES = [
  [64, 1, 512],
  [64, 2, 512],
  [64, 3, 512],
  [64, 4, 256],
  [64, 5, 256],
  [64, 6, 256],
  [64, 4, 128],
  [64, 3, 128],
  [2, 3, 512],
  [8, 3, 512],
  [256, 3, 512],
  [256, 6, 256],
] as const;
const GEOMETRY = { stride: 1, pad: 1 } as const;

const { ops, description } = await startEngine('native');
console.log(description);
console.log('pictures  side  channels   conv2d     wide  ratio  gradient     wide  ratio   apart  chosen');
for (const [pictures, side, channels] of CASES) {
  const x = tf.randomNormal<tf.Rank.R4>([pictures, side, side, channels]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, channels, channels]);
  // TensorFlow.js's own go picture by picture.
  const there: readonly (() => Tensor4D)[] = [
    () => tf.conv2d(x, filter, 1, 'same'),
    () => ops.conv2d(x, filter, GEOMETRY),
  ];
  const back: readonly (() => Tensor4D)[] = [
    () => tf.conv2dTranspose(x, filter, x.shape, 1, 'same'),
    () => ops.conv2dInputGrad(x, filter, x.shape, GEOMETRY),
  ];
  const apart = Math.max(await sharedApart(there), await sharedApart(back));
  const columns = [String(pictures).padStart(8), String(side).padStart(4), String(channels).padStart(8)];
  for (const ways of [there, back]) {
    const [usual, wide] = await leastOfWays(ways);
    columns.push(
      `${usual.toFixed(2)}`.padStart(7),
      `${wide.toFixed(2)}`.padStart(7),
      (wide / usual).toFixed(2).padStart(5),
    );
  }
  const chosen = ops.smallMapPays?.([side, side], channels, channels) === true;
  console.log([...columns, apart.toExponential(0).padStart(6), chosen ? 'yes' : 'no'].join('  '));
  tf.dispose([x, filter]);
}
process.exit(0);

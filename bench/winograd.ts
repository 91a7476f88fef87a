/**
 * Whether convolutions by minimal filtering pay, and how exact they are: `node bench/winograd.ts`, with
 * `TF_NUM_INTRAOP_THREADS=1` for one thread. Each line is a map of a batch and a convolution of a network at 224 pixels
 * (and of smaller ones), computed both ways by turns; the least time of each counts. Apart: the largest difference, as a
 * share of the largest value.
 */
import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';
import { leastOfWays, sharedApart } from './ways.ts';

/** Pictures, side of the map, channels before and after. */
const CASES = [
  [8, 112, 64, 128],
  [8, 112, 128, 128],
  [8, 56, 128, 256],
  [8, 56, 256, 256],
  [8, 28, 256, 512],
  [8, 28, 512, 512],
  [8, 14, 512, 512],
  [1, 56, 256, 256],
  [1, 14, 512, 512],
  [32, 28, 128, 128],
  [32, 14, 256, 256],
  [64, 12, 128, 128],
  [64, 8, 128, 128],
] as const;

const { ops, description } = await startEngine('native');
const { winograd } = ops;
console.log(description);
if (winograd === undefined) {
  console.log('This engine has no convolution by minimal filtering here.');
  process.exit(0);
}
console.log('pictures  side  channels      conv2d  filtered  ratio   apart  chosen');
for (const [pictures, side, input, output] of CASES) {
  const x = tf.randomNormal<tf.Rank.R4>([pictures, side, side, input]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, input, output]);
  const prepared = winograd.prepare(filter);
  const ways = [() => ops.conv2d(x, filter, { stride: 1, pad: 1 }), () => prepared.run(x)] as const;
  const apart = await sharedApart(ways);
  const [direct, filtered] = await leastOfWays(ways);
  console.log(
    [
      String(pictures).padStart(8),
      String(side).padStart(4),
      `${input} to ${output}`.padEnd(10),
      `${direct.toFixed(1)} ms`.padStart(9),
      `${filtered.toFixed(1)} ms`.padStart(8),
      (filtered / direct).toFixed(2).padStart(5),
      apart.toExponential(0).padStart(6),
      winograd.pays([side, side], input, output) ? 'yes' : 'no',
    ].join('  '),
  );
  prepared.dispose();
  tf.dispose([x, filter]);
}
process.exit(0);

/**
 * Whether convolutions by minimal filtering pay, and how exact they are: `node bench/winograd.ts`, with
 * `TF_NUM_INTRAOP_THREADS=1` for one thread. Each line is a map of a batch and a convolution of a network at 224 pixels
 * (and of smaller ones), computed both ways by turns; the least time of each counts. Apart: the largest difference, as a
 * share of the largest value.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';

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
const TURNS = 8;

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
  const [plain, other] = [ways[0](), ways[1]()];
  const [apart] = await tf.tidy(() => tf.div(largest(tf.sub(plain, other)), largest(plain))).data();
  const least = [Infinity, Infinity];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, way] of ways.entries()) least[i] = Math.min(least[i], await millisecondsOf(way));
  }
  const [direct, filtered] = least;
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
  tf.dispose([x, filter, plain, other]);
}
process.exit(0);

function largest(map: Tensor4D): tf.Scalar {
  return tf.max(tf.abs(map));
}

async function millisecondsOf(convolve: () => Tensor4D): Promise<number> {
  const began = performance.now();
  const y = convolve();
  const corner = tf.slice4d(y, [0, 0, 0, 0], [1, 1, 1, 1]);
  await corner.data();
  const milliseconds = performance.now() - began;
  tf.dispose([y, corner]);
  return milliseconds;
}

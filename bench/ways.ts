/** Ways of computing the same map, by turns. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

const TURNS = 8;

/** Milliseconds of each way: the least of several turns. */
export async function leastOfWays(ways: readonly (() => Tensor4D)[]): Promise<number[]> {
  const least = ways.map(() => Infinity);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, way] of ways.entries()) least[i] = Math.min(least[i], await millisecondsOf(way));
  }
  return least;
}

/** How far the second way is from the first, as a share of the largest value. */
export async function sharedApart([first, second]: readonly (() => Tensor4D)[]): Promise<number> {
  const share = tf.tidy(() => {
    const plain = first();
    return tf.div(largest(tf.sub(plain, second())), largest(plain));
  });
  const [apart] = await share.data();
  share.dispose();
  return apart;
}

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

/** How fast an engine multiplies matrices: what any work on it can reach at best. */
import * as tf from '@tensorflow/tfjs-core';

/** Sides of the matrices; the next one is tried only where the last took little time. */
const SIDES = [1024, 2048, 4096];
const LITTLE_SECONDS = 0.05;
/** Each side is tried so often; the best counts. */
const TRIALS = 6;

/** 1e9 additions and multiplications a second, the best of the products of large square matrices. */
export async function matrixGigaflops(): Promise<number> {
  let best = 0;
  for (const side of SIDES) {
    const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];
    let least = Infinity;
    for (let trial = 0; trial < TRIALS; trial++) least = Math.min(least, await secondsOfProduct(a, b));
    tf.dispose([a, b]);
    best = Math.max(best, (2 * side ** 3) / least / 1e9);
    if (least > LITTLE_SECONDS) break;
  }
  return best;
}

async function secondsOfProduct(a: tf.Tensor, b: tf.Tensor): Promise<number> {
  const begin = performance.now();
  // The engine may still be at work when it has given back a tensor, but not when it has given numbers.
  const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]));
  await corner.data();
  corner.dispose();
  return (performance.now() - begin) / 1000;
}

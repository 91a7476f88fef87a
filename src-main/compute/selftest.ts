/**
 * Does an engine compute right on this machine? One layer of a network (convolution, batch norm, ReLU, max
 * pooling), forward and back, on a small fixed example whose results are written here as numbers. A driver, a
 * processor or a damaged installation that computes wrongly is found out before it trains anything.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Engine } from './engine.ts';

type Shape4D = [number, number, number, number];

/** Exact in float32, and chosen so that no result hangs on a tie (the test looks). */
const fill = (count: number, factor: number, modulus: number, shift: number) =>
  Float32Array.from({ length: count }, (_, i) => (((i * factor) % modulus) - shift) / 16);

/** The inputs: pictures [1,4,4,2], filter [3,3,2,2], scale and offset [2], gradient of the result [1,2,2,2]. */
export const EXAMPLE = {
  xShape: [1, 4, 4, 2] as Shape4D,
  x: fill(32, 13, 37, 17),
  filterShape: [3, 3, 2, 2] as Shape4D,
  filter: fill(36, 17, 41, 20),
  scale: Float32Array.of(1.25, 0.75),
  offset: Float32Array.of(0.125, 0.25),
  epsilon: 1e-5,
  conv: { stride: 1, pad: 1 },
  pool: { size: 3, stride: 2, pad: 1 },
  dyShape: [1, 2, 2, 2] as Shape4D,
  dy: fill(8, 5, 11, 4),
} as const;

/** What the example gives: the results of float64 loops (see the test), rounded to 7 decimals. */
export const EXPECTED = {
  y: [3.295841, 0.395986, 3.295841, 1.8741134, 3.295841, 1.0092772, 3.295841, 1.8741134],
  dx: [
    -0.3684618, 0.4734414, 0.076821, -0.1175316, -0.3081357, -0.4295982, 0.0602221, 0.0513098, 0.7102186, 0.338387,
    -0.0913116, -0.0893591, -0.0253256, -0.4274229, 0.0113517, -0.0213218, 0.4992746, 0.0648674, 0.0547385, 0.065384,
    0.2004562, -0.3954256, -0.1613214, -0.1433462, -0.3199397, -0.2457388, 0.0084242, 0.1345801, -0.2061514, 0.0177321,
    -0.1528056, -0.0945566,
  ],
  dFilter: [
    -0.2833444, 0.0042276, -0.0978809, 0.0361278, -0.150207, -0.0579451, -0.3602758, -0.0396106, 0.3115804, 0.0653124,
    0.1559112, -0.057771, -0.0370002, 0.0282928, -0.2495501, -0.0373716, 0.218844, 0.0188095, -0.0855836, -0.0197862,
    -0.0842978, -0.0426021, 0.2961129, 0.0451044, 0.0513626, 0.0167087, 0.2732503, 0.0123003, 0.0880601, 0.0301512,
    0.1549677, 0.0662606, -0.6464057, -0.00176, 0.1706959, 0.0570725,
  ],
  dScale: [1.7439626, -0.3217932],
  dOffset: [0.6875, -0.125],
} as const satisfies Record<string, readonly number[]>;

/** Largest deviation allowed; the results lie between -4 and 4, and float32 engines differ by some 1e-6. */
const TOLERANCE = 2e-4;

/**
 * Runs the example.
 * @returns null when every number is right, else the end of a sentence that says which one is not
 */
export async function selfTest({ ops }: Engine): Promise<string | null> {
  const before = tf.memory().numTensors;
  const results = tf.tidy(() => {
    const { conv, pool, epsilon, xShape, filterShape } = EXAMPLE;
    const x = tf.tensor4d(EXAMPLE.x, xShape);
    const filter = tf.tensor4d(EXAMPLE.filter, filterShape);
    const scale = tf.tensor1d(EXAMPLE.scale);
    const offset = tf.tensor1d(EXAMPLE.offset);
    const convolved = ops.conv2d(x, filter, conv);
    const { y: normed, mean, variance } = ops.batchNorm(convolved, scale, offset, epsilon);
    const active = tf.relu(normed);
    const { y, trace } = ops.maxPool(active, pool);
    const dy = tf.tensor4d(EXAMPLE.dy, EXAMPLE.dyShape);
    const dNormed = ops.reluGrad(ops.maxPoolGrad(dy, trace, active.shape, pool), active);
    const { dx: dConvolved, dScale, dOffset } = ops.batchNormGrad(dNormed, convolved, scale, mean, variance, epsilon);
    return {
      y,
      dx: ops.conv2dInputGrad(dConvolved, filter, xShape, conv),
      dFilter: ops.conv2dFilterGrad(x, dConvolved, filterShape, conv),
      dScale,
      dOffset,
    } satisfies Record<keyof typeof EXPECTED, Tensor>;
  });
  try {
    for (const name of Object.keys(EXPECTED) as (keyof typeof EXPECTED)[]) {
      const expected: readonly number[] = EXPECTED[name];
      const found = await results[name].data();
      if (found.length !== expected.length) return `${name} has ${found.length} numbers instead of ${expected.length}`;
      const wrong = expected.findIndex((value, i) => !(Math.abs(value - found[i]) <= TOLERANCE));
      if (wrong >= 0) return `${name}[${wrong}] is ${found[wrong]} instead of ${expected[wrong]}`;
    }
  } finally {
    tf.dispose(results);
  }
  const left = tf.memory().numTensors - before;
  return left === 0 ? null : `${left} tensors were not given back`;
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EngineOps } from './engine.ts';
import { smallMapsOf, type WideConv } from './native-small-maps.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';
import { startNative } from './native.ts';

const GEOMETRY = { stride: 1, pad: 1 } as const;
const BY_TWO = { stride: 2, pad: 1 } as const;
/** Of the largest value; other orders of summation differ by less. */
const CLOSE = 5e-6;

describe('convolutions on maps of few pixels', () => {
  let ops: EngineOps;
  beforeAll(async () => {
    ({ ops } = await startNative());
  });

  const random = (shape: Tensor4D['shape'], seed: number) =>
    tf.randomUniform<tf.Rank.R4>(shape, -1, 1, 'float32', seed);
  const apart = async (found: Tensor4D, expected: Tensor4D): Promise<number> => {
    expect(found.shape).toEqual(expected.shape);
    const share = tf.tidy(() => tf.div(largest(tf.sub(found, expected)), largest(expected)));
    const [difference] = await share.data();
    share.dispose();
    return difference;
  };
  const largest = (map: Tensor4D): tf.Scalar => tf.max(tf.abs(map));
  const pays = (map: [number, number], input: number, output: number): boolean =>
    ops.smallMapPays?.(map, input, output) ?? expect.fail('no oneDNN');

  it.each([
    { n: 2, map: [1, 1], input: 192, output: 192 },
    { n: 3, map: [2, 2], input: 96, output: 400 },
    { n: 5, map: [3, 3], input: 200, output: 193 },
    { n: 7, map: [2, 5], input: 192, output: 192 },
    { n: 2, map: [6, 6], input: 256, output: 192 },
    // More than go at once, in parts of unequal size.
    { n: 131, map: [2, 3], input: 192, output: 200 },
  ] as const)('are the usual ones: $n of $map, $input to $output channels', async ({ n, map, input, output }) => {
    const before = tf.memory().numTensors;
    expect(pays([...map], input, output)).toBe(true);
    const [x, filter] = [random([n, ...map, input], 1), random([3, 3, input, output], 2)];
    const [dy, bias] = [random([n, ...map, output], 3), tf.randomUniform<tf.Rank.R1>([output], -9, 9, 'float32', 4)];
    const plain = tf.conv2d(x, filter, 1, 'same');
    const biased = tf.add<Tensor4D>(plain, bias);
    const gradient = tf.conv2dTranspose(dy, filter, x.shape, 1, 'same');
    const found = [ops.conv2d(x, filter, GEOMETRY), ops.conv2d(x, filter, GEOMETRY, bias)];
    const back = ops.conv2dInputGrad(dy, filter, x.shape, GEOMETRY);
    expect(await apart(found[0], plain)).toBeLessThan(CLOSE);
    expect(await apart(found[1], biased)).toBeLessThan(CLOSE);
    expect(await apart(back, gradient)).toBeLessThan(CLOSE);
    tf.dispose([x, filter, dy, bias, plain, biased, gradient, back, ...found]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('go the usual way where laying out would take what is saved', () => {
    expect(pays([7, 6], 512, 512)).toBe(false);
    expect(pays([2, 2], 191, 192)).toBe(false);
  });

  it.each([
    { n: 16, map: [2, 2], input: 192, output: 192, wide: true },
    { n: 17, map: [4, 4], input: 150, output: 300, wide: true },
    { n: 19, map: [2, 6], input: 200, output: 193, wide: true },
    { n: 16, map: [6, 6], input: 192, output: 256, wide: true },
    { n: 131, map: [4, 2], input: 192, output: 200, wide: true },
    // On an odd side the last pixel has no other.
    { n: 16, map: [3, 4], input: 192, output: 192, wide: false },
    { n: 16, map: [4, 5], input: 192, output: 192, wide: false },
    // Too few pictures, too many pixels, too few channels.
    { n: 15, map: [4, 4], input: 192, output: 192, wide: false },
    { n: 16, map: [2, 20], input: 192, output: 192, wide: false },
    { n: 16, map: [4, 8], input: 191, output: 192, wide: false },
  ] as const)('take every second pixel: $n of $map, $input to $output channels', async (each) => {
    const { n, map, input, output, wide } = each;
    const before = tf.memory().numTensors;
    const [height, width] = map.map((side) => Math.ceil(side / 2));
    const [x, filter] = [random([n, ...map, input], 1), random([3, 3, input, output], 2)];
    const dy = random([n, height, width, output], 3);
    const bias = tf.randomUniform<tf.Rank.R1>([output], -9, 9, 'float32', 4);
    const [there, back] = [steppedByTwo(x, filter), steppedBack(dy, filter, x.shape)];
    const biased = tf.add<Tensor4D>(there, bias);
    const found: Tensor4D[] = [];
    const dilations = dilationsOf(() => {
      found.push(ops.conv2d(x, filter, BY_TWO), ops.conv2d(x, filter, BY_TWO, bias));
      found.push(ops.conv2dInputGrad(dy, filter, x.shape, BY_TWO));
    });
    expect(dilations.some((dilation) => dilation > 1)).toBe(wide);
    for (const [i, expected] of [there, biased, back].entries()) {
      expect(await apart(found[i], expected)).toBeLessThan(CLOSE);
    }
    tf.dispose([x, filter, dy, bias, there, back, biased, ...found]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave another padding, a larger filter by two and a single picture to the usual way', async () => {
    const filter = random([3, 3, 192, 192], 5);
    const x = random([2, 4, 4, 192], 6);
    const sixteen = random([16, 4, 4, 192], 8);
    const [one] = tf.split<Tensor4D>(x, 2);
    const found: Tensor4D[] = [];
    const dilations = dilationsOf(() => {
      found.push(ops.conv2d(x, filter, { stride: 1, pad: 0 }), ops.conv2d(one, filter, GEOMETRY));
      ops.conv2d(sixteen, random([5, 5, 192, 192], 7), { stride: 2, pad: 2 }).dispose();
    });
    expect(new Set(dilations)).toEqual(new Set([1]));
    expect(await apart(found[0], tf.conv2d(x, filter, 1, 'valid'))).toBeLessThan(CLOSE);
    expect(await apart(found[1], tf.conv2d(one, filter, 1, 'same'))).toBeLessThan(CLOSE);
  });
});

/** TensorFlow.js's own, which pads evenly only what was padded before. */
function steppedByTwo(x: Tensor4D, filter: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const around: [number, number] = [1, 1];
    return tf.conv2d(tf.pad4d(x, [[0, 0], around, around, [0, 0]]), filter, 2, 'valid');
  });
}

function steppedBack(dy: Tensor4D, filter: Tensor4D, shape: Tensor4D['shape']): Tensor4D {
  return tf.tidy(() => {
    const [n, height, width, channels] = shape;
    const padded = tf.conv2dTranspose(dy, filter, [n, height + 2, width + 2, channels], 2, 'valid');
    return tf.slice4d(padded, [0, 1, 1, 0], shape);
  });
}

/** Of the columns of all convolutions that TensorFlow is asked for meanwhile. */
function dilationsOf(work: () => void): number[] {
  const spy = vi.spyOn(tf.backend() as unknown as NativeBackend, 'executeSingleOutput');
  try {
    work();
    const attributes = spy.mock.calls.flatMap((call): readonly OpAttribute[] => call[1]);
    return attributes.filter(({ name }) => name === 'dilations').map(({ value }) => (value as number[])[2]);
  } finally {
    spy.mockRestore();
  }
}

describe('the proof that a dilated convolution is one', () => {
  const zeros: WideConv = {
    forward: (x, filter, _, rows) => tf.zeros([1, x.shape[1] / rows, x.shape[2], filter.shape[3]]),
    inputGrad: (dy, filter, _, rows) => tf.zeros([1, dy.shape[1] * rows, dy.shape[2], filter.shape[2]]),
  };

  it('takes none that computes something else, or that is not there', async () => {
    await startNative();
    expect(smallMapsOf(zeros)).toBeNull();
    const missing = (): never => {
      throw new Error('does not yet support dilation rates larger than 1');
    };
    expect(smallMapsOf({ forward: missing, inputGrad: missing })).toBeNull();
  });
});

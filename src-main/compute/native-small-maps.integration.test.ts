import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineOps } from './engine.ts';
import { type DilatedConv, smallMapsOf } from './native-small-maps.ts';
import { startNative } from './native.ts';

const GEOMETRY = { stride: 1, pad: 1 } as const;
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

  it('leave a stride, another padding and a single picture to the usual way', async () => {
    const filter = random([3, 3, 192, 192], 5);
    const x = random([2, 4, 4, 192], 6);
    const strided = { stride: 2, pad: 1 } as const;
    const expected = tf.tidy(() =>
      tf.conv2d(
        tf.pad4d(x, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
        filter,
        2,
        'valid',
      ),
    );
    expect(await apart(ops.conv2d(x, filter, strided), expected)).toBeLessThan(CLOSE);
    const narrow = { stride: 1, pad: 0 } as const;
    expect(await apart(ops.conv2d(x, filter, narrow), tf.conv2d(x, filter, 1, 'valid'))).toBeLessThan(CLOSE);
    const [one] = tf.split<Tensor4D>(x, 2);
    expect(await apart(ops.conv2d(one, filter, GEOMETRY), tf.conv2d(one, filter, 1, 'same'))).toBeLessThan(CLOSE);
  });
});

describe('the proof that a dilated convolution is one', () => {
  const zeros: DilatedConv = {
    forward: (x, filter) => tf.zeros([1, x.shape[1], x.shape[2], filter.shape[3]]),
    inputGrad: (dy, filter) => tf.zeros([1, dy.shape[1], dy.shape[2], filter.shape[2]]),
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

import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../numeric/random.ts';
import { type Array4D, convolution, type Shape } from './engine-ops.reference.ts';
import type { Winograd } from './engine.ts';
import { startNative } from './native.ts';

const sample = (shape: Shape, seed: number): Array4D => ({
  shape,
  values: vector(
    shape.reduce((a, b) => a * b),
    seed,
  ),
});

function vector(length: number, seed: number): Float64Array {
  return Float64Array.from(new Random(seed).fillUniform(new Float32Array(length), -1, 1));
}

describe('a convolution by minimal filtering', () => {
  let winograd: Winograd;
  beforeAll(async () => {
    const { ops } = await startNative();
    // Of x86 only: elsewhere TensorFlow has none of the kernels that it goes by.
    winograd = ops.winograd ?? expect.fail('no oneDNN');
  });

  const cases = fc.record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 9 }),
    half: fc.integer({ min: 1, max: 5 }),
    ci: fc.integer({ min: 1, max: 9 }),
    co: fc.integer({ min: 1, max: 9 }),
    biased: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });

  it('is the convolution, of maps of every size, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ n, h, half, ci, co, biased, seed }) => {
        const before = tf.memory().numTensors;
        const x = sample([n, h, 2 * half, ci], seed);
        const filter = sample([3, 3, ci, co], seed + 1);
        const bias = vector(co, seed + 2);
        const expected = convolution(x, filter, { stride: 1, pad: 1 }, biased ? bias : undefined);
        const [tx, tw] = [x, filter].map(({ shape, values }) => tf.tensor4d(Float32Array.from(values), [...shape]));
        const tb = tf.tensor1d(Float32Array.from(bias));
        const prepared = winograd.prepare(tw);
        // What was prepared is a copy.
        tw.dispose();
        const y = prepared.run(tx, biased ? tb : undefined);
        const found = await y.data();
        expect(y.shape).toEqual(expected.shape);
        for (const [i, value] of expected.values.entries()) expect(Math.abs(found[i] - value)).toBeLessThan(2e-5);
        prepared.dispose();
        tf.dispose([tx, tb, y]);
        expect(tf.memory().numTensors).toBe(before);
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    // The layers of VGG-16 at 224 pixels.
    [224, 64, 64, false],
    [112, 64, 128, false],
    [112, 128, 128, false],
    [56, 128, 256, false],
    [56, 256, 256, true],
    [28, 512, 512, true],
    [14, 512, 512, true],
    // Of residual networks at 224 and 64 pixels; an odd number of columns has no pairs.
    [14, 256, 256, false],
    [27, 512, 512, false],
    [8, 128, 128, false],
  ])('of maps of %i pixels a side and %i to %i channels pays: %s', (side, input, output, pays) => {
    expect(winograd.pays([side, side], input, output)).toBe(pays);
  });
});

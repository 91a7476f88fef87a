/**
 * What every engine must pass, whatever it runs on: each operation equals its definition over
 * generated geometries, and leaves no tensor behind. Called by one test file an engine.
 */
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineOps } from './engine.ts';
import {
  batchNormalisation,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  maxPooling,
  maxPoolingGradient,
  outputSide,
} from './engine-ops.reference.ts';
import type { Array4D, Shape } from './engine-ops.reference.ts';

const RUNS = 120;
const EPSILON = 1e-5;

interface ConvCase {
  readonly x: Shape;
  readonly filter: Shape;
  readonly stride: number;
  readonly pad: number;
  readonly seed: number;
}

interface PoolCase {
  readonly x: Shape;
  readonly size: number;
  readonly stride: number;
  readonly pad: number;
  readonly seed: number;
}

const channels = fc.integer({ min: 1, max: 9 });
const side = fc.integer({ min: 1, max: 11 });
const batch = fc.integer({ min: 1, max: 3 });
const stride = fc.integer({ min: 1, max: 2 });
const seed = fc.integer({ min: 1, max: 1_000_000 });

const convCases: fc.Arbitrary<ConvCase> = fc
  .record({
    n: batch,
    h: side,
    w: side,
    ci: channels,
    co: channels,
    k: fc.constantFrom(1, 2, 3, 5, 7),
    stride,
    pad: fc.integer({ min: 0, max: 3 }),
    seed,
  })
  .filter(({ h, w, k, pad }) => Math.min(h, w) + 2 * pad >= k)
  .map(({ n, h, w, ci, co, k, ...rest }) => ({ x: [n, h, w, ci], filter: [k, k, ci, co], ...rest }));

const poolCases: fc.Arbitrary<PoolCase> = fc
  .record({ n: batch, h: side, w: side, c: channels, size: fc.constantFrom(2, 3), stride, pad: fc.nat(1), seed })
  .filter(({ h, w, size, pad }) => Math.min(h, w) + 2 * pad >= size)
  .map(({ n, h, w, c, ...rest }) => ({ x: [n, h, w, c], ...rest }));

/** Channels and pixels that leave remainders of every kind; the last is more than is worked on at once. */
const REMAINDERS: readonly ConvCase[] = [
  { x: [1, 1, 1, 5], filter: [1, 1, 5, 17], stride: 1, pad: 0, seed: 21 },
  { x: [2, 1, 1, 17], filter: [3, 3, 17, 3], stride: 1, pad: 1, seed: 22 },
  { x: [1, 7, 5, 3], filter: [3, 3, 3, 17], stride: 2, pad: 1, seed: 23 },
  { x: [2, 9, 7, 17], filter: [3, 3, 17, 9], stride: 2, pad: 0, seed: 24 },
  { x: [3, 5, 5, 8], filter: [5, 5, 8, 1], stride: 1, pad: 3, seed: 25 },
  { x: [1, 13, 6, 1], filter: [7, 7, 1, 8], stride: 2, pad: 3, seed: 26 },
  { x: [2, 6, 6, 16], filter: [3, 3, 16, 24], stride: 1, pad: 2, seed: 27 },
  { x: [2, 7, 7, 12], filter: [1, 1, 12, 20], stride: 2, pad: 0, seed: 28 },
  { x: [9, 40, 40, 5], filter: [3, 3, 5, 3], stride: 1, pad: 1, seed: 29 },
];

/**
 * Runs the suite against the engine that `start` gives.
 * @param share of the generated cases, for an engine that is slow here
 */
export function describeEngineOps(name: string, start: () => Promise<Engine>, share = 1): void {
  describe(`operations of the ${name} engine`, () => {
    let ops: EngineOps;
    beforeAll(async () => {
      ops = (await start()).ops;
    });

    const forAll = async <T>(
      cases: fc.Arbitrary<T>,
      check: (value: T) => Promise<void>,
      runs = RUNS,
    ): Promise<void> => {
      await fc.assert(fc.asyncProperty(cases, check), { numRuns: Math.ceil(runs * share) });
    };

    it('convolves, with and without bias', async () => {
      await forAll(convCases, async ({ x, filter, seed: s, ...geometry }) => {
        const [pictures, weights, bias] = [sample(x, s), sample(filter, s + 1), vector(filter[3], s + 2)];
        await withTensors([pictures, weights], (tx, tw) =>
          closeTo(ops.conv2d(tx, tw, geometry), convolution(pictures, weights, geometry)),
        );
        await withTensors([pictures, weights], async (tx, tw) => {
          const tb = tf.tensor1d(Float32Array.from(bias));
          await closeTo(ops.conv2d(tx, tw, geometry, tb), convolution(pictures, weights, geometry, bias));
          tb.dispose();
        });
      });
    });

    it('gives the input gradient of a convolution', async () => {
      await forAll(convCases, async ({ x, filter, seed: s, ...geometry }) => {
        const weights = sample(filter, s);
        const dy = sample(outputShape(x, filter, geometry), s + 1);
        await withTensors([dy, weights], (tdy, tw) =>
          closeTo(ops.conv2dInputGrad(tdy, tw, [...x], geometry), convolutionInputGradient(dy, weights, x, geometry)),
        );
      });
    });

    it('convolves channel by channel, with and without bias, and gives both gradients', async () => {
      await forAll(convCases, (conv) => checkDepthwise(ops, conv));
    });

    it('gives the filter gradient of a convolution', async () => {
      await forAll(convCases, (conv) => checkFilterGradient(ops, conv));
    });

    it.each([
      [1, 1, 3],
      [2, 1, 3],
      [2, 0, 1],
      [2, 3, 7],
    ])('gives the filter gradient of a large batch (stride %i, pad %i, filter %i)', async (stride, pad, k) => {
      await checkFilterGradient(ops, { x: [7, 33, 31, 3], filter: [k, k, 3, 5], stride, pad, seed: 7 });
    });

    it.each([0, 1, 2])('gives the filter gradient of many channels at stride 2 (pad %i)', async (pad) => {
      await checkFilterGradient(ops, { x: [3, 9, 8, 20], filter: [3, 3, 20, 18], stride: 2, pad, seed: 9 });
    });

    it.each(REMAINDERS)('convolves what fills no tile: %j', async ({ x, filter, seed: s, ...geometry }) => {
      const weights = sample(filter, s);
      const dy = sample(outputShape(x, filter, geometry), s + 1);
      const pictures = sample(x, s + 2);
      const bias = vector(filter[3], s + 3);
      await withTensors([pictures, weights], async (tx, tw) => {
        const tb = tf.tensor1d(Float32Array.from(bias));
        await closeTo(ops.conv2d(tx, tw, geometry, tb), convolution(pictures, weights, geometry, bias));
        tb.dispose();
      });
      await withTensors([dy, weights], (tdy, tw) =>
        closeTo(ops.conv2dInputGrad(tdy, tw, [...x], geometry), convolutionInputGradient(dy, weights, x, geometry)),
      );
      await checkFilterGradient(ops, { x, filter, seed: s, ...geometry });
    });

    it('multiplies matrices, transposed or not, where it has a product of its own', async () => {
      for (const [a, b] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ]) {
        // [2,3] x [3,2]: rows 1 2 3, 4 5 6; columns 1 0 -1, 2 1 0.
        const left = a ? tf.tensor2d([1, 4, 2, 5, 3, 6], [3, 2]) : tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
        const right = b ? tf.tensor2d([1, 0, -1, 2, 1, 0], [2, 3]) : tf.tensor2d([1, 2, 0, 1, -1, 0], [3, 2]);
        const product = ops.matMul?.(left, right, a, b);
        if (product !== undefined) expect([...(await product.data())]).toEqual([-2, 4, -2, 13]);
        tf.dispose([left, right, ...(product === undefined ? [] : [product])]);
      }
    });

    it('gives the filter gradient of a large picture', async () => {
      await checkFilterGradient(ops, { x: [1, 101, 103, 2], filter: [3, 3, 2, 3], stride: 1, pad: 1, seed: 10 });
    });

    it('gives the filter gradient of many channels on few pixels', async () => {
      await checkFilterGradient(ops, { x: [5, 4, 4, 40], filter: [3, 3, 40, 36], stride: 1, pad: 1, seed: 8 });
    });

    it('normalises a batch', async () => {
      await forAll(fc.record({ n: batch, h: side, w: side, c: channels, seed }), async ({ n, h, w, c, seed: s }) => {
        const x = sample([n, h, w, c], s);
        const [scale, shift] = [vector(c, s + 1), vector(c, s + 2)];
        const expected = batchNormalisation(x, scale, shift, EPSILON);
        await withTensors([x], async (tx) => {
          const [ts, to] = [tf.tensor1d(Float32Array.from(scale)), tf.tensor1d(Float32Array.from(shift))];
          const { y, mean, variance } = ops.batchNorm(tx, ts, to, EPSILON);
          // Few pixels can have next to no variance, which magnifies the rounding of x.
          await closeTo(y, expected.y, n * h * w < 4 ? 1e-2 : 1e-3);
          await closeTo(mean, { shape: [c], values: expected.mean });
          await closeTo(variance, { shape: [c], values: expected.variance });
          tf.dispose([ts, to]);
        });
      });
    });

    it('keeps the variance of values far from zero', async () => {
      const x = sample([8, 9, 9, 3], 3);
      x.values.forEach((value, i) => (x.values[i] = Math.fround(1000 + value)));
      const expected = batchNormalisation(x, vector(3, 4), vector(3, 5), EPSILON).variance;
      await withTensors([x], async (tx) => {
        const [ts, to] = [tf.tensor1d([1, 1, 1]), tf.tensor1d([0, 0, 0])];
        const { y, mean, variance } = ops.batchNorm(tx, ts, to, EPSILON);
        await closeTo(variance, { shape: [3], values: expected }, 1e-3);
        tf.dispose([ts, to, y, mean]);
      });
    });

    it('gives the gradients of batch normalisation (against differences of the loss)', () => {
      const size = fc.integer({ min: 2, max: 4 });
      return forAll(fc.record({ n: batch, h: size, w: size, c: size, seed }), (c) => checkNormGradients(ops, c), 40);
    });

    it('passes gradients through a ReLU where its output is positive', async () => {
      await forAll(fc.record({ n: batch, h: side, w: side, c: channels, seed }), async ({ n, h, w, c, seed: s }) => {
        const y = sample([n, h, w, c], s);
        y.values.forEach((value, i) => (y.values[i] = Math.max(0, value)));
        const dy = sample([n, h, w, c], s + 1);
        const values = dy.values.map((value, i) => (y.values[i] > 0 ? value : 0));
        await withTensors([dy, y], (tdy, ty) => closeTo(ops.reluGrad(tdy, ty), { shape: y.shape, values }));
      });
    });

    const kinds: [string, (value: number) => number][] = [
      ['of any sign', (value) => value],
      ['all negative', (value) => -1 - Math.abs(value)],
      ['with ties', (value) => Math.round(value)],
      ['all equal and negative', () => -2],
    ];
    it.each(kinds)('pools maxima and their gradients: values %s', async (_, change) => {
      await forAll(poolCases, async ({ x, seed: s, ...geometry }) => {
        const pictures = sample(x, s);
        pictures.values.forEach((value, i) => (pictures.values[i] = Math.fround(change(value))));
        const expected = maxPooling(pictures, geometry).y;
        const dy = sample(expected.shape, s + 1);
        await withTensors([pictures, dy], async (tx, tdy) => {
          const { y, trace } = ops.maxPool(tx, geometry);
          const dx = ops.maxPoolGrad(tdy, trace, [...x], geometry);
          await closeTo(dx, maxPoolingGradient(pictures, dy, geometry));
          await closeTo(y, expected);
          tf.dispose([...trace]);
        });
      });
    });
  });
}

function outputShape(x: Shape, filter: Shape, geometry: { stride: number; pad: number }): Shape {
  return [x[0], outputSide(x[1], filter[0], geometry), outputSide(x[2], filter[0], geometry), filter[3]];
}

async function checkFilterGradient(ops: EngineOps, { x, filter, seed: s, ...geometry }: ConvCase): Promise<void> {
  const pictures = sample(x, s);
  const dy = sample(outputShape(x, filter, geometry), s + 1);
  await withTensors([pictures, dy], (tx, tdy) =>
    closeTo(
      ops.conv2dFilterGrad(tx, tdy, [...filter], geometry),
      convolutionFilterGradient(pictures, dy, filter, geometry),
    ),
  );
}

/** A depthwise convolution is one whose filter is zero between different channels. */
async function checkDepthwise(ops: EngineOps, { x, filter, seed: s, ...geometry }: ConvCase): Promise<void> {
  const c = x[3];
  const k = filter[0];
  const own = sample([k, k, c, 1], s);
  const full = { shape: [k, k, c, c] as Shape, values: new Float64Array(k * k * c * c) };
  own.values.forEach((value, i) => (full.values[Math.floor(i / c) * c * c + (i % c) * (c + 1)] = value));
  const pictures = sample(x, s + 1);
  const dy = sample(outputShape(x, full.shape, geometry), s + 2);
  const bias = vector(c, s + 3);
  await withTensors([pictures, own], async (tx, tw) => {
    await closeTo(ops.depthwiseConv2d(tx, tw, geometry), convolution(pictures, full, geometry));
    const tb = tf.tensor1d(Float32Array.from(bias));
    await closeTo(ops.depthwiseConv2d(tx, tw, geometry, tb), convolution(pictures, full, geometry, bias));
    tb.dispose();
  });
  await withTensors([dy, own], (tdy, tw) =>
    closeTo(ops.depthwiseInputGrad(tdy, tw, [...x], geometry), convolutionInputGradient(dy, full, x, geometry)),
  );
  const gradient = convolutionFilterGradient(pictures, dy, full.shape, geometry);
  const values = own.values.map((_, i) => gradient.values[Math.floor(i / c) * c * c + (i % c) * (c + 1)]);
  await withTensors([pictures, dy], (tx, tdy) =>
    closeTo(ops.depthwiseFilterGrad(tx, tdy, [k, k, c, 1], geometry), { shape: own.shape, values }),
  );
}

interface NormCase {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly seed: number;
}

async function checkNormGradients(ops: EngineOps, { n, h, w, c, seed: s }: NormCase): Promise<void> {
  const x = sample([n, h, w, c], s);
  const dy = sample(x.shape, s + 1);
  const [scale, shift] = [vector(c, s + 2), vector(c, s + 3)];
  const loss = () =>
    batchNormalisation(x, scale, shift, EPSILON).y.values.reduce((sum, value, i) => sum + value * dy.values[i], 0);
  const [dx, dScale, dShift] = [x.values, scale, shift].map((values) => differences(values, loss));
  await withTensors([dy, x], async (tdy, tx) => {
    const [ts, to] = [tf.tensor1d(Float32Array.from(scale)), tf.tensor1d(Float32Array.from(shift))];
    const { y, mean, variance } = ops.batchNorm(tx, ts, to, EPSILON);
    const gradients = ops.batchNormGrad(tdy, tx, ts, mean, variance, EPSILON);
    await closeTo(gradients.dx, { shape: x.shape, values: dx }, 1e-3);
    await closeTo(gradients.dScale, { shape: [c], values: dScale }, 1e-3);
    await closeTo(gradients.dOffset, { shape: [c], values: dShift }, 1e-3);
    tf.dispose([ts, to, y, mean, variance]);
  });
}

/** d loss / d values by central differences in float64. */
function differences(values: Float64Array, loss: () => number): Float64Array {
  const step = 1e-5;
  return values.map((value, i) => {
    values[i] = value + step;
    const above = loss();
    values[i] = value - step;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Values in (-1, 1) that are exact in float32 (multiplicative generator of Lehmer, modulus 2^31 - 1). */
function sample(shape: Shape, start: number): Array4D {
  return { shape, values: vector(shape[0] * shape[1] * shape[2] * shape[3], start) };
}

function vector(length: number, start: number): Float64Array {
  let state = (start * 48271) % 2147483647;
  return Float64Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 2 - 1);
  });
}

/** Calls `check` with the arrays as tensors, then requires that nothing else is left. */
async function withTensors(
  arrays: readonly Array4D[],
  check: (...tensors: [Tensor4D, Tensor4D]) => Promise<void>,
): Promise<void> {
  const before = tf.memory();
  const tensors = arrays.map(({ shape, values }) => tf.tensor4d(Float32Array.from(values), [...shape]));
  await check(...(tensors as [Tensor4D, Tensor4D]));
  tf.dispose(tensors);
  const after = tf.memory();
  expect({ tensors: after.numTensors, bytes: after.numBytes }).toEqual({
    tensors: before.numTensors,
    bytes: before.numBytes,
  });
}

/** Compares a result with its reference, relative to the largest magnitude, and disposes of it. */
async function closeTo(
  actual: Tensor,
  expected: { readonly shape: readonly number[]; readonly values: Float64Array },
  tolerance = 1e-5,
): Promise<void> {
  const values = await actual.data();
  expect(actual.shape).toEqual(expected.shape);
  actual.dispose();
  expect(values.every(Number.isFinite)).toBe(true);
  const scale = expected.values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  let worst = 0;
  expected.values.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - values[i]));
  });
  expect(worst / scale).toBeLessThan(tolerance);
}

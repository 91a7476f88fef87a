import { describe, expect, it } from 'vitest';
import {
  batchNormalisation,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  maxPooling,
  maxPoolingGradient,
} from './engine-ops.reference.ts';
import type { Array4D, Shape } from './engine-ops.reference.ts';
import { EXAMPLE, EXPECTED } from './selftest.ts';

const array = (shape: Shape, values: Float32Array): Array4D => ({ shape, values: Float64Array.from(values) });

/** The gradient of batch normalisation from its definition: chain rule through mean and variance, in float64. */
function normGradient(dy: Array4D, x: Array4D, scale: Float64Array, mean: Float64Array, variance: Float64Array) {
  const channels = x.shape[3];
  const count = x.values.length / channels;
  const dScale = new Float64Array(channels);
  const dOffset = new Float64Array(channels);
  const deviation = Array.from(variance, (value) => Math.sqrt(value + EXAMPLE.epsilon));
  const normed = (i: number) => (x.values[i] - mean[i % channels]) / deviation[i % channels];
  dy.values.forEach((value, i) => {
    dScale[i % channels] += value * normed(i);
    dOffset[i % channels] += value;
  });
  const values = dy.values.map((value, i) => {
    const c = i % channels;
    return (scale[c] / deviation[c]) * (value - dOffset[c] / count - (normed(i) * dScale[c]) / count);
  });
  return { dx: { shape: x.shape, values }, dScale, dOffset };
}

function reference(): Record<keyof typeof EXPECTED | 'active', Float64Array> {
  const { conv, pool, xShape, filterShape, epsilon } = EXAMPLE;
  const x = array(xShape, EXAMPLE.x);
  const filter = array(filterShape, EXAMPLE.filter);
  const scale = Float64Array.from(EXAMPLE.scale);
  const convolved = convolution(x, filter, conv);
  const {
    y: normed,
    mean,
    variance,
  } = batchNormalisation(convolved, scale, Float64Array.from(EXAMPLE.offset), epsilon);
  const active = { shape: normed.shape, values: normed.values.map((value) => Math.max(0, value)) };
  const pooled = maxPooling(active, pool).y;
  const dActive = maxPoolingGradient(active, array(EXAMPLE.dyShape, EXAMPLE.dy), pool);
  const dNormed = {
    shape: dActive.shape,
    values: dActive.values.map((value, i) => (active.values[i] > 0 ? value : 0)),
  };
  const { dx, dScale, dOffset } = normGradient(dNormed, convolved, scale, mean, variance);
  return {
    active: active.values,
    y: pooled.values,
    dx: convolutionInputGradient(dx, filter, xShape, conv).values,
    dFilter: convolutionFilterGradient(x, dx, filterShape, conv).values,
    dScale,
    dOffset,
  };
}

describe('the self-test of engines', () => {
  it('expects what loops in float64 give', () => {
    const found = reference();
    for (const name of Object.keys(EXPECTED) as (keyof typeof EXPECTED)[]) {
      const expected: readonly number[] = EXPECTED[name];
      expect(found[name].length).toBe(expected.length);
      expected.forEach((value, i) => expect(found[name][i]).toBeCloseTo(value, 6));
    }
  });

  it('hangs on no tie and on no value near a border', () => {
    const { y, active } = reference();
    const apart = active.filter((value) => value > 0).sort();
    expect(apart.length).toBeGreaterThan(8);
    expect(Math.min(...apart.slice(1).map((value, i) => value - apart[i]))).toBeGreaterThan(1e-3);
    expect(Math.min(...y)).toBeGreaterThan(0.01);
  });
});

import { describe, expect, it } from 'vitest';
import {
  bootstrapMean,
  bootstrapMeans,
  bootstrapPairedDifference,
  bootstrapStatistic,
  forEachResample,
} from './bootstrap.ts';
import { averagePrecision } from './curves.ts';
import { argMax, mean, median, quantileOfSorted } from './statistics.ts';

describe('bootstrap', () => {
  const half = Uint8Array.from({ length: 400 }, (_, i) => i % 2);

  it('gives the interval that the normal distribution predicts', () => {
    const { value, low, high, n } = bootstrapMean(half, { seed: 1 });
    expect([value, n]).toEqual([0.5, 400]);
    expect(Math.abs(low - (0.5 - 1.96 * 0.025))).toBeLessThan(0.01);
    expect(Math.abs(high - (0.5 + 1.96 * 0.025))).toBeLessThan(0.01);
  });

  it('depends on the seed and on nothing else', () => {
    const values = Float64Array.from({ length: 97 }, (_, i) => Math.sin(i));
    expect(bootstrapMean(values, { seed: 3 })).toEqual(bootstrapMean(values, { seed: 3 }));
    expect(bootstrapMean(values, { seed: 3 })).not.toEqual(bootstrapMean(values, { seed: 4 }));
    expect(bootstrapMeans([half.subarray(0, 97), values], { seed: 3 })[1]).toEqual(bootstrapMean(values, { seed: 3 }));
  });

  it('draws n pictures each time, all equally often', () => {
    const sums = new Float64Array(10);
    forEachResample(10, { seed: 0, resamples: 2000 }, (draws) => {
      expect(draws.reduce((sum, times) => sum + times, 0)).toBe(10);
      draws.forEach((times, i) => (sums[i] += times));
    });
    // Standard deviation of each sum is about 42.
    for (const sum of sums) expect(Math.abs(sum - 2000)).toBeLessThan(200);
  });

  it('pairs differences: a constant shift has no spread', () => {
    const a = Float64Array.from({ length: 50 }, (_, i) => i);
    const difference = bootstrapPairedDifference(
      a.map((value) => value + 2),
      a,
      { seed: 0 },
    );
    expect(difference).toEqual({ value: 2, low: 2, high: 2, n: 50 });
  });

  it('computes any figure of the draws', () => {
    const values = [1, 2, 3, 4];
    const weighted = (draws: Uint32Array) => values.reduce((sum, value, i) => sum + value * draws[i], 0) / 4;
    expect(bootstrapStatistic(4, weighted, { seed: 5 })).toEqual(bootstrapMean(values, { seed: 5 }));
  });

  it('of nothing is nothing, and says so', () => {
    expect(bootstrapMean([], { seed: 0 })).toEqual({ value: 0, low: 0, high: 0, n: 0 });
  });
});

describe('statistics', () => {
  it('match NumPy', () => {
    const sorted = [1, 1, 3, 4, 5];
    expect(quantileOfSorted(sorted, 0.9)).toBeCloseTo(4.6, 12);
    expect(median([3, 1, 4, 1, 5])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(mean([1, 2, 6])).toBe(3);
    expect(argMax([1, 5, 5, 2])).toBe(1);
    expect([mean([]), median([]), argMax([])]).toEqual([0, 0, -1]);
  });
});

describe('average precision', () => {
  it('is worked out by hand', () => {
    // From the top: 1 right; then 1 right and 2 wrong: 1 * 1/2 + 2/4 * 1/2.
    expect(averagePrecision([0, 1, 1], [3, 2, 0])).toBe(0.75);
    expect(averagePrecision([0, 0, 4], [5, 0, 0])).toBe(1);
    expect(averagePrecision([0, 0], [1, 1])).toBe(0);
  });

  it('of a map that tells nothing is the share of positives', () => {
    expect(averagePrecision([0, 30], [0, 70])).toBeCloseTo(0.3, 12);
  });
});

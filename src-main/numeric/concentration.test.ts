import { describe, expect, it } from 'vitest';
import { gini, normalisedEntropy } from './concentration.ts';

describe('gini', () => {
  it('is 0 where all values are alike, 1 - 1/n where one holds everything, 0 for zeros', () => {
    expect(gini([3, 3, 3, 3])).toBe(0);
    expect(gini([0, 0, 5, 0])).toBe(0.75);
    expect(gini([0, 0, 0])).toBe(0);
  });

  it('is half the mean difference of two values over their mean', () => {
    // 1, 2, 3, 4: sum over pairs of |a - b| = 2 (3 * 1 + 2 * 2 + 1 * 3) = 20; 20 / (2 * 4^2 * 2.5) = 0.25.
    expect(gini([3, 1, 4, 2])).toBeCloseTo(0.25, 12);
    // Ties: 0, 0, 1, 1: 8 pairs differ by 1; 8 / (2 * 16 * 0.5) = 0.5. Ten times as bright: the same.
    expect(gini([1, 0, 1, 0])).toBeCloseTo(0.5, 12);
    expect(gini([10, 0, 10, 0])).toBeCloseTo(0.5, 12);
  });
});

describe('normalisedEntropy', () => {
  it('is 1 where all values are alike, 0 where one holds everything, 1 for zeros and a single value', () => {
    expect(normalisedEntropy([2, 2, 2])).toBeCloseTo(1, 12);
    expect(normalisedEntropy([0, 7, 0])).toBe(0);
    expect([normalisedEntropy([0, 0]), normalisedEntropy([4])]).toEqual([1, 1]);
  });

  it('is a share of log n', () => {
    // Half on each of two of four places: log 2 / log 4.
    expect(normalisedEntropy([1, 0, 1, 0])).toBeCloseTo(0.5, 12);
    // Shares 1/2, 1/4, 1/8, 1/8: 1.75 bits of 2.
    expect(normalisedEntropy([4, 2, 1, 1])).toBeCloseTo(0.875, 12);
  });
});

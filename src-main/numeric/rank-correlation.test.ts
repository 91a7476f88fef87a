import { describe, expect, it } from 'vitest';
import { rankCorrelation } from './rank-correlation.ts';

describe('rankCorrelation', () => {
  it('sees the order alone', () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 4], [0.4, 0.3, 0.2, 0.1])).toBeCloseTo(-1, 12);
  });

  it('without ties is 1 - 6 sum d^2 / (n (n^2 - 1))', () => {
    // Ranks 0..4 against 1, 0, 3, 2, 4: d^2 sums to 4; 1 - 24 / 120 = 0.8.
    expect(rankCorrelation([10, 20, 30, 40, 50], [2, 1, 4, 3, 5])).toBeCloseTo(0.8, 12);
  });

  it('gives equal values their mean rank', () => {
    // Ranks of 0, 0, 1, 2: 0.5, 0.5, 2, 3, centred -1, -1, 0.5, 1.5. Of 5, 7, 7, 9: centred -1.5, 0, 0, 1.5.
    // Products 1.5 + 2.25 = 3.75; squares 4.5 and 4.5.
    expect(rankCorrelation([0, 0, 1, 2], [5, 7, 7, 9])).toBeCloseTo(3.75 / 4.5, 12);
  });

  it('is 0 where one side orders nothing', () => {
    expect(rankCorrelation([3, 3, 3], [1, 2, 3])).toBe(0);
    expect(rankCorrelation([1, 2, 3], [0, 0, 0])).toBe(0);
  });
});

import { expect, it } from 'vitest';
import { pairedDifference, standardDeviation, standardErrorsOfChance } from './paired.ts';

it('takes differences seed by seed, and their spread', () => {
  // Differences 1, 2, 6: mean 3; squared deviations 4 + 1 + 9 = 14, by n - 1 = 7; standard error sqrt(7 / 3).
  const found = pairedDifference([11, 22, 36], [10, 20, 30]);
  expect(found.mean).toBeCloseTo(3);
  expect(found.standardError).toBeCloseTo(1.527525);
  // 3 / 1.53 is 1.96: enough of a thousand seeds, not of three, where it takes 4.30.
  expect(found.isBeyondChance).toBe(false);
});

it('calls a difference beyond chance where its interval leaves 0 out', () => {
  // Differences 5, 6, 7: mean 6, standard error 1 / sqrt(3) = 0.577; 6 is 10.4 of them.
  expect(pairedDifference([5, 6, 7], [0, 0, 0]).isBeyondChance).toBe(true);
  expect(pairedDifference([-5, -6, -7], [0, 0, 0]).isBeyondChance).toBe(true);
  // Two seeds, differences 5 and 7: mean 6, standard error 1; it takes 12.7.
  expect(pairedDifference([5, 7], [0, 0]).isBeyondChance).toBe(false);
  expect(pairedDifference([4, 4], [4, 4])).toEqual({ mean: 0, standardError: 0, isBeyondChance: false });
});

it('says nothing about the spread of one seed', () => {
  expect(pairedDifference([3], [1])).toEqual({ mean: 2, standardError: NaN, isBeyondChance: false });
  expect(standardErrorsOfChance(1)).toBe(Infinity);
});

it('spreads values as a sample', () => {
  // 2, 4, 9: mean 5; 9 + 1 + 16 = 26, by 2 = 13.
  expect(standardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13));
});

it('asks less of more seeds, and never less than of eleven', () => {
  expect([2, 3, 11, 12, 100].map(standardErrorsOfChance)).toEqual([12.706, 4.303, 2.228, 2.228, 2.228]);
});

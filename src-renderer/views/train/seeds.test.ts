import { expect, it } from 'vitest';
import { parseSeeds } from './seeds.ts';

it.each([
  ['0', [0]],
  ['0, 1,2', [0, 1, 2]],
  ['3-5', [3, 4, 5]],
  ['1 1 1', [1]],
  ['2147483647', [2147483647]],
])('reads %s', (text, seeds) => {
  expect(parseSeeds(text)).toEqual(seeds);
});

it.each(['', 'a', '-1', '1.5', '5-3', '0-20', '2147483648', '1e3', '0-1-2'])('refuses "%s"', (text) => {
  expect(parseSeeds(text)).toBeNull();
});

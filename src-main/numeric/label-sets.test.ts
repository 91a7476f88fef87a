import { expect, it } from 'vitest';
import { LabelSets } from './label-sets.ts';

it('says of each picture what it is, what it is not, and what is not known', () => {
  const sets = new LabelSets(4, [[0, 2], [3]], [[1], []]);
  expect(sets.count).toBe(2);
  expect([...sets.targets()]).toEqual([1, 0, 1, 0, 0, 0, 0, 1]);
  expect([...sets.known()]).toEqual([1, 0, 1, 1, 1, 1, 1, 1]);
  expect(sets.isPositive(0, 2)).toBe(true);
  expect(sets.isPositive(1, 2)).toBe(false);
  const second = sets.pick([1, 0, 1]);
  expect([...second.positives(1)]).toEqual([0, 2]);
  expect([...second.unsure(1)]).toEqual([1]);
});

it('refuses pictures without a class, and classes that are none', () => {
  expect(() => new LabelSets(2, [[]], [[]])).toThrow(RangeError);
  expect(() => new LabelSets(2, [[2]], [[]])).toThrow(RangeError);
  expect(() => new LabelSets(2, [[0]], [[-1]])).toThrow(RangeError);
});

import { expect, it } from 'vitest';
import { joined } from './joined.ts';

it('puts all values one list after the other, in a new array', () => {
  const first = Float32Array.of(1, 2);
  const all = joined([first, Float32Array.of(), Float32Array.of(3)]);
  expect([...all]).toEqual([1, 2, 3]);
  first[0] = 9;
  expect(all[0]).toBe(1);
  expect(joined([])).toHaveLength(0);
});

import { expect, it } from 'vitest';
import { joinedById } from './sample-tables.ts';

it('finds E of the same pictures in another assessment, whatever their order, NaN where there was none', () => {
  const other = { id: ['a', 'b', 'c'], e: Float64Array.of(0.5, 0.25, 1) };
  expect([...joinedById(['a', 'b', 'c'], other)]).toEqual([0.5, 0.25, 1]);
  expect([...joinedById(['c', 'new', 'a'], other)]).toEqual([1, Number.NaN, 0.5]);
});

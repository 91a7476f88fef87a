import { describe, expect, test } from 'vitest';
import { dragged, edgesOf, moved, resized } from './histogram-brush.ts';

const TEN = { domain: [0, 1], bins: 10 } as const;
/** To bins, free of float dust. */
const bins = (range: readonly [number, number] | null): number[] | null =>
  range && range.map((v) => Math.round(v * 1e6) / 1e5);

describe('the brush of a histogram', () => {
  test('takes every bin the pointer touched, in either direction', () => {
    expect(bins(dragged(0.12, 0.38, TEN))).toEqual([1, 4]);
    expect(bins(dragged(0.38, 0.12, TEN))).toEqual([1, 4]);
    expect(bins(dragged(0.55, 0.55, TEN))).toEqual([5, 6]);
    expect(bins(dragged(1.4, 0.95, TEN))).toEqual([9, 10]);
    expect(bins(dragged(-0.3, -0.1, TEN))).toEqual([0, 1]);
  });

  test('is no brush where it leaves nothing out', () => {
    expect(dragged(0, 1, TEN)).toBeNull();
    expect(resized([0, 0.9], 'high', 10, TEN)).toBeNull();
  });

  test('keeps its width when moved against an end', () => {
    expect(bins(moved([0.2, 0.5], 2, TEN))).toEqual([4, 7]);
    expect(bins(moved([0.2, 0.5], 99, TEN))).toEqual([7, 10]);
    expect(bins(moved([0.2, 0.5], -99, TEN))).toEqual([0, 3]);
  });

  test('is at least one bin wide: an end never passes the other', () => {
    expect(bins(resized([0.2, 0.5], 'low', 9, TEN))).toEqual([4, 5]);
    expect(bins(resized([0.2, 0.5], 'high', 0, TEN))).toEqual([2, 3]);
    expect(bins(resized(null, 'low', 3, TEN))).toEqual([3, 10]);
  });

  test('has edges in any domain', () => {
    expect(edgesOf([-1, 1], { domain: [-2, 2], bins: 4 })).toEqual([1, 3]);
    expect(edgesOf(null, TEN)).toEqual([0, 10]);
  });
});

import { describe, expect, it } from 'vitest';
import { LocalityMeter, placeRadius } from './filter-locality.ts';

/** Maps of single filters, row by row, as one map with the filters last. */
const together = (...maps: number[][]) =>
  Float32Array.from(
    { length: maps.length * maps[0].length },
    (_, i) => maps[i % maps.length][Math.floor(i / maps.length)],
  );

describe('locality of filters', () => {
  it('reaches a quarter of the side, rounded down', () => {
    expect([4, 7, 8, 14].map((side) => placeRadius(side, side))).toEqual([1, 1, 2, 3]);
    // A strip of 2 x 7: (2 + 7) / 2 / 4 = 1.125. A map of 3 x 3 has no neighbours within 0.75.
    expect(placeRadius(2, 7)).toBe(1);
    expect(placeRadius(3, 3)).toBe(0);
  });

  it('is the share of what a filter shows around its peak, mean over active filters', () => {
    const means = new Float32Array(4);
    const gathered = [0, 2, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const corners = [3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1];
    const silent = new Array<number>(16).fill(0);
    const negative = new Array<number>(16).fill(-1);
    const map = together(gathered, corners, silent, negative);
    const { share, even, active } = new LocalityMeter(4, 4, 4).measure(map, means);
    // Radius 1. The first filter lies wholly around (1,1): 8 of 8. The second peaks in a corner, 3 of 6.
    expect(share).toBeCloseTo((1 + 1 / 2) / 2, 12);
    // Around (1,1) lie 5 of 16 cells, around the corner 3.
    expect(even).toBeCloseTo((5 / 16 + 3 / 16) / 2, 12);
    expect(active).toBe(2);
    expect(Array.from(means)).toEqual([8 / 16, 6 / 16, 0, 0]);
  });

  it('leaves out what is negative, and takes the first of equal peaks', () => {
    const means = new Float32Array(1);
    // Peak at the second cell, radius floor(3.5 / 4) = 0: 2 of 1 + 2 + 2.
    const map = Float32Array.of(1, 2, -5, -5, 2, 0);
    expect(new LocalityMeter(1, 6, 1).measure(map, means)).toEqual({ share: 0.4, even: 1 / 6, active: 1 });
    expect(means[0]).toBeCloseTo(5 / 6, 6);
  });

  it('measures distance by rows and columns, not along the array', () => {
    const means = new Float32Array(1);
    // 4 x 4, peak at the end of the first row; the next cell of the array begins the second row, at distance 4.
    const map = new Float32Array(16);
    map.set([4, 4], 3);
    expect(new LocalityMeter(4, 4, 1).measure(map, means).share).toBe(0.5);
  });

  it('of a map that shows nothing is unknown; the meter forgets the picture before', () => {
    const meter = new LocalityMeter(2, 2, 1);
    const means = new Float32Array(1);
    expect(meter.measure(Float32Array.of(1, 0, 0, 0), means).share).toBe(1);
    expect(meter.measure(new Float32Array(4), means)).toEqual({ share: NaN, even: NaN, active: 0 });
    expect(means[0]).toBe(0);
  });
});

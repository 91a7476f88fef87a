import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earthMoversDistance } from './earth-movers.ts';

const histogram = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 12, maxLength: 12 })
  .filter((values) => values.some((value) => value > 0))
  .map((values) => {
    const sum = values.reduce((a, b) => a + b, 0);
    return Float64Array.from(values, (value) => value / sum);
  });

/** In one dimension the distance is the area between the cumulative sums. */
function alongALine(a: Float64Array, b: Float64Array): number {
  let difference = 0;
  let distance = 0;
  a.forEach((value, i) => {
    difference += value - b[i];
    distance += Math.abs(difference);
  });
  return distance;
}

describe("earth mover's distance", () => {
  it('equals the closed form along a line', () => {
    fc.assert(
      fc.property(histogram, histogram, (a, b) => {
        expect(earthMoversDistance(a, b, 1, 12)).toBeCloseTo(alongALine(a, b), 6);
        expect(earthMoversDistance(a, b, 12, 1)).toBeCloseTo(alongALine(a, b), 6);
      }),
    );
  });

  it('is a metric on a grid, at most height + width - 2', () => {
    fc.assert(
      fc.property(histogram, histogram, histogram, (a, b, c) => {
        const distance = (x: Float64Array, y: Float64Array) => earthMoversDistance(x, y, 3, 4);
        expect(distance(a, a)).toBeCloseTo(0, 9);
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 6);
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1e-6);
        expect(distance(a, b)).toBeLessThanOrEqual(5 + 1e-6);
      }),
    );
  });

  it('is the city-block distance between two points', () => {
    const point = (i: number) => Float64Array.from({ length: 12 }, (_, k) => (k === i ? 1 : 0));
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 12; j++) {
        const steps = Math.abs((i % 4) - (j % 4)) + Math.abs(Math.floor(i / 4) - Math.floor(j / 4));
        expect(earthMoversDistance(point(i), point(j), 3, 4)).toBeCloseTo(steps, 9);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { bestIou, boxIou, centreBox, maskBox, unitBoxToPixels } from './boxes.ts';

const box = (x0: number, y0: number, x1: number, y1: number) => ({ x0, y0, x1, y1 });

describe('overlap', () => {
  it('counts both edges', () => {
    expect(boxIou(box(0, 0, 1, 1), box(1, 1, 2, 2))).toBeCloseTo(1 / 7, 12);
    expect(boxIou(box(0, 0, 3, 3), box(0, 0, 3, 3))).toBe(1);
    expect(boxIou(box(0, 0, 1, 1), box(2, 0, 3, 1))).toBe(0);
  });

  it('takes the best of several, and nothing of none', () => {
    expect(bestIou(box(0, 0, 1, 1), [box(5, 5, 6, 6), box(0, 0, 1, 3)])).toBe(0.5);
    expect(bestIou(box(0, 0, 1, 1), [])).toBe(0);
  });
});

it('finds the tight box of a mask, and none in an empty one', () => {
  expect(maskBox([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], 3, 4)).toEqual(box(0, 1, 0, 2));
  expect(maskBox([0, 0, 0, 0], 2, 2)).toBeNull();
});

it('puts unit boxes on the grid, edges exclusive outside and inclusive inside', () => {
  expect(unitBoxToPixels(box(0, 0, 1, 1), 224)).toEqual(box(0, 0, 223, 223));
  expect(unitBoxToPixels(box(0.25, 0.5, 0.5, 0.75), 8)).toEqual(box(2, 4, 3, 5));
  expect(unitBoxToPixels(box(0.999, 0.999, 1, 1), 8)).toEqual(box(7, 7, 7, 7));
});

it('centres a box', () => {
  expect(centreBox(0.5, 224)).toEqual(box(56, 56, 167, 167));
  expect(centreBox(1, 224)).toEqual(box(0, 0, 223, 223));
});

import { describe, expect, it } from 'vitest';
import { meansOf, placeAround, smallMap, strongest } from './small-maps.ts';

/** Two rows of two places, two filters. */
const MAPS = { values: Float32Array.from([0, 4, 1, 5, -3, 6, 2, 4]), height: 2, width: 2, channels: 2 };

describe('small maps of filters', () => {
  it('have their largest value at 255, and nothing below 0', () => {
    expect(smallMap(MAPS, 0)).toEqual({ height: 2, width: 2, values: [0, 128, 0, 255] });
    // What is left above a floor is stretched.
    expect(smallMap(MAPS, 1, 4).values).toEqual([0, 128, 255, 0]);
    expect(smallMap({ ...MAPS, values: new Float32Array(8) }, 1).values).toEqual([0, 0, 0, 0]);
  });

  it('are as strong as their mean without what is negative', () => {
    expect([...meansOf(MAPS)]).toEqual([0.75, 4.75]);
  });

  it('are put into order without those that say nothing', () => {
    expect(strongest(Float32Array.from([1, 0, 3, -2, 3, 2]), 3)).toEqual([2, 4, 5]);
  });

  it('lie in the picture with half a cell around them, and never outside it', () => {
    expect(placeAround(1, 2, 4, 4)).toEqual({ x: 0.375, y: 0.125, width: 0.5, height: 0.5 });
    expect(placeAround(0, 3, 4, 4)).toEqual({ x: 0.625, y: 0, width: 0.375, height: 0.375 });
    expect(placeAround(0, 0, 1, 1)).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });
});

import { expect, test } from 'vitest';
import { contourPath, upsampled, veil } from './heatmap-drawing.ts';

const SLOPE = { height: 1, width: 2, data: Uint8Array.of(0, 255) };

test('bilinear between the centres of the cells, flat beyond the outermost', () => {
  const row = Array.from(upsampled(SLOPE, 8, 1, true));
  expect(row).toEqual([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1]);
  expect(Array.from(upsampled(SLOPE, 4, 1, false))).toEqual([0, 0, 1, 1]);
});

test('where the model does not look, the picture stays as it is', () => {
  expect(veil(0)).toBe(0);
  expect(veil(0.5)).toBe(1);
});

test('the threshold line lies where the map has that share of its own maximum', () => {
  const half = { height: 2, width: 2, data: Uint8Array.of(0, 120, 0, 120) };
  const xs = [...contourPath(half, 0.5, true).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  const upright = xs.filter(([, y = 0]) => y > 0.05 && y < 0.95);
  const left = Math.min(...upright.map(([x = 0]) => x));
  expect(left).toBeCloseTo(0.5, 2);
  expect(contourPath({ ...half, data: new Uint8Array(4) }, 0.5, true)).toBe('');
});

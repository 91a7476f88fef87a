import { expect, test } from 'vitest';
import { COLORMAPS } from '../lib/colormaps.ts';
import { contourPath, heatmapImage, upsampled, veil } from './heatmap-drawing.ts';

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

test('a picture file has a pixel for each cell, the top row first, with nothing where the map is 0', () => {
  const bytes = heatmapImage({ height: 2, width: 1, data: Uint8Array.of(0, 255) }, 'inferno');
  const header = new DataView(bytes.buffer);
  expect(String.fromCharCode(bytes[0], bytes[1])).toBe('BM');
  expect([header.getInt32(18, true), header.getInt32(22, true)]).toEqual([1, -2]);
  const pixels = bytes.subarray(header.getUint32(10, true));
  expect(pixels).toHaveLength(8);
  expect(pixels[3]).toBe(0);
  expect([...pixels.subarray(4)]).toEqual([...COLORMAPS.inferno.subarray(3 * 255), 255]);
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

import { describe, expect, test } from 'vitest';
import { COLORMAPS, type ColormapName } from './colormaps.ts';

/** Relative luminance after WCAG 2.2, in [0,1]. */
function luminance(rgb: Uint8Array): number {
  const [r = 0, g = 0, b = 0] = Array.from(rgb, (v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.each<ColormapName>(['inferno', 'viridis', 'cividis'])('%s', (name) => {
  const map = COLORMAPS[name];

  test('has 256 colours', () => expect(map).toHaveLength(256 * 3));

  test('is ordered by brightness, so that it can be read in grey', () => {
    const lights = Array.from({ length: 256 }, (_, i) => luminance(map.subarray(i * 3, i * 3 + 3)));
    // Rounding to 8 bits may take back less than half a step.
    for (let i = 1; i < 256; i++) expect((lights[i] ?? 0) - (lights[i - 1] ?? 0)).toBeGreaterThan(-0.002);
    expect((lights[255] ?? 0) - (lights[0] ?? 0)).toBeGreaterThan(0.6);
  });
});

test('the ends are those that are published', () => {
  expect([...COLORMAPS.inferno.subarray(0, 3)]).toEqual([0, 0, 4]);
  expect([...COLORMAPS.viridis.subarray(0, 3)]).toEqual([68, 1, 84]);
  expect([...COLORMAPS.viridis.subarray(765)]).toEqual([253, 231, 37]);
  expect([...COLORMAPS.cividis.subarray(0, 3)]).toEqual([0, 34, 78]);
});

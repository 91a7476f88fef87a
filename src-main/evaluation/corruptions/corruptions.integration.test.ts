import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CORRUPTION_FAMILIES } from '../../contract/evaluation.ts';
import { decodePicture } from '../../datasets/pictures/decode.ts';
import { SEVERITIES } from './corruption.ts';
import { CORRUPTIONS } from './list.ts';

const FILES = ['test/shirt/0012.jpg', 'test/boot/0010.jpg'].map((name) =>
  fileURLToPath(new URL(`../../../resources/sample/${name}`, import.meta.url)),
);
const SEEDED = /noise|motion|fog|snow|rain|elastic/;

/** Mean distance of values, 0..255. */
const distance = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;

it('holds at least three kinds of each family, all named differently', () => {
  for (const family of CORRUPTION_FAMILIES) {
    expect(CORRUPTIONS.filter((each) => each.family === family).length).toBeGreaterThanOrEqual(4);
  }
  expect(new Set(CORRUPTIONS.map(({ kind }) => kind)).size).toBe(17);
  expect(new Set(CORRUPTIONS.map(({ label }) => label)).size).toBe(17);
});

describe.each(CORRUPTIONS)('$label on photographs', ({ kind, corrupt }) => {
  it.each([32, 64, 224])('is repeatable and grows with severity at a side of %i', async (side) => {
    for (const file of FILES) {
      const picture = await decodePicture(await readFile(file), side);
      // A Buffer's `slice` would share its memory.
      const before = Uint8Array.from(picture);
      const distances: number[] = [];
      for (const severity of SEVERITIES) {
        const corrupted = await corrupt(picture, side, severity, 11);
        expect(corrupted).toHaveLength(3 * side * side);
        expect(distance(corrupted, await corrupt(picture, side, severity, 11))).toBe(0);
        distances.push(distance(corrupted, picture));
      }
      expect(distance(picture, before)).toBe(0);
      expect(distances[0]).toBeGreaterThan(0.2);
      // Visible, but something is left of the picture: two pictures of the sample lie about 80 apart.
      expect(distances[4]).toBeGreaterThan(5);
      expect(distances[4]).toBeLessThan(125);
      for (let s = 1; s < 5; s++) expect(distances[s], `severity ${String(s + 1)}`).toBeGreaterThan(distances[s - 1]);
    }
  });

  it('depends on its seed where it is random, and on nothing else', async () => {
    const picture = await decodePicture(await readFile(FILES[0]), 64);
    const first = await corrupt(picture, 64, 3, 1);
    const second = await corrupt(picture, 64, 3, 2);
    expect(distance(first, second) > 0).toBe(SEEDED.test(kind));
  });
});

it('small and large pictures suffer alike: what has neither length nor grain in the same way', async () => {
  for (const { kind, corrupt } of CORRUPTIONS) {
    // What has no length or grain is the same at every side; grain is to differ, see corruption.ts.
    const [least, most] = /brightness|contrast|saturation|fog/.test(kind) ? [0.95, 1.05] : [0.4, 2.5];
    const suffered = await Promise.all(
      [64, 224].map(async (side) => {
        const picture = await decodePicture(await readFile(FILES[0]), side);
        return distance(await corrupt(picture, side, 3, 5), picture);
      }),
    );
    expect(suffered[1] / suffered[0], kind).toBeGreaterThan(least);
    expect(suffered[1] / suffered[0], kind).toBeLessThan(most);
  }
});

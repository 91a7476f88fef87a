import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { patchwork } from './pictures.fixture.ts';
import { shrink } from './shrink.ts';

describe('shrink', () => {
  it('weighs by hand-made triangles', () => {
    // Four to two: reach 2, centres 1 and 3. Weights of the first: 3/4 3/4 1/4 (at 0.5, 1.5, 2.5), in all 7/4.
    const row = Uint8Array.from([70, 140, 210, 28]);
    const first = (0.75 * 70 + 0.75 * 140 + 0.25 * 210) / 1.75;
    const second = (0.25 * 140 + 0.75 * 210 + 0.75 * 28) / 1.75;
    expect(Array.from(shrink(row, [1, 4, 1], 1, 2))).toEqual([Math.round(first), Math.round(second)]);
    expect(Array.from(shrink(row, [4, 1, 1], 2, 1))).toEqual([Math.round(first), Math.round(second)]);
    // Two to four: reach 1, centres 0.25, 0.75, ...
    expect(Array.from(shrink(Uint8Array.from([0, 100]), [1, 2, 1], 1, 4))).toEqual([0, 25, 75, 100]);
    expect(Array.from(shrink(Uint8Array.from([9, 8, 7]), [1, 1, 3], 2, 1))).toEqual([9, 8, 7, 9, 8, 7]);
  });

  it.each([
    [64, 64],
    [100, 70],
    [128, 40],
  ])('is what libvips makes of %i x %i pixels', async (width, height) => {
    const { data } = await patchwork(width, width, height).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const raw = { raw: { width, height, channels: 3 as const } };
    const theirs = await sharp(data, raw).resize(36, 32, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
    const ours = shrink(data, [height, width, 3], 32, 36);
    const differences = Array.from(ours, (value, i) => Math.abs(value - theirs[i]));
    expect(differences.reduce((sum, value) => sum + value, 0) / ours.length).toBeLessThan(1);
  });
});

import { describe, expect, it } from 'vitest';
import {
  borderOf,
  colourNumber,
  coloursOf,
  contrastOf,
  levelsOf,
  LOOK_BYTES,
  lookOfPixels,
  thumbnailOf,
} from './picture-look.ts';

/** [32, 36, 3]: left half red, right half grey 100; the outermost ring of pixels white. */
const PIXELS = Uint8Array.from({ length: 32 * 36 * 3 }, (_, i) => {
  const [row, column, channel] = [Math.floor(i / 108), Math.floor((i % 108) / 3), i % 3];
  if (row === 0 || row === 31 || column === 0 || column === 35) return 255;
  if (column >= 18) return 100;
  return channel === 0 ? 200 : 0;
});

describe('how a picture looks from afar', () => {
  const look = lookOfPixels(PIXELS, 3);

  it('is a thumbnail of luma', () => {
    expect([look.length, thumbnailOf(look).length]).toEqual([LOOK_BYTES, 288]);
    // Inside, red is 0.299 * 200; in a corner, three of four pixels are white.
    expect(thumbnailOf(look)[5 * 18 + 5]).toBe(60);
    expect(thumbnailOf(look)[0]).toBe(Math.round((3 * 255 + 59.8) / 4));
    expect(thumbnailOf(look)[5 * 18 + 12]).toBe(100);
  });

  it('is shares of colours, the border, and levels', () => {
    // 1152 pixels: 132 white, 17 * 30 = 510 red and as many grey.
    const colours = coloursOf(look);
    expect(colours[colourNumber(255, 255, 255)]).toBe(Math.round((255 * 132) / 1152));
    expect(colours[colourNumber(200, 0, 0)]).toBe(Math.round((255 * 510) / 1152));
    expect(colours[colourNumber(100, 100, 100)]).toBe(Math.round((255 * 510) / 1152));
    expect(Array.from(borderOf(look))).toEqual(new Array(48).fill(255));
    const green = (132 * 255 + 510 * 100) / 1152;
    expect(levelsOf(look)[1]).toBe(Math.round(green));
    const deviation = Math.sqrt((132 * 255 ** 2 + 510 * 100 ** 2) / 1152 - green ** 2);
    expect(levelsOf(look)[4]).toBe(Math.round(2 * deviation));
    expect(contrastOf(look)).toBe(Math.round(2 * deviation) / 2);
  });

  it('has the border clockwise in sixteen parts', () => {
    const ring = new Uint8Array(32 * 36 * 3);
    // The right side, from the first row on.
    for (let row = 0; row < 31; row++) ring.fill(80, (row * 36 + 35) * 3, (row * 36 + 36) * 3);
    const reds = Array.from({ length: 16 }, (_, part) => borderOf(lookOfPixels(ring, 3))[3 * part]);
    expect(reds).toEqual([0, 0, 0, 0, 80, 80, 80, 80, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('takes one channel for grey', () => {
    const grey = lookOfPixels(new Uint8Array(32 * 36).fill(90), 1);
    expect([thumbnailOf(grey)[0], borderOf(grey)[2], contrastOf(grey)]).toEqual([90, 90, 0]);
  });
});

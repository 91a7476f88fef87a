/**
 * How a picture looks from afar, in 406 bytes: what tells copies (near-duplicates.ts), pictures of nothing, and colours
 * that give a class away (problems/). Made once from 36x32 pixels, kept in the index of the folder.
 *
 * | bytes    | what                                                                              |
 * | -------- | --------------------------------------------------------------------------------- |
 * | 0..287   | grey thumbnail [16, 18], Rec. 601 luma                                            |
 * | 288..351 | colours [4, 4, 4] over red, green, blue: share of the pixels, of 255              |
 * | 352..399 | mean RGB [16, 3] of the parts of the outermost ring of pixels, clockwise from top left |
 * | 400..402 | mean of red, green and blue over the picture                                      |
 * | 403..405 | standard deviation of red, green and blue, in halves of a level                   |
 */
import type { Sharp } from 'sharp';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../near-duplicates.ts';
import { shrink } from './shrink.ts';

const WIDTH = 2 * THUMBNAIL_WIDTH;
const HEIGHT = 2 * THUMBNAIL_HEIGHT;
const CELLS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Levels of each channel that the colours are counted in. */
const LEVELS = 4;
/** Colours that are told apart. */
export const COLOURS = LEVELS ** 3;
/** Parts of the outermost ring. */
const BORDER_PARTS = 16;

const MEANS = CELLS + COLOURS + 3 * BORDER_PARTS;
/** Which of the colours one is, 0..63. */
export const colourNumber = (red: number, green: number, blue: number): number =>
  ((red >> 6) * LEVELS + (green >> 6)) * LEVELS + (blue >> 6);

export const LOOK_BYTES = MEANS + 6;

/** Grey bytes [16, 18]. */
export const thumbnailOf = (look: Uint8Array): Uint8Array => look.subarray(0, CELLS);
/** Share of the pixels of each of 64 colours, 0..255. */
export const coloursOf = (look: Uint8Array): Uint8Array => look.subarray(CELLS, CELLS + COLOURS);
/** Mean RGB [16, 3] along the border. */
export const borderOf = (look: Uint8Array): Uint8Array => look.subarray(CELLS + COLOURS, MEANS);
/** Mean of red, green and blue, 0..255, and twice their standard deviations, 0..255. */
export const levelsOf = (look: Uint8Array): Uint8Array => look.subarray(MEANS, LOOK_BYTES);
/** Largest standard deviation of a channel, in levels, 0..127.5. */
export const contrastOf = (look: Uint8Array): number => Math.max(...look.subarray(MEANS + 3, LOOK_BYTES)) / 2;

/** Pictures with no more pixels are resized in plain code, which is faster; see shrink.ts. */
const SMALL = 128 * 128;

/**
 * @param image an opened picture, nothing done to it yet
 * @param size  its number of pixels
 * @throws sharp's error where it cannot be decoded
 */
export async function lookFromAfar(image: Sharp, size: number): Promise<Uint8Array> {
  const upright = image.autoOrient().flatten({ background: '#ffffff' });
  const resized = size <= SMALL ? upright : upright.resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'linear' });
  const { data, info } = await resized
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = size <= SMALL ? shrink(data, [info.height, info.width, info.channels], HEIGHT, WIDTH) : data;
  return lookOfPixels(pixels, info.channels);
}

/** @param pixels bytes [32, 36, channels]; one channel is grey */
export function lookOfPixels(pixels: Uint8Array, channels: number): Uint8Array {
  const look = new Uint8Array(LOOK_BYTES);
  const grey = new Float64Array(CELLS);
  const counts = new Float64Array(COLOURS);
  const border = new Float64Array(4 * BORDER_PARTS);
  const sums = new Float64Array(6);
  const colour = [0, 0, 0];
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const at = (row * WIDTH + column) * channels;
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[channels < 3 ? at : at + channel];
        colour[channel] = value;
        sums[channel] += value;
        sums[3 + channel] += value * value;
      }
      const [red, green, blue] = colour;
      grey[(row >> 1) * THUMBNAIL_WIDTH + (column >> 1)] += (0.299 * red + 0.587 * green + 0.114 * blue) / 4;
      counts[colourNumber(red, green, blue)]++;
      const part = borderPart(row, column);
      if (part < 0) continue;
      for (let channel = 0; channel < 3; channel++) border[4 * part + channel] += colour[channel];
      border[4 * part + 3]++;
    }
  }
  const pixelCount = WIDTH * HEIGHT;
  for (let cell = 0; cell < CELLS; cell++) look[cell] = Math.round(grey[cell]);
  for (let c = 0; c < COLOURS; c++) look[CELLS + c] = Math.round((255 * counts[c]) / pixelCount);
  for (let part = 0; part < BORDER_PARTS; part++) {
    for (let channel = 0; channel < 3; channel++) {
      look[CELLS + COLOURS + 3 * part + channel] = Math.round(border[4 * part + channel] / border[4 * part + 3]);
    }
  }
  for (let channel = 0; channel < 3; channel++) {
    const mean = sums[channel] / pixelCount;
    const variance = Math.max(0, sums[3 + channel] / pixelCount - mean ** 2);
    look[MEANS + channel] = Math.round(mean);
    look[MEANS + 3 + channel] = Math.round(2 * Math.sqrt(variance));
  }
  return look;
}

/** Which part of the ring a pixel lies in: four a side, clockwise; -1 inside. */
function borderPart(row: number, column: number): number {
  const along = (at: number, length: number): number => Math.min(3, Math.floor((4 * at) / (length - 1)));
  if (row === 0 && column < WIDTH - 1) return along(column, WIDTH);
  if (column === WIDTH - 1 && row < HEIGHT - 1) return 4 + along(row, HEIGHT);
  if (row === HEIGHT - 1 && column > 0) return 8 + along(WIDTH - 1 - column, WIDTH);
  if (column === 0 && row > 0) return 12 + along(HEIGHT - 1 - row, HEIGHT);
  return -1;
}

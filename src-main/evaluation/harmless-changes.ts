/**
 * Changes of a picture that change nothing about what it shows: stronger compression, a little more or less light, a
 * shift by a few pixels, its mirror image. A heatmap that is worth looking at moves along with the picture and stays
 * the same otherwise.
 */
import sharp from 'sharp';
import type { EvaluationSettings, HarmlessChange } from '../contract/evaluation.ts';
import { cosine } from '../method/consistency.ts';
import { resizeBilinear } from '../numeric/resize.ts';
import type { Pixels } from './predictor.ts';

type ChangeSettings = Pick<EvaluationSettings['stability'], 'jpegQuality' | 'brightness' | 'shift'>;

/** Side of the picture that {@link ChangeSettings} counts the pixels of a shift on. */
const SHIFT_SIDE = 224;

/** Pixels by which a picture of this side is shifted, to the right and down. */
export function shiftOf(size: number, settings: ChangeSettings): number {
  return Math.max(1, Math.round((settings.shift * size) / SHIFT_SIDE));
}

/**
 * Pictures after a harmless change.
 * - `jpeg`: stored at the given quality and read again (colours at half resolution, as cameras store them).
 * - `brighter`, `darker`: every value times 1 + share or 1 - share, at most 255.
 * - `shift`: to the right and down; the first row and column are repeated where nothing is known.
 * - `flip`: left and right exchanged.
 * @param pictures [n, size, size, 3]
 */
export async function harmlesslyChanged(
  change: HarmlessChange,
  pictures: Uint8Array,
  size: number,
  settings: ChangeSettings,
): Promise<Pixels> {
  switch (change) {
    case 'jpeg':
      return recompressed(pictures, size, settings.jpegQuality);
    case 'brighter':
      return new Float32Array(pictures).map((value) => Math.min(255, value * (1 + settings.brightness)));
    case 'darker':
      return new Float32Array(pictures).map((value) => value * (1 - settings.brightness));
    case 'shift': {
      const by = shiftOf(size, settings);
      return moved(pictures, size, (y, x) => Math.max(0, y - by) * size + Math.max(0, x - by));
    }
    case 'flip':
      return moved(pictures, size, (y, x) => y * size + size - 1 - x);
  }
}

async function recompressed(pictures: Uint8Array, size: number, quality: number): Promise<Uint8Array> {
  const bytes = size * size * 3;
  const out = new Uint8Array(pictures.length);
  for (let from = 0; from < pictures.length; from += bytes) {
    const raw = { width: size, height: size, channels: 3 } as const;
    const jpeg = await sharp(pictures.subarray(from, from + bytes), { raw })
      .jpeg({ quality })
      .toBuffer();
    out.set(await sharp(jpeg).raw().toBuffer(), from);
  }
  return out;
}

/** @param source from which position (row-major) a pixel comes */
function moved(pictures: Uint8Array, size: number, source: (y: number, x: number) => number): Uint8Array {
  const bytes = size * size * 3;
  const out = new Uint8Array(pictures.length);
  for (let p = 0; p < size * size; p++) {
    const from = 3 * source(Math.floor(p / size), p % size);
    for (let at = 0; at < pictures.length; at += bytes) {
      out[at + 3 * p] = pictures[at + from];
      out[at + 3 * p + 1] = pictures[at + from + 1];
      out[at + 3 * p + 2] = pictures[at + from + 2];
    }
  }
  return out;
}

/**
 * Cosine of a heatmap before and after a change, the change undone: a mirrored map is mirrored back; a shifted one is
 * compared where both show the same part of the picture, at the picture's resolution, for a shift is smaller than a
 * cell of the map. A convolution of stride 2 starts at the left edge, so that the cells of a mirrored picture lie up
 * to a cell beside those of the original: not even a perfect network reaches 1 there. 0 where either map shows
 * nothing, both included: nothing has stayed that could be trusted.
 * @param before [height, width] heatmap of the picture
 * @param after  [height, width] heatmap of the changed picture
 * @param size   side of the picture
 */
export function likenessAfter(
  change: HarmlessChange,
  before: Float32Array,
  after: Float32Array,
  height: number,
  width: number,
  size: number,
  settings: ChangeSettings,
): number {
  if (change === 'flip') return cosine(before, mirrored(after, width));
  if (change !== 'shift') return cosine(before, after);
  const by = shiftOf(size, settings);
  const side = size - by;
  const full = (map: Float32Array) => resizeBilinear(map, height, width, size, size);
  return cosine(cut(full(before), size, 0, side), cut(full(after), size, by, side));
}

function mirrored(map: Float32Array, width: number): Float32Array {
  return map.map((_, p) => map[p - (p % width) + width - 1 - (p % width)]);
}

/** The square of this side whose upper left corner is at (from, from). */
function cut(map: Float32Array, size: number, from: number, side: number): Float32Array {
  return Float32Array.from(
    { length: side * side },
    (_, p) => map[(from + Math.floor(p / side)) * size + from + (p % side)],
  );
}

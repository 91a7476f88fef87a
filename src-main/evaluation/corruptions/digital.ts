/** What processing and storage do to a picture: contrast, faded colours, coarse pixels, JPEG, and a warp. */
import sharp from 'sharp';
import { Random } from '../../numeric/random.ts';
import { at, bytesOf, emptyPicture, REFERENCE_SIDE } from './corruption.ts';
import type { BySeverity, Corrupt } from './corruption.ts';
import { smoothField } from './fields.ts';

/** What is left of the distance of each value to the mean of its channel. */
const CONTRAST: BySeverity = [0.6, 0.46, 0.34, 0.24, 0.16];
/** What is left of the distance of each channel to the pixel's grey. */
const SATURATION: BySeverity = [0.65, 0.45, 0.28, 0.13, 0];
/** Coarse pixels across the picture, and at most this share of its own pixels. */
const PIXELATE: BySeverity = [56, 44, 34, 26, 20];
const PIXELATE_SHARE: BySeverity = [0.8, 0.65, 0.5, 0.4, 0.3];
/**
 * Quality of JPEG at a side of 224 and more, and of 64 and less; between them linear. Its blocks are 8 pixels
 * whatever the side, so a small picture suffers more from the same quality.
 */
const JPEG_LARGE: BySeverity = [28, 20, 14, 9, 5];
const JPEG_SMALL: BySeverity = [55, 42, 31, 21, 12];
const SMALL_SIDE = 64;
/** Largest shift of a pixel as a share of the side, in waves of about an eighth of it. */
const ELASTIC: BySeverity = [0.012, 0.019, 0.027, 0.036, 0.047];
const ELASTIC_CELLS = 9;

export const contrast: Corrupt = (picture, side, severity) => {
  const left = at(CONTRAST, severity);
  const means = [0, 0, 0];
  for (let i = 0; i < picture.length; i++) means[i % 3] += picture[i] / (side * side);
  const out = emptyPicture(side);
  for (let i = 0; i < picture.length; i++) out[i] = means[i % 3] + left * (picture[i] - means[i % 3]);
  return bytesOf(out);
};

export const saturation: Corrupt = (picture, side, severity) => {
  const left = at(SATURATION, severity);
  const out = emptyPicture(side);
  for (let i = 0; i < picture.length; i += 3) {
    // Luma of ITU-R BT.601.
    const grey = 0.299 * picture[i] + 0.587 * picture[i + 1] + 0.114 * picture[i + 2];
    for (let c = i; c < i + 3; c++) out[c] = grey + left * (picture[c] - grey);
  }
  return bytesOf(out);
};

/** Every coarse pixel is the mean of those it covers. */
export const pixelate: Corrupt = (picture, side, severity) => {
  const most = Math.max(1, Math.round(at(PIXELATE_SHARE, severity) * side));
  const cells = Math.min(at(PIXELATE, severity), most);
  const cellOf = Int32Array.from({ length: side }, (_, x) => Math.floor(((x + 0.5) * cells) / side));
  const sums = new Float64Array(3 * cells * cells);
  const counts = new Float64Array(cells * cells);
  const eachPixel = (visit: (pixel: number, cell: number) => void): void => {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) visit(y * side + x, cellOf[y] * cells + cellOf[x]);
    }
  };
  eachPixel((pixel, cell) => {
    counts[cell]++;
    for (let c = 0; c < 3; c++) sums[3 * cell + c] += picture[3 * pixel + c];
  });
  const out = emptyPicture(side);
  eachPixel((pixel, cell) => {
    for (let c = 0; c < 3; c++) out[3 * pixel + c] = sums[3 * cell + c] / counts[cell];
  });
  return bytesOf(out);
};

export const jpeg: Corrupt = async (picture, side, severity) => {
  const small = Math.max(0, Math.min(1, (REFERENCE_SIDE - side) / (REFERENCE_SIDE - SMALL_SIDE)));
  const quality = Math.round(at(JPEG_LARGE, severity) * (1 - small) + at(JPEG_SMALL, severity) * small);
  const file = await sharp(picture, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** Every pixel is taken from a little beside its place; the shifts are smooth waves. */
export const elastic: Corrupt = (picture, side, severity, seed) => {
  const reach = at(ELASTIC, severity) * side;
  const random = new Random(seed);
  const shiftX = smoothField(side, ELASTIC_CELLS, random);
  const shiftY = smoothField(side, ELASTIC_CELLS, random);
  const out = emptyPicture(side);
  const last = side - 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const p = y * side + x;
      const fromX = Math.max(0, Math.min(last, x + reach * shiftX[p]));
      const fromY = Math.max(0, Math.min(last, y + reach * shiftY[p]));
      const left = Math.min(side - 2, Math.floor(fromX));
      const top = Math.min(side - 2, Math.floor(fromY));
      const right = fromX - left;
      const down = fromY - top;
      const from = 3 * (top * side + left);
      for (let c = 0; c < 3; c++) {
        const upper = picture[from + c] * (1 - right) + picture[from + c + 3] * right;
        const lower = picture[from + 3 * side + c] * (1 - right) + picture[from + 3 * side + c + 3] * right;
        out[3 * p + c] = upper + (lower - upper) * down;
      }
    }
  }
  return bytesOf(out);
};

/**
 * Opens the bytes of a picture of any format, so that everything else sees one kind of thing. What libvips reads, it
 * reads; BMP, HEIC, DICOM, and numbers that are no brightness (float, 32-bit or signed TIFF) become 8-bit pixels first:
 *
 * - unsigned 16-bit TIFF and PNG: 0..65535 is black to white (libvips);
 * - other whole numbers: as they are where all lie in 0..255, 0..65535 as above, else from the least to the greatest;
 * - numbers with a fraction: 0..1 is black to white where all lie there, else 0..255, else from the least to the
 *   greatest; what is no number is black.
 *
 * Of several pages, frames or pictures in one file the first counts.
 */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { ProblemKind } from '../dataset.ts';
import { formatOfBytes } from './picture-format.ts';

/** Larger pictures are refused: a small file may claim any size. 500 megapixels, 1.5 GB as RGB. */
export const MAX_PICTURE_PIXELS = 500_000_000;
/** Masks are read at full size, so that the nearest pixel is exact; hence a lower limit. */
export const MAX_MASK_PIXELS = 100_000_000;
/** Of formats that are unpacked as a whole. */
const MAX_UNPACKED_PIXELS = 100_000_000;

// Many small pictures at once: one thread each beats many threads on one, and nothing is read twice.
sharp.concurrency(1);
sharp.cache(false);

/** A file that ends too early is broken; a camera's slightly irregular file, which every viewer shows, is not. */
const OPTIONS = { failOn: 'truncated', sequentialRead: true, pages: 1, page: 0 } as const;

/** Why bytes are no picture that can be read; the message is a sentence for a person. */
export class UnusablePicture extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, sentence: string) {
    super(sentence);
    this.kind = kind;
  }
}

/** Pixels, 8 bit, row by row. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Uint8Array;
}

export interface OpenedPicture {
  /** Nothing was done to it yet. */
  readonly image: Sharp;
  /** In pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly exif?: Buffer;
}

/**
 * A picture that is known to be one; decoding it may still find it broken.
 * @throws UnusablePicture, or the decoder's error
 */
export async function openPicture(bytes: Uint8Array, maxPixels = MAX_PICTURE_PIXELS): Promise<Sharp> {
  const format = formatOfBytes(bytes);
  if (format === 'BMP' || format === 'HEIC' || format === 'DICOM') return unpacked(format, bytes, maxPixels);
  if (format === null) throw noPicture(bytes);
  const options = { ...OPTIONS, limitInputPixels: maxPixels };
  // Only a TIFF may hold numbers that are no brightness.
  if (format !== 'TIFF') return sharp(bytes, options);
  const { depth, space, width, height } = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
  if (depth === 'uchar' || depth === 'ushort') return sharp(bytes, options);
  if (depth === 'complex' || depth === 'dpcomplex') {
    throw new UnusablePicture('unreadable', 'The TIFF file holds complex numbers, which are no picture.');
  }
  checkSize(width, height, Math.min(maxPixels, MAX_UNPACKED_PIXELS));
  // In its own colour space nothing is converted: the numbers are those of the file.
  const numbers = sharp(bytes, options).toColourspace(space).raw({ depth: 'float' });
  const { data, info } = await numbers.toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  return sharp(toBrightness(values, depth === 'float' || depth === 'double'), { raw: info });
}

/**
 * The same, with what its header says.
 * @throws UnusablePicture, or the decoder's error
 */
export async function inspectHeader(bytes: Uint8Array, maxPixels: number): Promise<OpenedPicture> {
  const format = formatOfBytes(bytes);
  if (format === null) throw noPicture(bytes);
  const isUnpacked = format === 'BMP' || format === 'HEIC' || format === 'DICOM';
  const header = isUnpacked ? null : await sharp(bytes, { ...OPTIONS, limitInputPixels: false }).metadata();
  if (header !== null) checkSize(header.autoOrient.width, header.autoOrient.height, maxPixels);
  const image = await openPicture(bytes, maxPixels);
  const { width, height } = (header ?? (await image.metadata())).autoOrient;
  return { image, width, height, ...(header?.exif === undefined ? {} : { exif: header.exif }) };
}

/** @throws UnusablePicture */
export function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const reason = `${width} x ${height} pixels are more than the ${maxPixels / 1e6} million that can be read.`;
  throw new UnusablePicture('too-large', reason);
}

/** Loaded only where there is such a picture. */
async function unpacked(format: 'BMP' | 'HEIC' | 'DICOM', bytes: Uint8Array, maxPixels: number): Promise<Sharp> {
  const limit = Math.min(maxPixels, MAX_UNPACKED_PIXELS);
  if (format === 'DICOM') return (await import('./dicom.ts')).openDicom(bytes, limit);
  const decode = format === 'BMP' ? (await import('./bmp.ts')).decodeBmp : (await import('./heic.ts')).decodeHeic;
  return imageOf(await decode(bytes, limit));
}

export const imageOf = ({ width, height, channels, pixels }: RawPicture): Sharp =>
  sharp(pixels, { raw: { width, height, channels } });

/** See above. */
function toBrightness(values: Float32Array, fractions: boolean): Uint8Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const whites = fractions ? [1, 255] : [255, 65_535];
  const white = low >= 0 ? whites.find((limit) => high <= limit) : undefined;
  const start = white === undefined ? low : 0;
  // All the same and nothing to compare with: black.
  const range = white ?? (high > low ? high - low : Infinity);
  return Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.min(255, Math.round(((value - start) * 255) / range)) : value === Infinity ? 255 : 0,
  );
}

function noPicture(bytes: Uint8Array): UnusablePicture {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  const other = /<svg/i.test(head) ? 'an SVG drawing' : head.startsWith('%PDF') ? 'a PDF document' : null;
  return other === null
    ? new UnusablePicture('unreadable', 'The content is not a picture, whatever the name of the file says.')
    : new UnusablePicture('not-a-picture', `The file holds ${other}, which is not a photograph's format.`);
}

/**
 * Windows bitmaps of every depth: 1, 2, 4, 8 (also run-length encoded), 16, 24 and 32 bit. Format: Microsoft's
 * "Bitmap Storage" (BITMAPCOREHEADER to BITMAPV5HEADER). Our own, because the libraries at hand take the pixels from
 * the wrong place where a gap follows the palette, and lose rows of odd width.
 */
import { checkSize, UnusablePicture } from './open-picture.ts';
import type { RawPicture } from './open-picture.ts';

const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the lowest one, as a rule. */
  readonly bottomUp: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** Red, green, blue, opacity of 16- and 32-bit pixels; 0: none. */
  readonly masks: readonly number[];
  /** RGB of each entry. */
  readonly palette: readonly (readonly number[])[];
}

/** @throws UnusablePicture */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): RawPicture {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(file);
  checkSize(header.width, header.height, maxPixels);
  if (header.compression === RLE8 || header.compression === RLE4) return decodeRuns(file, header);
  const { width, height, bits, start, bottomUp } = header;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  // The last row need not be filled up.
  if (file.length < start + rowBytes * (height - 1) + Math.ceil((width * bits) / 8)) throw damaged('incomplete');
  const channels = bits >= 16 && header.masks[3] !== 0 ? 4 : 3;
  const pixels = new Uint8Array(width * height * channels);
  const readPixel = pixelReader(file, header);
  for (let row = 0; row < height; row++) {
    const from = start + (bottomUp ? height - 1 - row : row) * rowBytes;
    for (let x = 0; x < width; x++) readPixel(from, x, pixels, (row * width + x) * channels);
  }
  if (channels === 4 && isClear(pixels)) for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  return { width, height, channels, pixels };
}

function readHeader(file: Buffer): Header {
  const size = file.length < 26 ? 0 : file.readUInt32LE(14);
  if (file.length < 14 + size || (size !== 12 && size < 16) || size > 1024) throw damaged('damaged');
  const core = size === 12;
  const at = (offset: number): number => (offset + 4 <= size ? file.readUInt32LE(14 + offset) : 0);
  const width = core ? file.readUInt16LE(18) : file.readInt32LE(18);
  const signed = core ? file.readInt16LE(20) : file.readInt32LE(22);
  const bits = file.readUInt16LE(core ? 24 : 28);
  const compression = core ? RGB : at(16);
  if (width <= 0 || signed === 0 || ![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw damaged('damaged');
  if (compression > BIT_FIELDS && compression !== ALPHA_BIT_FIELDS) {
    throw new UnusablePicture('unreadable', 'The BMP file is compressed in a way that is not read; save it as PNG.');
  }
  const fields = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  // A header of the first kind has its masks behind it.
  const behind = fields && size === 40 ? (compression === ALPHA_BIT_FIELDS ? 16 : 12) : 0;
  const mask = (i: number): number =>
    i * 4 < behind && 58 + i * 4 <= file.length ? file.readUInt32LE(54 + i * 4) : at(40 + i * 4);
  const masks = fields ? [0, 1, 2, 3].map(mask) : bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const entry = core ? 3 : 4;
  const start = file.readUInt32LE(10);
  const first = 14 + size + behind;
  const room = Math.floor((Math.min(start, file.length) - first) / entry);
  const colours = bits > 8 ? 0 : Math.min(at(32) || 1 << bits, 1 << bits, Math.max(0, room));
  const palette = Array.from({ length: colours }, (_, i) => {
    const from = first + i * entry;
    return [file[from + 2], file[from + 1], file[from]];
  });
  if (bits <= 8 && colours === 0) throw damaged('damaged');
  return { width, height: Math.abs(signed), bottomUp: signed > 0, bits, compression, start, masks, palette };
}

type PixelReader = (row: number, x: number, out: Uint8Array, to: number) => void;

const BLACK = [0, 0, 0];

function pixelReader(file: Buffer, { bits, masks, palette }: Header): PixelReader {
  if (bits <= 8) {
    const perByte = 8 / bits;
    const ones = (1 << bits) - 1;
    return (row, x, out, to) => {
      const shift = 8 - bits * ((x % perByte) + 1);
      out.set(palette[(file[row + Math.floor(x / perByte)] >> shift) & ones] ?? BLACK, to);
    };
  }
  if (bits === 24) {
    return (row, x, out, to) => {
      const at = row + x * 3;
      out[to] = file[at + 2];
      out[to + 1] = file[at + 1];
      out[to + 2] = file[at];
    };
  }
  const channels = masks.filter((mask, i) => i < 3 || mask !== 0).map(channelOf);
  return (row, x, out, to) => {
    const value = bits === 16 ? file.readUInt16LE(row + x * 2) : file.readUInt32LE(row + x * 4);
    for (let i = 0; i < channels.length; i++) out[to + i] = channels[i](value);
  };
}

/** From the bits under a mask to 0..255. */
function channelOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}

/** Programs that know of no opacity leave it 0 everywhere. */
function isClear(pixels: Uint8Array): boolean {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 0) return false;
  return true;
}

/** Pairs of a count and a colour; a count of 0 begins a command. What no run covers has the first colour. */
function decodeRuns(file: Buffer, { width, height, compression, start, palette, bottomUp }: Header): RawPicture {
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.set(palette[0], at);
  const half = compression === RLE4;
  let [x, y, at] = [0, 0, start];
  const put = (index: number): void => {
    if (x >= width || y >= height) throw damaged('damaged');
    const row = bottomUp ? height - 1 - y : y;
    pixels.set(palette[index] ?? BLACK, (row * width + x++) * 3);
  };
  for (;;) {
    if (at + 2 > file.length) throw damaged('incomplete');
    const [count, value] = [file[at], file[at + 1]];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(half ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return { width, height, channels: 3, pixels };
    } else if (value === 2) {
      if (at + 2 > file.length) throw damaged('incomplete');
      [x, y] = [x + file[at], y + file[at + 1]];
      at += 2;
    } else {
      const length = half ? Math.ceil(value / 2) : value;
      if (at + length > file.length) throw damaged('incomplete');
      for (let i = 0; i < value; i++) {
        const byte = file[at + (half ? i >> 1 : i)];
        put(half ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      // Filled up to whole pairs.
      at += length + (length % 2);
    }
  }
}

const damaged = (how: 'incomplete' | 'damaged'): UnusablePicture =>
  new UnusablePicture('unreadable', `The BMP file is ${how === 'incomplete' ? 'incomplete or damaged' : how}.`);

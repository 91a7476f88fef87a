/**
 * Pictures that are numbers in an array, as the bytes of a picture file: an uncompressed TIFF of one strip, little
 * endian (TIFF Revision 6.0, Adobe 1992, "Baseline" plus `SampleFormat` of section 19). Nothing is lost, and the same
 * numbers give the same bytes everywhere, so their hash can be kept in studies.
 */
import { endianness } from 'node:os';

type Numbers = Uint8Array | Uint16Array | Float32Array;

interface ArrayPictureOf<Type extends string, Pixels extends Numbers> {
  /** In pixels, at least 1. */
  readonly width: number;
  readonly height: number;
  /** Grey, RGB, or RGB and opacity. */
  readonly channels: 1 | 3 | 4;
  readonly type: Type;
  /** [height, width, channels], row-major. */
  readonly pixels: Pixels;
}

/** `f32` is kept exactly, but means no brightness to a decoder: what is to be seen as a picture is mapped to bytes first. */
export type ArrayPicture =
  ArrayPictureOf<'u8', Uint8Array> | ArrayPictureOf<'u16', Uint16Array> | ArrayPictureOf<'f32', Float32Array>;

/** Type of a field: its bytes and its number in the file. */
const SHORT = { bytes: 2, code: 3 };
const LONG = { bytes: 4, code: 4 };
const RATIONAL = { bytes: 8, code: 5 };

/** Header: byte order, 42, offset of the directory. */
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/**
 * The bytes of a TIFF file with exactly these pixels.
 * @throws RangeError where pixels and sizes do not fit
 */
export function arrayPicture({ width, height, channels, type, pixels }: ArrayPicture): Uint8Array {
  if (!(width >= 1 && height >= 1) || pixels.length !== width * height * channels) {
    throw new RangeError(`${pixels.length} numbers are no picture of ${width} x ${height} x ${channels}`);
  }
  const bits = new Array<number>(channels).fill(pixels.BYTES_PER_ELEMENT * 8);
  const format = new Array<number>(channels).fill(type === 'f32' ? 3 : 1);
  // 72 pixels an inch: the field is required, and means nothing here.
  const resolution = [72, 1];
  // Ascending by tag, as the specification demands.
  const fields: readonly (readonly [tag: number, type: typeof SHORT, values: readonly number[]])[] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, bits],
    [259, SHORT, [1]], // not compressed
    [262, SHORT, [channels === 1 ? 1 : 2]], // black is zero, or RGB
    [273, LONG, [0]], // where the pixels begin: below
    [277, SHORT, [channels]],
    [278, LONG, [height]], // rows of the one strip
    [279, LONG, [pixels.byteLength]],
    [282, RATIONAL, resolution],
    [283, RATIONAL, resolution],
    [296, SHORT, [2]], // inches
    ...(channels === 4 ? [[338, SHORT, [2]] as const] : []), // opacity that colours are not multiplied with
    [339, SHORT, format],
  ];
  const directoryBytes = 2 + fields.length * ENTRY_BYTES + 4;
  const sizes = fields.map(([, { bytes, code }, values]) => (code === RATIONAL.code ? 1 : values.length) * bytes);
  const outside = sizes.reduce((sum, size) => sum + (size > 4 ? size : 0), 0);
  // Numbers of several bytes begin at a multiple of their size.
  const start = Math.ceil((HEADER_BYTES + directoryBytes + outside) / 4) * 4;
  const file = Buffer.alloc(start + pixels.byteLength);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(HEADER_BYTES, 4);
  file.writeUInt16LE(fields.length, HEADER_BYTES);
  let free = HEADER_BYTES + directoryBytes;
  fields.forEach(([tag, { bytes, code }, given], i) => {
    const at = HEADER_BYTES + 2 + i * ENTRY_BYTES;
    const values = tag === 273 ? [start] : given;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(code, at + 2);
    file.writeUInt32LE(sizes[i] / bytes, at + 4);
    // Up to four bytes stand in the entry itself, else the entry says where they are.
    let to = at + 8;
    if (sizes[i] > 4) {
      file.writeUInt32LE(free, to);
      to = free;
      free += sizes[i];
    }
    for (const value of values) {
      if (bytes === 2) file.writeUInt16LE(value, to);
      else file.writeUInt32LE(value, to);
      to += Math.min(bytes, 4);
    }
  });
  file.set(littleEndian(pixels), start);
  return file;
}

function littleEndian(pixels: Numbers): Uint8Array {
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  if (endianness() === 'LE' || pixels.BYTES_PER_ELEMENT === 1) return bytes;
  return pixels.BYTES_PER_ELEMENT === 2 ? Buffer.from(bytes).swap16() : Buffer.from(bytes).swap32();
}

/** Fashion-MNIST as published: gzipped IDX files of 28x28 grey photographs and their labels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Side of the photographs in pixels. */
export const SIDE = 28;

export interface FashionSet {
  /** One byte a pixel, picture after picture, rows first; 0 is the (removed) white backdrop. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * Reads `train-*` (60,000) or `t10k-*` (10,000) from a folder.
 * Throws where a file is missing, is not an IDX file of the expected kind, or is cut short.
 */
export function readFashion(folder: string, part: 'train' | 't10k'): FashionSet {
  const pixels = readIdx(join(folder, `${part}-images-idx3-ubyte.gz`), [SIDE, SIDE]);
  const labels = readIdx(join(folder, `${part}-labels-idx1-ubyte.gz`), []);
  if (pixels.length !== labels.length * SIDE * SIDE) throw new Error(`${folder}: ${part} has not one label a picture.`);
  return { pixels, labels };
}

/** The IDX format: two zero bytes, type 8 (unsigned byte), number of axes, each axis as big-endian int32, data. */
function readIdx(file: string, shape: readonly number[]): Uint8Array {
  const bytes = gunzipSync(readFileSync(file));
  const axes = shape.length + 1;
  const header = 4 + 4 * axes;
  if (bytes.length < header || bytes.readUInt32BE(0) !== 0x0800 + axes) {
    throw new Error(`${file} is not an IDX file of bytes with ${axes} axes.`);
  }
  const sizes = Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  if (shape.some((side, axis) => sizes[axis + 1] !== side)) throw new Error(`${file} holds pictures of another size.`);
  const expected = sizes.reduce((product, side) => product * side, 1);
  if (bytes.length !== header + expected) throw new Error(`${file} is cut short.`);
  return bytes.subarray(header);
}

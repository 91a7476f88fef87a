/** The HDF5 library itself (h5wasm), loaded when the first file is opened: files, and numbers of a data set within one. */
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Dataset, File, Metadata } from 'h5wasm';
import type * as H5Node from 'h5wasm/node';
import { SteadygazeError } from '../../contract/errors.ts';

type H5 = typeof H5Node;

let library: Promise<H5> | null = null;

function load(): Promise<H5> {
  library ??= import('h5wasm/node').then(async (h5) => {
    const { FS } = await h5.ready;
    // The library prints a page of its own source lines for every damaged file; what matters is said in problems.
    const streams = (FS as unknown as { readonly streams: ({ nfd: number } | undefined)[] }).streams;
    const errors = streams[2];
    if (errors !== undefined) errors.nfd = openSync(devNull, 'w');
    return h5;
  });
  return library;
}

/** Of the library's classes of types: whole numbers, floating point, texts, and the enumeration that truths are kept as. */
const CLASSES = { integer: 0, float: 1, text: 3, enumeration: 8 };

/** Bytes of one read: the memory of the library never shrinks. */
export const MOST_BYTES = 2 ** 26;

/** What a data set holds, in NumPy's words, or null where it is neither numbers nor texts. */
export function typeOf({ type, size, signed, enum_type }: Metadata): string | null {
  if (type === CLASSES.text) return 'text';
  if (type === CLASSES.float) return [4, 8].includes(size) ? `float${8 * size}` : null;
  const isWhole = type === CLASSES.integer || (type === CLASSES.enumeration && enum_type?.type === CLASSES.integer);
  return isWhole && [1, 2, 4, 8].includes(size) ? `${signed ? '' : 'u'}int${8 * size}` : null;
}

/** @throws SteadygazeError `data-unreadable` */
export async function openHdf5(path: string): Promise<{ readonly file: File; readonly h5: H5 }> {
  const h5 = await load();
  let file: File | null = null;
  try {
    file = new h5.File(path, 'r');
  } catch {
    // As where the number of the file is none: it could not be opened.
  }
  if (file === null || file.file_id < 0n) {
    throw new SteadygazeError(
      'data-unreadable',
      'The HDF5 file is incomplete or damaged.',
      'Get it again from where it came from, and let the copy end before it is opened.',
    );
  }
  return { file, h5 };
}

/**
 * The items `from` .. `to - 1` of numbers. The library's own `slice` would hand out whatever lay in memory where
 * reading fails.
 * @returns row-major; bytes as a Uint8Array
 * @throws SteadygazeError `data-unreadable`
 */
export function readNumbers(h5: H5, set: Dataset, from: number, to: number): Uint8Array | Float64Array {
  const { Module } = h5;
  const { metadata } = set;
  const [, ...sizes] = metadata.shape ?? [];
  const count = [to - from, ...sizes].map(BigInt);
  const offset = [from, ...sizes.map(() => 0)].map(BigInt);
  const bytes = Number(count.reduce((product, size) => product * size, BigInt(metadata.size)));
  if (bytes > 4 * MOST_BYTES) throw unreadable('One picture of it is larger than what can be read.');
  const pointer = Module._malloc(Math.max(1, bytes));
  if (pointer === 0) throw unreadable('There is not enough memory to read it.');
  let raw: Uint8Array;
  try {
    const ones = count.map(() => 1n);
    const status = Module.get_dataset_data(set.file_id, set.path, count, offset, ones, BigInt(pointer));
    if (status < 0) throw unreadable('A part of it is damaged, or packed in a way that is not known here.');
    raw = Module.HEAPU8.slice(pointer, pointer + bytes);
  } catch (error) {
    throw error instanceof SteadygazeError ? error : unreadable('A part of it is damaged.');
  } finally {
    Module._free(pointer);
  }
  return typeOf(metadata) === 'uint8' ? raw : doubles(raw, metadata);
}

/** The library hands out little-endian values, whatever the file holds. */
function doubles(bytes: Uint8Array, metadata: Metadata): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const get: ((at: number) => number) | undefined = {
    int8: (at: number) => view.getInt8(at),
    uint16: (at: number) => view.getUint16(at, true),
    int16: (at: number) => view.getInt16(at, true),
    uint32: (at: number) => view.getUint32(at, true),
    int32: (at: number) => view.getInt32(at, true),
    uint64: (at: number) => Number(view.getBigUint64(at, true)),
    int64: (at: number) => Number(view.getBigInt64(at, true)),
    float32: (at: number) => view.getFloat32(at, true),
    float64: (at: number) => view.getFloat64(at, true),
  }[typeOf(metadata) ?? ''];
  if (get === undefined) throw unreadable('It holds no numbers.');
  return Float64Array.from({ length: bytes.length / metadata.size }, (_, i) => get(i * metadata.size));
}

const unreadable = (what: string): SteadygazeError =>
  new SteadygazeError('data-unreadable', `The HDF5 data set cannot be read. ${what}`);

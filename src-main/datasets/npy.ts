/**
 * Reads arrays that another program wrote with `numpy.save`, some items of the first axis at a time: 10,000 heatmaps of
 * 224 x 224 are 2 GB, and never lie in memory together.
 */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { NPY_LEAD, npyHeaderExtent, NpyProblem, parseNpyHeader } from './npy-header.ts';
import type { NpyHeader, NpyKind } from './npy-header.ts';
import { reasonOfSystem } from './picture-file.ts';

const BYTES: Readonly<Record<NpyKind, number>> = { f2: 2, f4: 4, f8: 8, u1: 1 };
const NAMES: Readonly<Record<NpyKind, string>> = { f2: 'float16', f4: 'float32', f8: 'float64', u1: 'uint8' };

/** An open NPY file. Close it. */
export class NpyFile {
  /** All sizes; the first is the number of items. */
  readonly shape: readonly number[];
  /** Values of one item. */
  readonly length: number;
  /** In NumPy's words: `float32`. */
  readonly type: string;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #header: NpyHeader;
  readonly #start: number;

  private constructor(path: string, file: FileHandle, header: NpyHeader, start: number, length: number) {
    this.#path = path;
    this.#file = file;
    this.#header = header;
    this.#start = start;
    this.shape = header.shape;
    this.length = length;
    this.type = NAMES[header.kind];
  }

  /** @throws SteadygazeError `not-found` without the file, `data-unreadable` where it is no such array */
  static async open(path: string): Promise<NpyFile> {
    let file: FileHandle;
    try {
      // Asked before it is opened: opening a pipe waits for somebody to write into it.
      if (!(await stat(path)).isFile()) throw said(path, new NpyProblem('is no file'));
      file = await open(path, 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `This file does not exist: ${path}`);
      throw said(path, error);
    }
    try {
      return await NpyFile.#read(path, file);
    } catch (error) {
      await file.close();
      throw said(path, error);
    }
  }

  static async #read(path: string, file: FileHandle): Promise<NpyFile> {
    const { size } = await file.stat();
    const lead = await readFully(file, Buffer.alloc(Math.min(size, NPY_LEAD)), 0);
    const { start, length } = npyHeaderExtent(lead);
    if (start + length > size) throw new NpyProblem('is cut off within its header');
    const header = parseNpyHeader((await readFully(file, Buffer.alloc(length), start)).toString('utf8'));
    const [count = 0, ...sizes] = header.shape;
    const values = productOf(sizes);
    // Before anything is allocated: a damaged header must not ask for a terabyte. Doubles hold the products exactly
    // as far as any file reaches, and an inexact one is none of a file.
    const expected = count * values * BYTES[header.kind];
    const actual = size - start - length;
    if (expected > actual)
      throw new NpyProblem(`is cut off: ${actual} of the ${expected} bytes of its array are there`);
    if (expected < actual) throw new NpyProblem(`holds ${actual - expected} bytes more than its header says`);
    return new NpyFile(path, file, header, start + length, values);
  }

  get count(): number {
    return this.shape[0] ?? 0;
  }

  /** How many items are well read at once: as many as leave memory for other things. */
  get slice(): number {
    const bytes = this.#header.fortran ? SLICE_BYTES.columns : SLICE_BYTES.rows;
    return Math.max(1, Math.min(this.count, Math.floor(bytes / (8 * Math.max(1, this.length)))));
  }

  /**
   * Reads the items `from` .. `to - 1`.
   * @returns [to - from, length], each item row-major; as doubles, which hold every kind exactly
   * @throws SteadygazeError `data-unreadable`
   */
  async read(from: number, to: number): Promise<Float64Array> {
    if (from < 0 || to > this.count || from > to) throw new RangeError(`items ${from} to ${to} of ${this.count}`);
    try {
      return this.#header.fortran ? await this.#readFortran(from, to) : await this.#readRows(from, to);
    } catch (error) {
      throw said(this.#path, error);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #readRows(from: number, to: number): Promise<Float64Array> {
    const size = this.length * BYTES[this.#header.kind];
    const bytes = await readFully(this.#file, Buffer.alloc((to - from) * size), this.#start + from * size);
    const out = new Float64Array((to - from) * this.length);
    this.#decode(bytes, (i, value) => (out[i] = value));
    return out;
  }

  /**
   * The first index runs fastest: value v (in Fortran's order) of all items lies together, `count` numbers. Of each such
   * column the wanted part is read.
   */
  async #readFortran(from: number, to: number): Promise<Float64Array> {
    const { kind, shape } = this.#header;
    const wanted = to - from;
    const out = new Float64Array(wanted * this.length);
    const place = rowMajorPlaces(shape.slice(1));
    // All of it in long reads, where (nearly) all of it is wanted; else column by column.
    const columns = wanted === this.count ? Math.max(1, Math.floor(COLUMN_BYTES / (wanted * BYTES[kind]))) : 1;
    for (let first = 0; first < this.length; first += columns) {
      const here = Math.min(columns, this.length - first);
      const position = this.#start + (first * this.count + from) * BYTES[kind];
      const bytes = await readFully(this.#file, Buffer.alloc(here * wanted * BYTES[kind]), position);
      this.#decode(bytes, (i, value) => {
        out[(i % wanted) * this.length + place[first + Math.floor(i / wanted)]] = value;
      });
    }
    return out;
  }

  #decode(bytes: Buffer, put: (i: number, value: number) => void): void {
    const { kind, bigEndian } = this.#header;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.byteLength / BYTES[kind];
    // One loop a kind: choosing within the loop takes several times as long.
    if (kind === 'f4') for (let i = 0; i < count; i++) put(i, view.getFloat32(4 * i, !bigEndian));
    else if (kind === 'f8') for (let i = 0; i < count; i++) put(i, view.getFloat64(8 * i, !bigEndian));
    else if (kind === 'u1') for (let i = 0; i < count; i++) put(i, bytes[i]);
    else for (let i = 0; i < count; i++) put(i, halfFloat(view.getUint16(2 * i, !bigEndian)));
  }
}

/** Bytes of one read of several columns. */
const COLUMN_BYTES = 2 ** 24;
/** Bytes of the doubles of one slice; in Fortran's order every slice costs a read per value of an item. */
const SLICE_BYTES = { rows: 2 ** 24, columns: 2 ** 28 };

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** Where value v of an item in Fortran's order lies in row-major order. */
function rowMajorPlaces(sizes: readonly number[]): Int32Array {
  const strides = sizes.map((_, axis) => productOf(sizes.slice(axis + 1)));
  const places = new Int32Array(productOf(sizes));
  for (let v = 0; v < places.length; v++) {
    let rest = v;
    for (let axis = 0; axis < sizes.length; axis++) {
      places[v] += (rest % sizes[axis]) * strides[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
  }
  return places;
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

async function readFully(file: FileHandle, bytes: Buffer, position: number): Promise<Buffer> {
  for (let done = 0; done < bytes.length;) {
    // Linux reads at most 2 GB at once.
    const { bytesRead } = await file.read(bytes, done, Math.min(2 ** 30, bytes.length - done), position + done);
    if (bytesRead === 0) throw new NpyProblem('has become shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}

/** The sentence for what happened to the file `path`. */
function said(path: string, error: unknown): unknown {
  if (error instanceof NpyProblem) {
    return new SteadygazeError(
      'data-unreadable',
      `${path} ${error.message}.`,
      'Save the heatmaps as one array [pictures, height, width]: numpy.save("maps.npy", maps.astype("float32")).',
    );
  }
  if (error instanceof SteadygazeError || systemCode(error) === undefined) return error;
  return new SteadygazeError('data-unreadable', `${path} cannot be read. ${reasonOfSystem(error)}`);
}

/**
 * The array of an NPY file, wherever its bytes are, some items of the first axis at a time: 10,000 heatmaps of 224 x 224
 * are 2 GB, and never lie in memory together.
 */
import type { ByteSource } from '../trees/byte-source.ts';
import { NPY_LEAD, npyHeaderExtent, NpyProblem, parseNpyHeader, REAL_KINDS } from './npy-header.ts';
import type { NpyHeader, NpyKind } from './npy-header.ts';

const NAMES: Readonly<Record<NpyKind, string>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  b1: 'bool',
  S: 'text',
  U: 'text',
};

export class NpyArray {
  /** All sizes; the first is the number of items. */
  readonly shape: readonly number[];
  /** Values of one item. */
  readonly length: number;
  /** In NumPy's words: `float32`; `text` for letters. */
  readonly type: string;
  /** True: the first index runs fastest, and single items are slow to read. */
  readonly fortran: boolean;
  readonly #source: ByteSource;
  readonly #header: NpyHeader;
  readonly #start: number;

  private constructor(source: ByteSource, header: NpyHeader, start: number, length: number) {
    this.#source = source;
    this.#header = header;
    this.#start = start;
    this.shape = header.shape;
    this.length = length;
    this.type = NAMES[header.kind];
    this.fortran = header.fortran && header.shape.length > 1;
  }

  /**
   * @param kinds of values that the caller can use
   * @throws NpyProblem, or the system's error
   */
  static async read(source: ByteSource, kinds: readonly NpyKind[] = REAL_KINDS): Promise<NpyArray> {
    const { size } = source;
    const lead = await readFully(source, 0, Math.min(size, NPY_LEAD));
    const { start, length } = npyHeaderExtent(lead);
    if (start + length > size) throw new NpyProblem('is cut off within its header');
    const header = parseNpyHeader((await readFully(source, start, length)).toString('utf8'), kinds);
    const [count = 0, ...sizes] = header.shape;
    const values = productOf(sizes);
    // Before anything is allocated: a damaged header must not ask for a terabyte. Doubles hold the products exactly
    // as far as any file reaches, and an inexact one is none of a file.
    const expected = (header.shape.length === 0 ? 1 : count) * values * header.bytes;
    const actual = size - start - length;
    if (expected > actual)
      throw new NpyProblem(`is cut off: ${actual} of the ${expected} bytes of its array are there`);
    if (expected < actual) throw new NpyProblem(`holds ${actual - expected} bytes more than its header says`);
    return new NpyArray(source, header, start + length, values);
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
   * Reads the items `from` .. `to - 1` of numbers.
   * @returns [to - from, length], each item row-major; as doubles, which hold every kind exactly (whole numbers to 2^53)
   * @throws NpyProblem, or the system's error
   */
  async numbers(from: number, to: number): Promise<Float64Array> {
    this.#check(from, to);
    return this.#header.fortran ? this.#readFortran(from, to) : this.#readRows(from, to);
  }

  /** Bytes as they are stored: of `uint8` and `bool`, not in Fortran's order. @throws as {@link numbers} */
  async bytes(from: number, to: number): Promise<Uint8Array> {
    this.#check(from, to);
    const size = this.length * this.#header.bytes;
    return readFully(this.#source, this.#start + from * size, (to - from) * size);
  }

  /** One text an item, without the zeros that fill it up. @throws as {@link numbers} */
  async texts(from: number, to: number): Promise<string[]> {
    const { kind, bytes: size, bigEndian } = this.#header;
    const bytes = Buffer.from(await this.bytes(from, to));
    return Array.from({ length: (to - from) * this.length }, (_, i) => {
      const item = bytes.subarray(i * size, (i + 1) * size);
      if (kind === 'S') return item.toString('utf8').replace(/\0+$/, '');
      let text = '';
      for (let at = 0; at < size; at += 4) {
        const code = bigEndian ? item.readUInt32BE(at) : item.readUInt32LE(at);
        if (code > 0x10ffff) throw new NpyProblem('is damaged: it holds letters that are none');
        if (code !== 0) text += String.fromCodePoint(code);
      }
      return text;
    });
  }

  #check(from: number, to: number): void {
    if (from < 0 || to > this.count || from > to) throw new RangeError(`items ${from} to ${to} of ${this.count}`);
  }

  async #readRows(from: number, to: number): Promise<Float64Array> {
    const size = this.length * this.#header.bytes;
    const bytes = await readFully(this.#source, this.#start + from * size, (to - from) * size);
    const out = new Float64Array((to - from) * this.length);
    this.#decode(bytes, (i, value) => (out[i] = value));
    return out;
  }

  /**
   * The first index runs fastest: value v (in Fortran's order) of all items lies together, `count` numbers. Of each such
   * column the wanted part is read.
   */
  async #readFortran(from: number, to: number): Promise<Float64Array> {
    const { bytes: size, shape } = this.#header;
    const wanted = to - from;
    const out = new Float64Array(wanted * this.length);
    const place = rowMajorPlaces(shape.slice(1));
    // All of it in long reads, where (nearly) all of it is wanted; else column by column.
    const columns = wanted === this.count ? Math.max(1, Math.floor(COLUMN_BYTES / (wanted * size))) : 1;
    for (let first = 0; first < this.length; first += columns) {
      const here = Math.min(columns, this.length - first);
      const position = this.#start + (first * this.count + from) * size;
      const bytes = await readFully(this.#source, position, here * wanted * size);
      this.#decode(bytes, (i, value) => {
        out[(i % wanted) * this.length + place[first + Math.floor(i / wanted)]] = value;
      });
    }
    return out;
  }

  #decode(bytes: Buffer, put: (i: number, value: number) => void): void {
    const { kind, bytes: size, bigEndian } = this.#header;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.byteLength / size;
    // One loop a kind: choosing within the loop takes several times as long.
    if (kind === 'f4') for (let i = 0; i < count; i++) put(i, view.getFloat32(4 * i, !bigEndian));
    else if (kind === 'f8') for (let i = 0; i < count; i++) put(i, view.getFloat64(8 * i, !bigEndian));
    else if (kind === 'u1' || kind === 'b1') for (let i = 0; i < count; i++) put(i, bytes[i]);
    else if (kind === 'f2') for (let i = 0; i < count; i++) put(i, halfFloat(view.getUint16(2 * i, !bigEndian)));
    else {
      const get = wholeNumbers(view, kind, !bigEndian);
      for (let i = 0; i < count; i++) put(i, get(i * size));
    }
  }
}

/** Reads a whole number at a byte. */
function wholeNumbers(view: DataView, kind: NpyKind, little: boolean): (at: number) => number {
  switch (kind) {
    case 'i1':
      return (at) => view.getInt8(at);
    case 'u2':
      return (at) => view.getUint16(at, little);
    case 'i2':
      return (at) => view.getInt16(at, little);
    case 'u4':
      return (at) => view.getUint32(at, little);
    case 'i4':
      return (at) => view.getInt32(at, little);
    case 'u8':
      return (at) => Number(view.getBigUint64(at, little));
    case 'i8':
      return (at) => Number(view.getBigInt64(at, little));
    default:
      throw new NpyProblem('holds texts, not numbers');
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

async function readFully(source: ByteSource, start: number, length: number): Promise<Buffer> {
  const bytes = await source.read(start, length);
  if (bytes.length < length) throw new NpyProblem('has become shorter while it was read');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

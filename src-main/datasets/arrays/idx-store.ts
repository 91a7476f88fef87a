/**
 * IDX files as arrays (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats"):
 * two zeros, a byte for the kind of numbers, a byte for the number of axes, then a 32-bit size an axis, then the numbers
 * row-major; everything big-endian. Files may be packed with gzip.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { gunzippedSource, treeSource } from '../trees/byte-source.ts';
import type { ByteSource } from '../trees/byte-source.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { productOf } from './stored-array.ts';
import type { ArrayStore, NumberArray, StoredArray } from './stored-array.ts';

interface Kind {
  readonly type: string;
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number;
}

const KINDS: ReadonlyMap<number, Kind> = new Map([
  [0x08, { type: 'uint8', bytes: 1, get: (view: DataView, at: number) => view.getUint8(at) }],
  [0x09, { type: 'int8', bytes: 1, get: (view: DataView, at: number) => view.getInt8(at) }],
  [0x0b, { type: 'int16', bytes: 2, get: (view: DataView, at: number) => view.getInt16(at) }],
  [0x0c, { type: 'int32', bytes: 4, get: (view: DataView, at: number) => view.getInt32(at) }],
  [0x0d, { type: 'float32', bytes: 4, get: (view: DataView, at: number) => view.getFloat32(at) }],
  [0x0e, { type: 'float64', bytes: 8, get: (view: DataView, at: number) => view.getFloat64(at) }],
]);

const isPacked = (file: string): boolean => /\.gz$/i.test(file);

/** @param files packed or not; what cannot be read of them is a problem */
export async function openIdxStore(tree: FileTree, files: readonly string[]): Promise<ArrayStore> {
  const arrays: StoredArray[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      const source = isPacked(file) ? await gunzippedSource(tree, file) : await treeSource(tree, file);
      arrays.push(await idxArray(file, source));
    } catch (error) {
      problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
    }
  }
  return { arrays, problems, close: () => Promise.resolve() };
}

/** @throws SteadygazeError `data-unreadable`, or the system's error */
async function idxArray(file: string, source: ByteSource): Promise<NumberArray> {
  const lead = Buffer.from(await source.read(0, 4 + 4 * 255));
  const kind = lead.length >= 4 && lead.readUInt16BE(0) === 0 ? KINDS.get(lead[2]) : undefined;
  const axes = lead.length >= 4 ? lead[3] : 0;
  const start = 4 + 4 * axes;
  if (kind === undefined || axes === 0 || axes > 8 || lead.length < start) throw unreadable('The file is no IDX file.');
  const shape = Array.from({ length: axes }, (_, axis) => lead.readUInt32BE(4 + 4 * axis));
  const expected = productOf(shape) * kind.bytes;
  const actual = source.size - start;
  if (actual !== expected) {
    throw unreadable(
      `The file is damaged: ${actual} bytes of numbers are there, but its beginning says ${shape.join(' x ')}, which is ${expected}.`,
    );
  }
  const item = productOf(shape.slice(1)) * kind.bytes;
  return {
    name: file,
    file,
    shape,
    type: kind.type,
    content: 'numbers',
    async read(from, to) {
      const bytes = await source.read(start + from * item, (to - from) * item);
      if (bytes.length < (to - from) * item) throw unreadable('The file has become shorter while it was read.');
      if (kind.type === 'uint8') return bytes;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Float64Array.from({ length: bytes.length / kind.bytes }, (_, i) => kind.get(view, i * kind.bytes));
    },
  };
}

const unreadable = (message: string): SteadygazeError =>
  new SteadygazeError('data-unreadable', message, 'Get the file again from where it came from.');

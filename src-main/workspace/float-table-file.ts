/**
 * Tables of 32-bit floats on disk: the NPY format, version 1.0 (numpy.lib.format): `numpy.load(path)` gives a float32
 * array [rows, columns].
 */
import { readFile } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';

export interface FloatTable {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] row-major. */
  readonly data: Float32Array;
}

const MAGIC = '\x93NUMPY\x01\x00';

/** Writes a table atomically. @throws RangeError when the sizes do not fit the data */
export async function writeFloatTable(path: string, { rows, columns, data }: FloatTable): Promise<void> {
  if (data.length !== rows * columns) throw new RangeError(`${data.length} values are not [${rows}, ${columns}]`);
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // The format asks for a header that ends with a newline at a multiple of 64 bytes.
  const total = Math.ceil((MAGIC.length + 2 + description.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(total + data.byteLength, ' ');
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt16LE(total - MAGIC.length - 2, MAGIC.length);
  bytes.write(description, MAGIC.length + 2, 'latin1');
  bytes[total - 1] = 0x0a;
  // Typed arrays are little-endian on every processor that Node runs on.
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), total);
  await writeFileAtomic(path, bytes);
}

/** @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged */
export async function readFloatTable(path: string): Promise<FloatTable> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `This table does not exist: ${path}`, 'Measure the run again.');
  }
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || bytes.length < MAGIC.length + 2) throw damaged(path);
  const start = MAGIC.length + 2 + bytes.readUInt16LE(MAGIC.length);
  const header = bytes.toString('latin1', MAGIC.length + 2, start);
  const shape = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$/.exec(header);
  if (shape === null) throw damaged(path);
  const [rows, columns] = shape.slice(1).map(Number);
  if (rows * columns * 4 !== bytes.length - start) throw damaged(path);
  // Copied: the values must begin at a multiple of four bytes.
  const data = new Float32Array(new Uint8Array(bytes.subarray(start)).buffer);
  return { rows, columns, data };
}

function damaged(path: string): SteadygazeError {
  return new SteadygazeError('study-corrupt', `This table is damaged: ${path}`, 'Measure the run again.');
}

/**
 * Heatmaps on disk: the NPY format, version 1.0 (numpy.lib.format): `numpy.load(open(path, 'rb'))`
 * gives a uint8 array [n, h, w], 255 = 1.0. One map of 50,000 is read without the others.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';

export interface Heatmaps {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** [count, height, width] row-major, 0..255. */
  readonly data: Uint8Array;
}

const MAGIC = '\x93NUMPY\x01\x00';

/** Heatmaps with values in [0,1] as bytes: round(255 x). Values outside are clipped, NaN becomes 0. */
export function quantizeHeatmaps(maps: Float32Array): Uint8Array {
  // Uint8ClampedArray rounds half to even, clips, and turns NaN into 0.
  return new Uint8Array(Uint8ClampedArray.from(maps, (value) => value * 255).buffer);
}

/** Writes `maps` atomically. Throws RangeError when the sizes do not fit the data. */
export async function writeHeatmaps(path: string, maps: Heatmaps): Promise<void> {
  const { count, height, width, data } = maps;
  if (data.length !== count * height * width) {
    throw new RangeError(`${data.length} values are not [${count}, ${height}, ${width}]`);
  }
  const description = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, ${height}, ${width}), }`;
  // The format asks for a header that ends with a newline at a multiple of 64 bytes.
  const total = Math.ceil((MAGIC.length + 2 + description.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(total + data.length, ' ');
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt16LE(total - MAGIC.length - 2, MAGIC.length);
  bytes.write(description, MAGIC.length + 2, 'latin1');
  bytes[total - 1] = 0x0a;
  bytes.set(data, total);
  await writeFileAtomic(path, bytes);
}

/** @throws SteadygazeError `not-found` without the file, `study-corrupt` when it is damaged */
export async function readHeatmaps(path: string): Promise<Heatmaps> {
  return withFile(path, async (file) => {
    const { count, height, width, start } = await readHeader(path, file);
    const data = await readExactly(path, file, count * height * width, start);
    return { count, height, width, data };
  });
}

/**
 * Some maps by their index (the row of the round's table), read alone.
 * @throws SteadygazeError `not-found` without the file or the map, `study-corrupt` when it is damaged
 */
export async function readSomeHeatmaps(path: string, indices: readonly number[]): Promise<Heatmaps> {
  return withFile(path, async (file) => {
    const { count, height, width, start } = await readHeader(path, file);
    const size = height * width;
    const data = new Uint8Array(indices.length * size);
    for (const [at, index] of indices.entries()) {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new SteadygazeError('not-found', `There is no heatmap ${index} among the ${count} of ${path}`);
      }
      data.set(await readExactly(path, file, size, start + index * size), at * size);
    }
    return { count: indices.length, height, width, data };
  });
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError(
      'not-found',
      `These heatmaps do not exist: ${path}`,
      'They are written when a round ends.',
    );
  }
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function readHeader(path: string, file: FileHandle) {
  const { size } = await file.stat();
  const lead = await readExactly(path, file, MAGIC.length + 2, 0);
  if (lead.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged(path);
  const start = MAGIC.length + 2 + lead.readUInt16LE(MAGIC.length);
  const text = (await readExactly(path, file, start - MAGIC.length - 2, MAGIC.length + 2)).toString('latin1');
  const shape = /^\{'descr': '\|u1', 'fortran_order': False, 'shape': \((\d+), (\d+), (\d+)\), \} *\n$/.exec(text);
  if (shape === null) throw damaged(path);
  const [count, height, width] = shape.slice(1).map(Number);
  // Before anything is allocated: a damaged header must not ask for a terabyte.
  if (count * height * width !== size - start) throw damaged(path);
  return { count, height, width, start };
}

async function readExactly(path: string, file: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw damaged(path);
    done += bytesRead;
  }
  return bytes;
}

function damaged(path: string): SteadygazeError {
  return new SteadygazeError(
    'study-corrupt',
    `The heatmaps in this file are damaged: ${path}`,
    'Put back a copy of the file, or run this arm again.',
  );
}

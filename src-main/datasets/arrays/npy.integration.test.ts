import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNpyHeader } from './npy-header.ts';
import { npyBytes } from './npy.fixture.ts';
import { NpyFile } from './npy.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-npy-'))));
afterAll(() => rm(folder, { recursive: true }));

async function opened(bytes: Uint8Array): Promise<NpyFile> {
  const path = join(folder, 'array.npy');
  await writeFile(path, bytes);
  return NpyFile.open(path);
}

/** Everything in the file, read `step` items at a time. */
async function readAll(bytes: Uint8Array, step = 1000): Promise<number[]> {
  const file = await opened(bytes);
  const values: number[] = [];
  try {
    for (let from = 0; from < file.count; from += step) {
      values.push(...(await file.read(from, Math.min(file.count, from + step))));
    }
  } finally {
    await file.close();
  }
  return values;
}

const shape = [3, 2, 2];
const values = [0, 1, 2, 3, 4.5, 5, 6, 7, 8, 9, 10, -11.25];

describe('what NumPy writes is read', () => {
  it.each(['<f4', '>f4', '=f4', '<f8', '>f8'])('%s, in every version of the format', async (descr) => {
    for (const version of [1, 2, 3] as const) {
      expect(await readAll(npyBytes({ descr, shape, values, version }), 2)).toEqual(values);
    }
  });

  it('bytes and half floats', async () => {
    expect(await readAll(npyBytes({ descr: '|u1', shape: [2, 1, 2], values: [0, 255, 7, 1] }))).toEqual([0, 255, 7, 1]);
    // 1, -2, 65504 (the largest), 2^-24 (the smallest), infinity, not a number: IEEE 754.
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x7e00];
    const expected = [1, -2, 65504, 2 ** -24, Infinity, NaN];
    for (const descr of ['<f2', '>f2']) {
      expect(await readAll(npyBytes({ descr, shape: [1, 2, 3], values: bits }))).toEqual(expected);
    }
  });

  it("Fortran's order, whole and by parts, becomes row-major items", async () => {
    // Item n, row y, column x holds 100 n + 10 y + x; in the file n runs fastest, then y, then x.
    const file: number[] = [];
    for (let x = 0; x < 2; x++) for (let y = 0; y < 3; y++) for (let n = 0; n < 4; n++) file.push(100 * n + 10 * y + x);
    const rows = [0, 100, 200, 300].flatMap((n) => [0, 1, 10, 11, 20, 21].map((place) => n + place));
    const bytes = npyBytes({ descr: '<f4', shape: [4, 3, 2], values: file, fortran: true });
    for (const step of [1, 3, 4]) expect(await readAll(bytes, step)).toEqual(rows);
  });

  it('headers of older programs: other spaces, quotes and orders of entries', () => {
    const header = { kind: 'f4', bytes: 4, bigEndian: false, fortran: false, shape: [60, 7, 7] };
    expect(parseNpyHeader(`{"shape":(60L, 7L,7) , 'fortran_order' :False,"descr": '<f4'}`)).toEqual(header);
    expect(parseNpyHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }   \n`).shape).toEqual([5]);
  });
});

describe('what is refused, in a sentence', () => {
  const refuses = async (bytes: Uint8Array, sentence: RegExp) => {
    await expect(opened(bytes)).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(sentence) as unknown,
    });
  };
  const good = npyBytes({ descr: '<f4', shape, values });

  it('a file that is cut off, and one that holds more than it says', async () => {
    await refuses(good.subarray(0, good.length - 1), /is cut off: 47 of the 48 bytes/);
    await refuses(good.subarray(0, 40), /is cut off within its header/);
    await refuses(Buffer.concat([good, Buffer.alloc(1)]), /holds 1 bytes more than its header says/);
    const lying = npyBytes({ descr: '<f4', shape: [99_999_999, 9999, 9999], values });
    await refuses(lying, /is cut off: 48 of the/);
  });

  it('other files', async () => {
    await refuses(Buffer.from(''), /is no NPY file/);
    await refuses(Buffer.from('index,x0,y0,x1,y1\n'), /is no NPY file/);
    await refuses(Buffer.from('PK\x03\x04 and more bytes'), /is an NPZ archive/);
    const version = Buffer.from(good);
    version[6] = 4;
    await refuses(version, /of version 4/);
    const long = Buffer.from(npyBytes({ descr: '<f4', shape, values, version: 2 }));
    long.writeUInt32LE(2 ** 31, 8);
    await refuses(long, /header is too long/);
  });

  it('other contents, and nothing is ever run', async () => {
    await refuses(npyBytes({ descr: '|O8', shape, values: [] }), /holds Python objects, which are never opened/);
    await refuses(npyBytes({ descr: '<i8', shape, values: [] }), /holds numbers of the type <i8/);
    const code = `{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(), 2), }`;
    expect(() => parseNpyHeader(code)).toThrow(/header cannot be understood/);
    expect(() => parseNpyHeader(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }`)).toThrow(
      /fields/,
    );
    expect(() => parseNpyHeader(`{'descr': '<f4', 'shape': (2,), }`)).toThrow(/header cannot be understood/);
  });

  it('a file that is not there, and a folder', async () => {
    await expect(NpyFile.open(join(folder, 'none.npy'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(NpyFile.open(folder)).rejects.toMatchObject({ code: 'data-unreadable' });
  });
});

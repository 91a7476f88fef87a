/** HDF5 files as published data sets have them, in small, written by the HDF5 library (h5wasm). */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GuessableDataTypes } from 'h5wasm';
import { pictureNumbers, roundRobin } from '../arrays/arrays.fixture.ts';

export interface Hdf5Content {
  readonly data: GuessableDataTypes;
  readonly shape: readonly number[];
  /** Items of the first axis that are packed together; without it nothing is packed. */
  readonly chunk?: number;
}

/** @param sets by path; groups are made as needed */
export async function writeHdf5(path: string, sets: Readonly<Record<string, Hdf5Content>>): Promise<void> {
  const h5 = await import('h5wasm/node');
  await h5.ready;
  await mkdir(dirname(path), { recursive: true });
  const file = new h5.File(path, 'w');
  for (const [name, { data, shape, chunk }] of Object.entries(sets)) {
    const [last = name, ...groups] = name.split('/').reverse();
    let group: InstanceType<typeof h5.Group> = file;
    for (const each of groups.reverse()) {
      group = group.keys().includes(each) ? (group.get(each) as typeof group) : group.create_group(each);
    }
    const packed = chunk === undefined ? {} : { chunks: [chunk, ...shape.slice(1)], compression: 'gzip' as const };
    group.create_dataset({ name: last, data, shape: [...shape], ...packed });
  }
  file.close();
}

const whole = (values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);

/** The cats of Coursera's course: two files, with the names of the classes. Picture i is patchwork `1 + i`, or `50 + i`. */
export async function writeCats(folder: string): Promise<void> {
  for (const [split, count, seed] of [
    ['train', 8, 1],
    ['test', 4, 50],
  ] as const) {
    await writeHdf5(`${folder}/${split}_catvnoncat.h5`, {
      list_classes: { data: ['non-cat', 'cat'], shape: [2] },
      [`${split}_set_x`]: { data: await pictureNumbers(count, 16, 3, seed), shape: [count, 16, 16, 3] },
      [`${split}_set_y`]: { data: whole(roundRobin(count, 2)), shape: [count] },
    });
  }
}

/** PatchCamelyon (Veeling et al. 2018): pictures and labels in files of their own, labels as [N, 1, 1, 1], packed. */
export async function writeCamelyon(folder: string): Promise<void> {
  for (const [split, count, seed] of [
    ['train', 10, 1],
    ['valid', 4, 40],
    ['test', 4, 50],
  ] as const) {
    const base = `${folder}/camelyonpatch_level_2_split_${split}`;
    const x = await pictureNumbers(count, 12, 3, seed);
    await writeHdf5(`${base}_x.h5`, { x: { data: x, shape: [count, 12, 12, 3], chunk: 3 } });
    await writeHdf5(`${base}_y.h5`, {
      y: { data: Uint8Array.from(roundRobin(count, 2)), shape: [count, 1, 1, 1], chunk: 4 },
    });
  }
}

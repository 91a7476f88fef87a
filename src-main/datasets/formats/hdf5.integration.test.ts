import { readFile, writeFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coloursFirst, labelled, pictureNumbers, pixelsOf, roundRobin } from '../arrays/arrays.fixture.ts';
import { openData } from '../open-data.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { writeCamelyon, writeCats, writeHdf5 } from './hdf5.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

describe('published data sets', () => {
  it("Coursera's cats: a file a split, names of classes", async () => {
    await writeCats(root);
    for (const path of [root, `${root}/train_catvnoncat.h5`]) {
      const { dataset, candidates, sentence } = await openData(path, { seed: 1 });
      expect(candidates[0]).toMatchObject({ format: 'hdf5', certainty: 0.8 });
      expect(sentence).toMatch(/^HDF5 files: 12 pictures of 16 x 16 pixels, coloured, in 2 arrays; labels from /);
      expect(dataset.classes).toEqual(['non-cat', 'cat']);
      expect(labelled(dataset)).toMatchObject({
        'train_catvnoncat.h5#train_set_x/1': 'cat',
        'test_catvnoncat.h5#test_set_x/2': 'non-cat',
      });
      const id = 'test_catvnoncat.h5#test_set_x/2';
      expect(await pixelsOf(dataset, id)).toEqual([...(await pictureNumbers(1, 16, 3, 52))]);
    }
  });

  it('PatchCamelyon: a file each for pictures and labels, packed in chunks; also within an archive', async () => {
    await writeCamelyon(root);
    const { dataset } = await openData(root, { seed: 1 });
    expect(dataset.splitOrigin).toBe('folders');
    expect(dataset.classes).toEqual(['0', '1']);
    expect(dataset.samples.filter(({ split }) => split === 'val')).toHaveLength(4);
    // The last one is alone in its chunk.
    const id = 'camelyonpatch_level_2_split_train_x.h5#x/9';
    expect(labelled(dataset)[id]).toBe('1');
    expect(await pixelsOf(dataset, id)).toEqual([...(await pictureNumbers(1, 12, 3, 10))]);
    const names = ['train', 'valid', 'test'].flatMap((split) =>
      ['x', 'y'].map((part) => `camelyonpatch_level_2_split_${split}_${part}.h5`),
    );
    const entries = await Promise.all(
      names.map(async (name) => [name, new Uint8Array(await readFile(`${root}/${name}`))]),
    );
    await writeFiles(root, { 'zip/all.zip': zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>) });
    const packed = await openData(`${root}/zip/all.zip`, { seed: 1 });
    expect(packed.dataset.samples.map(({ id, hash }) => [id, hash])).toEqual(
      dataset.samples.map(({ id, hash }) => [id, hash]),
    );
    expect(await pixelsOf(packed.dataset, id)).toEqual(await pixelsOf(dataset, id));
  });

  it('groups, shares of white, colours first; several pictures to choose from', async () => {
    const bytes = await pictureNumbers(4, 8, 3);
    await writeHdf5(`${root}/some.h5`, {
      'set/images': { data: Float32Array.from(coloursFirst(bytes, 4), (value) => value / 255), shape: [4, 3, 8, 8] },
      'set/labels': { data: ['oak', 'elm', 'oak', 'elm'], shape: [4] },
      'set/depth': { data: Uint16Array.from({ length: 256 }, (_, i) => i * 5), shape: [4, 8, 8] },
    });
    const { dataset, choices } = await openData(`${root}/some.h5`, { seed: 1 });
    expect(dataset.classes).toEqual(['elm', 'oak']);
    expect(choices.map(({ value }) => value)).toEqual(['some.h5#set/images', 'some.h5#set/labels', 'chw', 'share']);
    expect(await pixelsOf(dataset, 'some.h5#set/images/3')).toEqual([...bytes.subarray(3 * 192)]);
    expect(choices[0]?.options.map(({ label }) => label)).toEqual([
      'some.h5#set/images (4 x 3 x 8 x 8, float32)',
      'some.h5#set/depth (4 x 8 x 8, uint16)',
    ]);
    const answered = await openData(`${root}/some.h5`, { seed: 1, choices: { pictures: 'some.h5#set/depth' } });
    // 0 to 5 x 255 = 1275 in steps of 5: the sample is everything, so that value i is byte i.
    const expected = Array.from({ length: 64 }, (_, i) => 64 + i);
    expect(await pixelsOf(answered.dataset, 'some.h5#set/depth/1')).toEqual(expected);
  });
});

describe('what is wrong is said', () => {
  it('files that are cut off, and others of that name', async () => {
    await writeCats(root);
    const train = await readFile(`${root}/test_catvnoncat.h5`);
    for (const [bytes, sentence] of [
      [train.subarray(0, -100), 'The HDF5 file is incomplete or damaged.'],
      [train.subarray(0, 60), 'The HDF5 file is incomplete or damaged.'],
      [Buffer.from('no HDF5'), 'The file is no HDF5 file, whatever its name says.'],
    ] as const) {
      await writeFile(`${root}/test_catvnoncat.h5`, bytes);
      const { dataset } = await openData(root, { seed: 1 });
      expect(dataset.samples).toHaveLength(8);
      expect(dataset.problems).toContainEqual({ file: 'test_catvnoncat.h5', kind: 'unreadable', reason: sentence });
    }
  });

  it('a picture whose chunk is damaged is left out, not made of what lies in memory', async () => {
    const bytes = await pictureNumbers(6, 32, 3);
    await writeHdf5(`${root}/some.h5`, {
      x: { data: bytes, shape: [6, 32, 32, 3], chunk: 1 },
      y: { data: Int32Array.from(roundRobin(6, 2)), shape: [6] },
    });
    const file = await readFile(`${root}/some.h5`);
    // Each chunk is a zlib stream of its own; the checksum at its end no longer fits.
    const starts: number[] = [];
    for (let at = file.indexOf('\x78\x5e', 0, 'latin1'); at >= 0; at = file.indexOf('\x78\x5e', at + 1, 'latin1')) {
      starts.push(at);
    }
    expect(starts.length).toBeGreaterThanOrEqual(6);
    file.fill(0, starts[2] + 200, starts[2] + 260);
    await writeFile(`${root}/some.h5`, file);
    const { dataset } = await openData(`${root}/some.h5`, { seed: 1 });
    expect(dataset.samples).toHaveLength(5);
    const damaged = dataset.problems.filter(({ kind }) => kind === 'unreadable');
    expect(damaged.map(({ reason }) => reason)).toEqual([
      'The HDF5 data set cannot be read. A part of it is damaged, or packed in a way that is not known here.',
    ]);
  });

  it('links to other files are not followed; weights of a network are no pictures', async () => {
    const h5 = await import('h5wasm/node');
    await writeHdf5(`${root}/weights.h5`, {
      'conv/kernel': { data: new Float32Array(3 * 3 * 3 * 8), shape: [3, 3, 3, 8] },
    });
    const file = new h5.File(`${root}/weights.h5`, 'a');
    file.create_external_link('/etc/other.h5', '/x', 'images');
    file.close();
    await expect(openData(`${root}/weights.h5`, { seed: 1 })).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(/images: It lies in another file, which is not opened/) as unknown,
    });
  });
});

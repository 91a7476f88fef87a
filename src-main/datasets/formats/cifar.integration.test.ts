import { rm } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pictureNumbers } from '../arrays/arrays.fixture.ts';
import { datasetFromJson, datasetToJson } from '../dataset-file.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { openPictures } from '../picture-reader.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { cifarRecords, writeCifar10, writeCifar100 } from './cifar.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const labelled = ({ classes, samples }: Dataset): Readonly<Record<string, string>> =>
  Object.fromEntries(samples.map(({ id, label }) => [id, classes[label]]));

describe('CIFAR-10', () => {
  it('batches, names, and pixels in their places', async () => {
    await writeCifar10(root);
    for (const path of [root, `${root}/test_batch.bin`]) {
      const { dataset, candidates, sentence } = await openData(path, { seed: 1 });
      expect(candidates[0]).toMatchObject({ format: 'cifar', certainty: 0.9 });
      expect(sentence).toBe('CIFAR-10, binary version: 16 pictures of 32 x 32 pixels.');
      // Seven of the ten classes have no picture in the small one.
      expect(dataset.classes).toEqual(['airplane', 'automobile', 'bird']);
      expect(labelled(dataset)).toMatchObject({ 'data_batch_2.bin#4': 'automobile', 'test_batch.bin#0': 'bird' });
      const tests = dataset.samples.filter(({ split }) => split === 'test').map(({ id }) => id);
      expect(tests).toEqual([0, 1, 2, 3].map((i) => `test_batch.bin#${i}`));
    }
    const { dataset } = await openData(root, { seed: 1 });
    const reader = await openPictures(datasetFromJson(datasetToJson(dataset)));
    const read = await sharp(await reader.read('data_batch_2.bin#4'))
      .raw()
      .toBuffer();
    await reader.close();
    expect(Buffer.compare(read, await pictureNumbers(1, 32, 3, 24))).toBe(0);
  });

  it('files that end too early, labels without a name, no names', async () => {
    await writeCifar10(root);
    const whole = await cifarRecords([[0], [11], [2]], 1);
    await writeFiles(root, { 'data_batch_1.bin': whole.subarray(0, -1), 'data_batch_2.bin': '' });
    const { dataset } = await openData(root, { seed: 1 });
    const reasons = dataset.problems.filter(({ file }) => file === 'data_batch_1.bin').map(({ reason }) => reason);
    expect(reasons).toEqual([
      'The file is incomplete: 9218 bytes are 2 pictures and a part of another one.',
      '1 of its pictures have a label that none of the 10 names belongs to; they are left out.',
    ]);
    expect(dataset.samples.filter(({ split }) => split !== 'test').map(({ id }) => id)).toEqual(['data_batch_1.bin#0']);
    await rm(`${root}/batches.meta.txt`);
    expect((await openData(root, { seed: 1 })).dataset.classes).toEqual(['0', '1', '2', '11']);
  });

  it('the version for Python is refused, with the reason', async () => {
    // Protocol 2: PROTO 2, EMPTY_DICT, STOP.
    await writeFiles(root, { data_batch_1: Buffer.from('\x80\x02}.', 'latin1'), 'batches.meta': '' });
    await expect(openData(root, { seed: 1 })).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(/version of CIFAR-10 for Python.*can run programs/) as unknown,
      hint: expect.stringMatching(/binary version/) as unknown,
    });
  });
});

describe('CIFAR-100', () => {
  it('fine labels, or coarse ones where a person says so', async () => {
    await writeCifar100(root);
    const { dataset, choices } = await openData(root, { seed: 1 });
    expect(choices.map(({ key, value }) => [key, value])).toEqual([['labels', 'fine']]);
    expect(dataset.classes).toEqual(['apple', 'aquarium_fish', 'baby', 'bear']);
    expect(labelled(dataset)).toMatchObject({ 'train.bin#5': 'bear', 'test.bin#1': 'aquarium_fish' });
    const { dataset: coarse, sentence } = await openData(root, { seed: 1, choices: { labels: 'coarse' } });
    expect(sentence).toBe('CIFAR-100, binary version: 10 pictures of 32 x 32 pixels with the coarse labels.');
    expect(coarse.classes).toEqual(['fruit', 'fish', 'people']);
    expect(labelled(coarse)).toMatchObject({ 'train.bin#5': 'people', 'test.bin#0': 'fruit' });
    expect(coarse.samples.map(({ hash }) => hash)).toEqual(dataset.samples.map(({ hash }) => hash));
  });
});

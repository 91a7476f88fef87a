import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFromJson, datasetToJson } from '../dataset-file.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { openPictures, sha256 } from '../picture-reader.ts';
import { temporaryFolder } from '../pictures/pictures.fixture.ts';
import { stl10Pixels, writeStl10 } from './stl10.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const TRAIN = [1, 2, 10, 1, 2, 10];
const reasons = (dataset: Dataset, file: string): string[] =>
  dataset.problems.filter((problem) => problem.file === file).map((problem) => `${problem.kind}: ${problem.reason}`);
const described = (dataset: Dataset, split: string): Record<string, string> =>
  Object.fromEntries(
    dataset.samples
      .filter((sample) => sample.split === split)
      .map((sample) => [sample.id, dataset.classes[sample.label]]),
  );

describe('STL-10', () => {
  it('reads labels, the published test split and the pixels, and leaves pictures without labels aside', async () => {
    await writeStl10(root, {
      train: TRAIN,
      test: [2, 10, 1],
      folds: [
        [0, 1, 2],
        [3, 4, 5, 0],
      ],
      unlabelled: 3,
    });
    const { dataset, candidates, sentence, choices } = await openData(root, { seed: 0, valShare: 0 });
    expect(candidates[0]).toMatchObject({
      format: 'stl10',
      certainty: 0.95,
      reason: 'There is a train_X.bin with 6 pictures of 96 x 96.',
    });
    expect(sentence).toBe('STL-10: 6 training pictures, 3 test pictures.');
    expect(dataset.classes).toEqual(['airplane', 'bird', 'truck']);
    expect(described(dataset, 'test')).toEqual({
      'test_X.bin#0': 'bird',
      'test_X.bin#1': 'truck',
      'test_X.bin#2': 'airplane',
    });
    expect(described(dataset, 'train')).toMatchObject({ 'train_X.bin#0': 'airplane', 'train_X.bin#5': 'truck' });
    expect(reasons(dataset, 'unlabeled_X.bin')).toEqual(['unlabelled: 3 pictures without labels are left aside.']);
    expect(choices.map(({ key, value, options }) => [key, value, options.map((option) => option.label)])).toEqual([
      ['fold', 'all', ['all 6 training pictures', 'fold 1: 3 pictures', 'fold 2: 4 pictures']],
    ]);

    // The dataset as a study keeps it leads to the same bytes, and these to the pixels that were written.
    const reopened = datasetFromJson(JSON.parse(JSON.stringify(datasetToJson(dataset))));
    const reader = await openPictures(reopened);
    for (const { id, hash } of dataset.samples) expect(sha256(await reader.read(id))).toBe(hash);
    const pixels = await sharp(await reader.read('train_X.bin#4'))
      .raw()
      .toBuffer();
    await reader.close();
    expect(pixels.equals(await stl10Pixels(5))).toBe(true);
  });

  it('takes one fold, also from the folder around and with only the training files', async () => {
    await writeStl10(join(root, 'stl10_binary'), {
      train: TRAIN,
      folds: [
        [0, 1],
        [3, 4, 5],
      ],
    });
    const opened = await openData(root, { seed: 0, valShare: 0, testShare: 0, choices: { fold: '2' } });
    expect(opened.dataset.samples.map(({ id }) => id)).toEqual([
      'stl10_binary/train_X.bin#3',
      'stl10_binary/train_X.bin#4',
      'stl10_binary/train_X.bin#5',
    ]);
    expect(opened.sentence).toBe('STL-10, fold 2: 3 training pictures, 0 test pictures.');
    expect(opened.choices[0].value).toBe('2');
    const unknown = await openData(join(root, 'stl10_binary', 'train_X.bin'), { seed: 0, choices: { fold: '11' } });
    expect(unknown.dataset).toMatchObject({ format: 'stl10', focus: 'train_X.bin' });
    expect(unknown.choices[0].value).toBe('all');
  });

  it('says what is wrong with damaged files, and reads the rest', async () => {
    await writeStl10(root, {
      train: [1, 2, 0, 1, 2, 11],
      test: [1, 2],
      folds: [
        [0, 1, 6],
        [1, 3],
      ],
    });
    await truncate(join(root, 'test_X.bin'), 27_648 + 100);
    await writeFile(join(root, 'class_names.txt'), 'one\r\ntwo\r\n');
    await writeFile(join(root, 'fold_indices.txt'), '\ufeff0 1 6 x\r\n1 3\r\n');
    const { dataset } = await openData(root, { seed: 0, valShare: 0 });
    expect(dataset.samples.map(({ id }) => id)).toEqual([
      'test_X.bin#0',
      ...['train_X.bin#0', 'train_X.bin#1', 'train_X.bin#3', 'train_X.bin#4'],
    ]);
    expect(reasons(dataset, 'test_X.bin')).toEqual([
      'bad-annotation: The file ends within a picture: 1 whole picture of 27,648 bytes can be read.',
    ]);
    expect(reasons(dataset, 'test_y.bin')).toEqual([
      'bad-annotation: There are 2 labels for 1 picture; the rest is left out.',
    ]);
    expect(reasons(dataset, 'train_X.bin#5')).toEqual([
      'bad-annotation: The label is 11; STL-10 has labels from 1 to 10.',
    ]);
    expect(reasons(dataset, 'class_names.txt')).toEqual([
      'bad-annotation: The list holds 2 names instead of 10 different ones; the published names are used.',
    ]);
    expect(reasons(dataset, 'fold_indices.txt')).toEqual([
      'bad-annotation: Line 1: 2 of 4 numbers are none of a training picture (0 to 5), such as "6".',
    ]);
  });

  it('refuses training pictures without labels in a sentence', async () => {
    await writeStl10(root, { train: TRAIN });
    await rm(join(root, 'train_y.bin'));
    await expect(openData(root, { seed: 0 })).rejects.toMatchObject({
      code: 'data-unreadable',
      message:
        'No training picture of STL-10 can be read. There are no labels for train_X.bin: the file train_y.bin is missing.',
    });
  });
});

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFromJson, datasetToJson } from '../dataset-file.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { decodeUnchanged, openPictures, sha256 } from '../picture-reader.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { writeCub } from './cub.fixture.ts';
import type { CubPicture } from './cub.fixture.ts';

let root: string;
let remove: () => Promise<void>;
let folder: string;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  folder = join(root, 'CUB_200_2011');
});
afterEach(() => remove());

const CLASSES = ['001.Black_footed_Albatross', '002.Laysan_Albatross', '010.Red_winged_Blackbird'];
const PICTURES: readonly CubPicture[] = [
  { label: 1, training: false, box: [5, 6, 20, 10], bird: 255 },
  { label: 3, training: true, box: [0, 0, 50, 40], bird: 204 },
  { label: 2, training: true, box: [2.5, 3, 10, 10] },
  { label: 1, training: true, box: [1, 1, 49, 39], bird: 102 },
];
const IDS = [
  'CUB_200_2011/images/001.Black_footed_Albatross/Black_footed_Albatross_0001_101.jpg',
  'CUB_200_2011/images/001.Black_footed_Albatross/Black_footed_Albatross_0004_104.jpg',
  'CUB_200_2011/images/002.Laysan_Albatross/Laysan_Albatross_0003_103.jpg',
  'CUB_200_2011/images/010.Red_winged_Blackbird/Red_winged_Blackbird_0002_102.jpg',
];
const reasons = (dataset: Dataset, file: string): string[] =>
  dataset.problems.filter((problem) => problem.file === file).map((problem) => `${problem.kind}: ${problem.reason}`);

describe('CUB-200-2011', () => {
  it('reads classes, the published parts, boxes, and segmentations that lie beside', async () => {
    await writeCub(folder, join(root, 'segmentations'), CLASSES, PICTURES);
    const { dataset, candidates, sentence } = await openData(root, { seed: 0, valShare: 0 });
    expect(candidates[0]).toMatchObject({ format: 'cub', certainty: 0.95 });
    expect(sentence).toBe('CUB-200-2011, 4 pictures of birds, parted into training and test as published.');
    expect(dataset.classes).toEqual(['Black footed Albatross', 'Laysan Albatross', 'Red winged Blackbird']);
    expect(dataset.samples.map(({ id, label, split }) => [id, label, split])).toEqual([
      [IDS[0], 0, 'test'],
      [IDS[1], 0, 'train'],
      [IDS[2], 1, 'train'],
      [IDS[3], 2, 'train'],
    ]);
    expect(dataset.samples.map(({ boxes }) => boxes)).toEqual([
      [{ x0: 5, y0: 6, x1: 25, y1: 16 }],
      [{ x0: 1, y0: 1, x1: 50, y1: 40 }],
      [{ x0: 2.5, y0: 3, x1: 12.5, y1: 13 }],
      [{ x0: 0, y0: 0, x1: 50, y1: 40 }],
    ]);
    expect(dataset.samples[0].mask).toBe(IDS[0].replace('CUB_200_2011/images', 'segmentations').replace('jpg', 'png'));
    expect(dataset.samples[2].mask).toBeNull();

    const reader = await openPictures(datasetFromJson(JSON.parse(JSON.stringify(datasetToJson(dataset)))));
    for (const { id, hash } of dataset.samples) expect(sha256(await reader.read(id))).toBe(hash);
    // 4 of 5 annotators agree: brighter than half. Cells of 5 x 4 pixels: the middles of columns 1 and 2 and of rows 1 to 3
    // (y = 6, 10, 14) lie within 5..14.
    const { mask, maskHash } = dataset.samples[3];
    const pixels = await decodeUnchanged(reader, 'mask', mask ?? '', maskHash ?? '', 10);
    await reader.close();
    expect([...pixels].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([11, 12, 21, 22, 31, 32]);
  });

  it('finds segmentations inside, takes a table for the folder, and does without the tables that may be missing', async () => {
    await writeCub(folder, join(folder, 'segmentations'), CLASSES, PICTURES);
    const opened = await openData(join(folder, 'images.txt'), { seed: 0, valShare: 0 });
    expect(opened.dataset).toMatchObject({ format: 'cub', focus: 'images.txt' });
    expect(opened.dataset.samples.map(({ mask }) => mask?.split('/')[0])).toEqual([
      ...['segmentations', 'segmentations', undefined, 'segmentations'],
    ]);
    await rm(join(folder, 'train_test_split.txt'));
    await rm(join(folder, 'bounding_boxes.txt'));
    const { dataset, sentence } = await openData(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(sentence).toBe('CUB-200-2011, 4 pictures of birds.');
    expect(dataset.samples.every(({ split, boxes }) => split === 'train' && boxes.length === 0)).toBe(true);
  });

  it('says what is wrong with lines and files', async () => {
    await writeCub(folder, join(root, 'segmentations'), CLASSES, PICTURES);
    const crlf = async (name: string, change: (text: string) => string): Promise<void> => {
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(join(folder, name), `\ufeff${change(text).replaceAll('\n', '\r\n')}`);
    };
    await crlf('images.txt', (text) => `${text}5 ../../outside.jpg\n6 ${IDS[0].slice(20)}\nno number\n4 twice.jpg\n`);
    await crlf('image_class_labels.txt', (text) => text.replace('3 2', '3 9'));
    await crlf('train_test_split.txt', (text) => text.replace('2 1', '2 yes'));
    await crlf('bounding_boxes.txt', (text) => text.replace('1 5.0', '1 five'));
    await crlf('classes.txt', (text) => text.replace('010.Red_winged_Blackbird', '003.Black_footed_Albatross'));
    const old = IDS[1].replace('CUB_200_2011/images', 'segmentations').replace('jpg', 'png');
    await rename(join(root, old), join(root, old.replace('0004', '0007')));
    await writeFiles(folder, { 'images/extra.jpg': 'x' });
    const { dataset } = await openData(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(dataset.classes).toEqual(['001.Black_footed_Albatross', '003.Black_footed_Albatross']);
    expect(dataset.samples.map(({ id, split }) => [id, split])).toEqual([
      [IDS[0], 'test'],
      [IDS[1], 'train'],
      [IDS[3], 'train'],
    ]);
    expect(reasons(dataset, 'CUB_200_2011/images.txt')).toEqual([
      'bad-annotation: Line 7 does not begin with a number and a space.',
      'bad-annotation: Line 8: number 4 stands there twice.',
      `bad-annotation: Line 6: "${IDS[0].slice(20)}" is named a second time.`,
    ]);
    expect(reasons(dataset, 'CUB_200_2011/images/../../outside.jpg')).toEqual([
      'missing-picture: Line 5 of images.txt names it, but it is not there.',
    ]);
    expect(reasons(dataset, IDS[2])).toEqual(['unlabelled: The class of the picture, "9", is not in classes.txt.']);
    expect(reasons(dataset, 'CUB_200_2011/train_test_split.txt')).toEqual([
      'bad-annotation: Line 2: "yes" is neither 1 (training) nor 0 (test).',
    ]);
    expect(reasons(dataset, 'CUB_200_2011/bounding_boxes.txt')).toEqual([
      'bad-box: Line 1: x0, y0, x1 and y1 must be numbers.',
    ]);
    expect(reasons(dataset, 'CUB_200_2011/images')).toEqual([
      'unlabelled: Not named in images.txt: 1 file of this folder.',
    ]);
    expect(reasons(dataset, old.replace('0004', '0007'))).toEqual([
      'bad-mask: Belonging to no picture of images.txt: 1 mask, such as this.',
    ]);
  });
});

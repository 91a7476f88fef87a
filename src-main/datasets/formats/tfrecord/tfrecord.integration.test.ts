import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelled, pictureNumbers, pixelsOf } from '../../arrays/arrays.fixture.ts';
import { datasetFromJson, datasetToJson } from '../../dataset-file.ts';
import type { Dataset, Sample } from '../../dataset.ts';
import { openData } from '../../open-data.ts';
import { openPictures } from '../../picture-reader.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../../pictures/pictures.fixture.ts';
import { example, record, recordFile, writeRecords } from './tfrecord.fixture.ts';
import type { FeatureContent } from './tfrecord.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** As TF-Slim and the Object Detection API write pictures. */
const slim = async (seed: number, text: string, label: number): Promise<Record<string, FeatureContent>> => ({
  'image/encoded': await patchworkJpeg(seed, 40, 20),
  'image/format': 'jpeg',
  'image/height': [20],
  'image/width': [40],
  'image/class/text': text,
  'image/class/label': [label],
  'image/filename': `${seed}.jpg`,
});

/** In the order of the file: ids are sorted as texts. */
const inOrder = ({ samples }: Dataset): Sample[] =>
  [...samples].sort((a, b) => Number(a.id.split('#')[1]) - Number(b.id.split('#')[1]));

describe('what TensorFlow writes', () => {
  it('shards, texts as classes, splits by name, the pictures as they are', async () => {
    const train = [await slim(1, 'oak', 0), await slim(2, 'elm', 1), await slim(3, 'oak', 0), await slim(4, 'elm', 1)];
    await writeRecords(root, {
      'trees-train.tfrecord-00000-of-00002': train.slice(0, 2),
      'trees-train.tfrecord-00001-of-00002': train.slice(2),
      'trees-test.tfrecord-00000-of-00001': [await slim(5, 'elm', 1), await slim(6, 'oak', 0)],
    });
    const { dataset, candidates, choices, sentence } = await openData(root, { seed: 1 });
    expect(candidates[0]).toMatchObject({ format: 'tfrecord', certainty: 0.9 });
    expect(sentence).toBe('TFRecord: 6 pictures from "image/encoded" in 3 files; classes from "image/class/text".');
    expect(choices.map(({ key, value, options }) => [key, value, options.map((option) => option.value)])).toEqual([
      ['picture', 'image/encoded', ['image/encoded']],
      ['label', 'image/class/text', ['image/class/text', 'image/class/label']],
    ]);
    expect(dataset.classes).toEqual(['elm', 'oak']);
    // A record of the example's length, its head of 12 bytes and its tail of 4.
    const second = 16 + example(train[0]).length;
    const id = `trees-train.tfrecord-00000-of-00002#${second}`;
    expect(labelled(dataset)[id]).toBe('elm');
    expect(dataset.samples.find((sample) => sample.id === id)).toMatchObject({ width: 40, height: 20 });
    expect(dataset.samples.filter(({ split }) => split === 'test')).toHaveLength(2);
    const reader = await openPictures(datasetFromJson(datasetToJson(dataset)));
    expect(Buffer.compare(Buffer.from(await reader.read(id)), await patchworkJpeg(2, 40, 20))).toBe(0);
    await reader.close();
    const byNumber = await openData(root, { seed: 1, choices: { label: 'image/class/label' } });
    expect(byNumber.dataset.classes).toEqual(['0', '1']);
  });

  it('packed files and bare pixels; names of the classes beside', async () => {
    const pixels = await pictureNumbers(6, 8, 3);
    const bare = (i: number): Record<string, FeatureContent> => ({
      image_raw: pixels.subarray(i * 192, (i + 1) * 192),
      height: [8],
      width: [8],
      depth: [3],
      label: [i % 2 === 0 ? 2 : 10],
    });
    const files = { 'some.tfrecords.gz': gzipSync(recordFile([0, 1, 2, 3, 4, 5].map(bare))) };
    await writeFiles(root, files);
    const { dataset } = await openData(`${root}/some.tfrecords.gz`, { seed: 1 });
    expect(dataset.classes).toEqual(['2', '10']);
    const id = `some.tfrecords.gz#${16 + example(bare(0)).length}`;
    expect(await pixelsOf(dataset, id)).toEqual([...pixels.subarray(192, 384)]);
    await writeFiles(root, { 'labels.txt': '2:daisy\n10:rose\n' });
    expect((await openData(root, { seed: 1 })).dataset.classes).toEqual(['daisy', 'rose']);
  });

  it('objects: their classes are those of the picture, their boxes are shares of it', async () => {
    const detection = async (seed: number, names: readonly string[], boxes: readonly number[][]) => ({
      'image/encoded': await patchworkJpeg(seed, 40, 20),
      'image/object/class/text': names,
      'image/object/bbox/xmin': Float32Array.from(boxes, ([x0]) => x0),
      'image/object/bbox/ymin': Float32Array.from(boxes, ([, y0]) => y0),
      'image/object/bbox/xmax': Float32Array.from(boxes, ([, , x1]) => x1),
      'image/object/bbox/ymax': Float32Array.from(boxes, ([, , , y1]) => y1),
    });
    await writeRecords(root, {
      'pets.tfrecord': [
        await detection(
          1,
          ['cat', 'dog', 'cat'],
          [
            [0.25, 0.5, 0.75, 1],
            [0, 0, 0.5, 0.25],
            [0.5, 0, 1, 0.5],
          ],
        ),
        await detection(2, ['dog'], [[0, 0, 1, 1]]),
        await detection(3, ['cat'], [[0, 0, 0, 0]]),
      ],
    });
    const { dataset } = await openData(root, { seed: 1 });
    expect(dataset.task).toBe('multi-label');
    expect(inOrder(dataset).map(({ labels }) => labels)).toEqual([[0, 1], [1], [0]]);
    expect(inOrder(dataset)[0]?.boxes).toEqual([
      { x0: 10, y0: 10, x1: 30, y1: 20, label: 0 },
      { x0: 0, y0: 0, x1: 20, y1: 5, label: 1 },
      { x0: 20, y0: 0, x1: 40, y1: 10, label: 0 },
    ]);
    expect(dataset.problems.filter(({ kind }) => kind === 'bad-box')).toHaveLength(1);
  });

  it('a column a class', async () => {
    const hot = async (seed: number, label: readonly number[]) => ({ image: await patchworkJpeg(seed), label });
    await writeRecords(root, {
      'a.tfrecord': [await hot(1, [1, 0, 0]), await hot(2, [0, 1, 1]), await hot(3, [0, 0, 0])],
    });
    const { dataset } = await openData(root, { seed: 1 });
    expect(inOrder(dataset).map(({ labels }) => labels)).toEqual([[0], [1, 2]]);
    expect(dataset.problems).toContainEqual(expect.objectContaining({ file: 'a.tfrecord', kind: 'unlabelled' }));
  });
});

describe('what is wrong is said', () => {
  const three = async (): Promise<Buffer[]> =>
    (await Promise.all([slim(1, 'oak', 0), slim(2, 'elm', 1), slim(3, 'oak', 0)])).map((each) => record(example(each)));

  it('a damaged length ends the file; a length of 2^60 does too', async () => {
    const [first, second, third] = await three();
    const flipped = Buffer.from(third);
    flipped[1] ^= 4;
    const at = first.length + second.length;
    for (const [last, sentence] of [
      [flipped, `The file is damaged at byte ${at}; what follows there cannot be read.`],
      [third.subarray(0, -1), `The file is incomplete: it ends within the record at byte ${at}.`],
      [third.subarray(0, 7), `The file is incomplete: it ends within the record at byte ${at}.`],
      [record(Buffer.alloc(9), 2n ** 60n), `The file is incomplete: it ends within the record at byte ${at}.`],
    ] as const) {
      await writeFiles(root, { 'a.tfrecord': Buffer.concat([first, second, last]) });
      const { dataset } = await openData(root, { seed: 1 });
      expect(dataset.samples).toHaveLength(2);
      expect(dataset.problems).toContainEqual({ file: 'a.tfrecord', kind: 'unreadable', reason: sentence });
    }
  });

  it('a picture whose checksum is another one is left out; so is a record of something else', async () => {
    const [first, second, third] = await three();
    third[third.length - 300] ^= 1;
    await writeFiles(root, {
      'a.tfrecord': Buffer.concat([first, second, third, record(Buffer.from('no protocol buffer'))]),
    });
    const { dataset } = await openData(root, { seed: 1 });
    expect(dataset.samples).toHaveLength(2);
    const at = first.length + second.length;
    expect(dataset.problems).toContainEqual({
      file: `a.tfrecord#${at}`,
      kind: 'unreadable',
      reason: `The record at byte ${at} is damaged: its checksum is another one.`,
    });
    expect(dataset.problems).toContainEqual(expect.objectContaining({ file: 'a.tfrecord', kind: 'bad-annotation' }));
  });

  it('no pictures, no classes, no records', async () => {
    await writeRecords(root, { 'a.tfrecord': [{ text: 'words', label: [1] }] });
    await expect(openData(root, { seed: 1 })).rejects.toMatchObject({
      message: 'No feature of the records holds pictures.',
      hint: expect.stringMatching(/Their features are text, label\./) as unknown,
    });
    await writeRecords(root, { 'a.tfrecord': [{ image: await patchworkJpeg(1), 'image/width': [3] }] });
    await expect(openData(root, { seed: 1 })).rejects.toMatchObject({ message: /tells the class/ });
    await writeFiles(root, { 'a.tfrecord': Buffer.from('no record at all') });
    await expect(openData(root, { seed: 1 })).rejects.toMatchObject({ message: /No record can be read. a.tfrecord: / });
  });
});

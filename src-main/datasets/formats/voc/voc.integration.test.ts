import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFromJson, datasetToJson } from '../../dataset-file.ts';
import type { Dataset } from '../../dataset.ts';
import { openData } from '../../open-data.ts';
import { openPictures, sha256 } from '../../picture-reader.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../../pictures/pictures.fixture.ts';
import { palettePng, VOC_HEIGHT, VOC_WIDTH, vocXml, writeVoc } from './voc.fixture.ts';
import type { VocFixtureObject } from './voc.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const DOG: VocFixtureObject = { name: 'dog', box: [1, 1, 10, 20] };
const PERSON: VocFixtureObject = { name: 'person', box: [11, 5, 40, 30] };
const HARD_CAR: VocFixtureObject = { name: 'car', difficult: true, box: [3, 3, 6, 6] };
const CAR: VocFixtureObject = { name: 'car', box: [2.5, 3, 6, 6] };

const reasons = (dataset: Dataset, file: string): string[] =>
  dataset.problems.filter((problem) => problem.file === file).map((problem) => `${problem.kind}: ${problem.reason}`);
/** Classes, split, unknown classes of each picture. */
const described = ({ samples, classes }: Dataset): Record<string, string> =>
  Object.fromEntries(
    samples.map(({ id, label, labels = [label], unsure = [], split }) => {
      const names = (numbers: readonly number[]): string => numbers.map((number) => classes[number]).join('+');
      return [id, `${names(labels)}${unsure.length > 0 ? ` ?${names(unsure)}` : ''} ${split}`];
    }),
  );

/** Bus (7) in the upper left quarter, void (255) around it, background (0) elsewhere. */
function busWithBorder(): Uint8Array {
  const indices = new Uint8Array(VOC_WIDTH * VOC_HEIGHT);
  for (let y = 0; y <= 15; y++) {
    for (let x = 0; x <= 20; x++) indices[y * VOC_WIDTH + x] = x < 20 && y < 15 ? 7 : 255;
  }
  return indices;
}

const year2012 = async (): Promise<void> => {
  await writeVoc(join(root, 'VOCdevkit', 'VOC2012'), {
    pictures: {
      '2007_000027': [PERSON],
      '2007_000032': [DOG, PERSON, HARD_CAR, DOG],
      '2008_000008': [CAR],
      '2008_000015': [HARD_CAR],
      '2008_000019': [DOG],
      '2011_000001': [DOG],
    },
    lists: {
      train: ['2007_000027', '2007_000032', '2008_000015'],
      val: ['2008_000008', '2008_000019'],
      trainval: ['2007_000027', '2007_000032', '2008_000015', '2008_000008', '2008_000019'],
      test: ['2008_000001', '2008_000004'],
    },
    segmentations: { '2007_000032': busWithBorder() },
  });
  for (const name of ['2008_000001', '2008_000004']) {
    await writeFiles(root, { [`VOCdevkit/VOC2012/JPEGImages/${name}.jpg`]: await patchworkJpeg(name.length + 900) });
  }
};
const IN_2012 = 'VOCdevkit/VOC2012';

describe('Pascal VOC', () => {
  it('reads classes, difficult objects, boxes from 0, masks without void, and tests on val where test has no labels', async () => {
    await year2012();
    const { dataset, candidates, sentence, choices } = await openData(root, { seed: 0, valShare: 0 });
    expect(candidates[0]).toMatchObject({ format: 'voc', certainty: 0.95 });
    expect(sentence).toBe('Pascal VOC 2012, 4 annotated pictures of the lists train and val.');
    expect(dataset).toMatchObject({ task: 'multi-label', classes: ['car', 'dog', 'person'] });
    expect(described(dataset)).toEqual({
      [`${IN_2012}/JPEGImages/2007_000027.jpg`]: 'person train',
      [`${IN_2012}/JPEGImages/2007_000032.jpg`]: 'dog+person ?car train',
      [`${IN_2012}/JPEGImages/2008_000008.jpg`]: 'car test',
      [`${IN_2012}/JPEGImages/2008_000019.jpg`]: 'dog test',
    });
    const [, both, car] = dataset.samples;
    expect(both.boxes).toEqual([
      { x0: 0, y0: 0, x1: 10, y1: 20, label: 1 },
      { x0: 10, y0: 4, x1: 40, y1: 30, label: 2 },
      { x0: 0, y0: 0, x1: 10, y1: 20, label: 1 },
    ]);
    expect(car.boxes).toEqual([{ x0: 1.5, y0: 2, x1: 6, y1: 6, label: 0 }]);
    expect(choices.map(({ key, value }) => [key, value])).toEqual([
      ['task', 'multi'],
      ['val-as', 'test'],
    ]);
    expect(reasons(dataset, `${IN_2012}/ImageSets/Main/test.txt`)).toEqual([
      'unlabelled: 2 pictures of the list have no annotation (such as 2008_000001) and are left aside.',
    ]);
    expect(reasons(dataset, `${IN_2012}/JPEGImages/2008_000015.jpg`)).toEqual([
      'unlabelled: All objects of the picture are marked as difficult, so it counts for no class.',
    ]);
    expect(reasons(dataset, `${IN_2012}/Annotations`)).toEqual([
      'ignored: 1 of the annotated pictures stand in none of the lists, and are left aside.',
    ]);

    const reader = await openPictures(datasetFromJson(JSON.parse(JSON.stringify(datasetToJson(dataset)))));
    for (const { id, hash } of dataset.samples) expect(sha256(await reader.read(id))).toBe(hash);
    expect(both.mask).toBe(`${IN_2012}/SegmentationClass/2007_000032.png`);
    const mask = await reader.read(both.mask ?? '');
    expect(sha256(mask)).toBe(both.maskHash);
    const pixels = await sharp(mask).extractChannel(0).raw().toBuffer();
    await reader.close();
    const objects = pixels.filter((value) => value > 127);
    expect(pixels.filter((value) => value !== 0 && value !== 255)).toHaveLength(0);
    expect(objects).toHaveLength(20 * 15);
    expect(Math.max(...[...pixels.keys()].filter((i) => pixels[i] === 255))).toBe(14 * VOC_WIDTH + 19);
  });

  it('keeps val for validation on request, and takes pictures of one class alone', async () => {
    await year2012();
    const choices = { 'val-as': 'val', task: 'single' };
    const { dataset, sentence } = await openData(join(root, IN_2012), { seed: 0, testShare: 0, choices });
    expect(sentence).toBe('Pascal VOC 2012, 3 annotated pictures of the lists train and val.');
    expect(dataset.task).toBe('single-label');
    expect(described(dataset)).toEqual({
      'JPEGImages/2007_000027.jpg': 'person train',
      'JPEGImages/2008_000008.jpg': 'car val',
      'JPEGImages/2008_000019.jpg': 'dog val',
    });
    expect(dataset.samples.every(({ labels }) => labels === undefined)).toBe(true);
    expect(reasons(dataset, 'Annotations')).toContain(
      'ignored: 1 picture with objects of several classes is left out.',
    );
  });

  it('joins the separately unpacked parts of 2007 and asks for the year', async () => {
    await year2012();
    const trainval = { pictures: { '000005': [CAR], '000007': [DOG] }, lists: { trainval: ['000005', '000007'] } };
    await writeVoc(join(root, 'VOCtrainval_06-Nov-2007', 'VOCdevkit', 'VOC2007'), trainval);
    await writeVoc(join(root, 'VOCtest_06-Nov-2007', 'VOCdevkit', 'VOC2007'), {
      pictures: { '000001': [DOG, PERSON] },
      lists: { test: ['000001'] },
    });
    const all = await openData(root, { seed: 0 });
    expect(all.sentence).toBe(
      'Pascal VOC 2007 and 2012, 7 annotated pictures of the lists train, val, trainval and test.',
    );
    expect(all.choices[0]).toMatchObject({ key: 'year', value: 'all' });
    expect(all.choices[0].options.map(({ value }) => value)).toEqual(['all', '2007', '2012']);
    expect(all.choices.find(({ key }) => key === 'val-as')?.value).toBe('val');
    const { dataset } = await openData(root, { seed: 0, valShare: 0, choices: { year: '2007' } });
    expect(described(dataset)).toEqual({
      'VOCtest_06-Nov-2007/VOCdevkit/VOC2007/JPEGImages/000001.jpg': 'dog+person test',
      'VOCtrainval_06-Nov-2007/VOCdevkit/VOC2007/JPEGImages/000005.jpg': 'car train',
      'VOCtrainval_06-Nov-2007/VOCdevkit/VOC2007/JPEGImages/000007.jpg': 'dog train',
    });
  });

  it('takes annotations of own classes without lists, and says what is wrong with each file', async () => {
    const own = (name: string): VocFixtureObject => ({ name, box: [1, 1, 5, 5] });
    await writeVoc(root, {
      pictures: { a: [own('zebra')], b: [own('Ente')], c: [own('zebra')], d: [own('x')] },
      lists: {},
    });
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;">]>';
    await writeFiles(root, {
      'Annotations/broken.xml': vocXml('broken', [own('zebra')]).slice(0, 300),
      'Annotations/bomb.xml': `${bomb}${vocXml('bomb', [own('&c;')])}`,
      'Annotations/large.xml': vocXml('large', [own('zebra')]) + ' '.repeat(1024 ** 2),
      'Annotations/other.xml': '<nothing/>',
      'Annotations/empty.xml': vocXml('empty', []),
      'Annotations/gone.xml': vocXml('gone', [own('zebra')]),
      'Annotations/c.xml': `\ufeff${vocXml('c', [own('zebra'), { name: 'Ente', box: [1, 1, NaN, 5] }])}`.replaceAll(
        '\n',
        '\r\n',
      ),
      'SegmentationObject/a.png': palettePng(busWithBorder(), VOC_WIDTH, VOC_HEIGHT).subarray(0, 840),
      'SegmentationObject/c.png': await sharp(Buffer.from(busWithBorder()), {
        raw: { width: VOC_WIDTH, height: VOC_HEIGHT, channels: 1 },
      })
        .png()
        .toBuffer(),
    });
    for (const name of ['broken', 'bomb', 'large', 'other', 'empty']) {
      await writeFiles(root, { [`JPEGImages/${name}.jpg`]: await patchworkJpeg(name.length * 77) });
    }
    await rm(join(root, 'Annotations', 'd.xml'));
    const { dataset, sentence } = await openData(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(sentence).toBe('Pascal VOC, 3 annotated pictures.');
    expect(dataset.classes).toEqual(['Ente', 'zebra']);
    expect(described(dataset)).toEqual({
      'JPEGImages/a.jpg': 'zebra train',
      'JPEGImages/b.jpg': 'Ente train',
      'JPEGImages/c.jpg': 'Ente+zebra train',
    });
    const problems = dataset.problems.filter(({ file }) => !dataset.classes.includes(file) && file !== '');
    expect(Object.fromEntries(problems.map(({ file, kind }) => [file, kind]))).toEqual({
      'Annotations/broken.xml': 'bad-annotation',
      'Annotations/bomb.xml': 'bad-annotation',
      'Annotations/large.xml': 'bad-annotation',
      'Annotations/other.xml': 'bad-annotation',
      JPEGImages: 'unlabelled',
      'JPEGImages/empty.jpg': 'unlabelled',
      'JPEGImages/gone': 'missing-picture',
      'JPEGImages/c.jpg': 'bad-box',
      'SegmentationObject/a.png': 'bad-mask',
    });
    expect(reasons(dataset, 'Annotations/bomb.xml')[0]).toContain('document type');
    // Void as the index 255 in a grey picture.
    const reader = await openPictures(dataset);
    const pixels = await sharp(await reader.read('SegmentationObject/c.png'))
      .extractChannel(0)
      .raw()
      .toBuffer();
    await reader.close();
    expect(pixels.filter((value) => value === 255)).toHaveLength(20 * 15);
  });

  it('reports lists that name a picture twice or one that is not there, and stays inside of the folder', async () => {
    await writeVoc(root, { pictures: { a: [DOG], b: [CAR], c: [CAR] }, lists: { test: ['c'] } });
    await writeFile(join(root, 'ImageSets', 'Main', 'train.txt'), '\ufeffa  1\r\nb -1\r\na 1\r\n../../secret\r\n');
    await writeFile(join(root, 'ImageSets', 'Main', 'val.txt'), 'b\nmissing\n');
    const { dataset } = await openData(root, { seed: 0 });
    expect(described(dataset)).toEqual({
      'JPEGImages/a.jpg': 'dog train',
      'JPEGImages/b.jpg': 'car train',
      'JPEGImages/c.jpg': 'car test',
    });
    expect(reasons(dataset, 'ImageSets/Main/train.txt')).toEqual([
      'bad-annotation: Line 3: "a" was already named in train.txt; that counts.',
    ]);
    expect(reasons(dataset, 'ImageSets/Main/val.txt')).toEqual([
      'bad-annotation: Line 1: "b" was already named in train.txt; that counts.',
    ]);
    expect(reasons(dataset, 'JPEGImages/missing')).toEqual([
      'missing-picture: The list ImageSets/Main/val.txt names this picture, but it is not there.',
    ]);
    expect(reasons(dataset, 'JPEGImages/../../secret').map((reason) => reason.split(':')[0])).toEqual([
      'missing-picture',
    ]);
  });

  it('reads files of VOC beside their pictures, in the folders of splits, or in folders of other names', async () => {
    const own = (name: string): string => vocXml(name, [{ name: name.slice(0, 3), box: [1, 1, 5, 5] }]);
    for (const path of ['train/cat1', 'train/dog1', 'valid/cat2', 'test/dog2']) {
      await writeFiles(root, {
        [`${path}.jpg`]: await patchworkJpeg(path.length * 7 + path.charCodeAt(6), VOC_WIDTH, VOC_HEIGHT),
        [`${path}.xml`]: own(path.split('/')[1]),
      });
    }
    await writeFiles(root, { 'train/alone.jpg': await patchworkJpeg(4711) });
    const { dataset, candidates } = await openData(root, { seed: 0, choices: { task: 'single' } });
    expect(candidates[0]).toMatchObject({ format: 'voc', certainty: 0.85 });
    expect(described(dataset)).toEqual({
      'test/dog2.jpg': 'dog test',
      'train/cat1.jpg': 'cat train',
      'train/dog1.jpg': 'dog train',
      'valid/cat2.jpg': 'cat val',
    });
    expect(reasons(dataset, 'train')).toEqual([
      'unlabelled: Without an annotation and left aside: 1 picture, such as alone.',
    ]);
    const other = join(root, 'other');
    for (const name of ['cat1', 'dog1']) {
      await writeFiles(other, {
        [`images/${name}.png`]: await patchworkJpeg(name.charCodeAt(0)),
        [`annotations/${name}.xml`]: own(name),
      });
    }
    expect(described((await openData(other, { seed: 0 })).dataset)).toEqual({
      'images/cat1.png': 'cat train',
      'images/dog1.png': 'dog train',
    });
  });

  it('asks where only folders of other things lie', async () => {
    await expect(openData(root, { seed: 0, format: 'voc' })).rejects.toMatchObject({ code: 'data-empty' });
  });
});

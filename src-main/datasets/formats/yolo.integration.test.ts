import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { linesOfMask } from './annotations/masks.fixture.ts';
import { writeDarknet, writePictures, writeYolo, YOLO_YAML } from './yolo.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const open = (path = root, choices: Record<string, string> = {}): ReturnType<typeof openData> =>
  openData(path, { seed: 0, valShare: 0, testShare: 0, choices });
const classesOf = ({ samples, classes }: Dataset): string[] =>
  samples.map(({ id, split, label, labels = [label] }) => `${split} ${id}: ${labels.map((i) => classes[i]).join(' ')}`);
const problemsOf = (dataset: Dataset, kind = ''): string[] =>
  dataset.problems.filter((problem) => problem.kind.startsWith(kind)).map(({ file, reason }) => `${file}: ${reason}`);

describe('YOLO', () => {
  it('gives names, splits and boxes of Ultralytics folders', async () => {
    await writeYolo(root);
    const { dataset, candidates, sentence } = await open();
    expect(candidates[0]).toMatchObject({ format: 'yolo', certainty: 0.95 });
    expect(sentence).toBe('YOLO labels of 5 pictures; classes named in data.yaml.');
    expect(dataset.task).toBe('multi-label');
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(classesOf(dataset)).toEqual([
      'train images/train/a.jpg: cat dog',
      'train images/train/b.jpg: dog',
      'val images/val/a.jpg: cat',
      'val images/val/e.png.jpg: dog',
    ]);
    expect(dataset.samples.map(({ boxes }) => boxes)).toEqual([
      [
        { x0: 7.5, y0: 2.5, x1: 12.5, y1: 7.5, label: 0 },
        { x0: 0, y0: 0, x1: 5, y1: 5, label: 1 },
      ],
      [{ x0: 0, y0: 0, x1: 20, y1: 10, label: 1 }],
      [{ x0: 10, y0: 2.5, x1: 20, y1: 7.5, label: 0 }],
      [{ x0: 5, y0: 2.5, x1: 15, y1: 7.5, label: 1 }],
    ]);
    expect(problemsOf(dataset, 'unlabelled')).toEqual([
      'images/train/d.jpg: No annotation names this picture.',
      'images/train/c.jpg: The annotations say no class for this picture.',
    ]);
    const largest = await open(root, { labels: 'largest' });
    // The cat and the dog of picture a are equally large: the first counts.
    expect(classesOf(largest.dataset)[0]).toBe('train images/train/a.jpg: cat');
    expect(largest.dataset.task).toBe('single-label');
  });

  it('opens by its settings, and finds folders that another computer wrote', async () => {
    await writeYolo(root, {
      'data.yaml': 'train: ../train/images\nval: [../images/val, ../nowhere]\nnc: 2\nnames: ["cat", "dog"]\n',
    });
    await writePictures(root, ['train/images/z.jpg']);
    await writeFiles(root, { 'train/labels/z.txt': '0 0.5 0.5 0.5 0.5' });
    const { dataset } = await open(join(root, 'data.yaml'));
    expect(dataset.format).toBe('yolo');
    expect(classesOf(dataset)).toContain('train train/images/z.jpg: cat');
    expect(classesOf(dataset)).toContain('val images/val/a.jpg: cat');
  });

  it('lets the inner of two folders say the split', async () => {
    await writeYolo(root, { 'data.yaml': 'train: images\nval: images/val\nnames: [cat, dog]\n' });
    const { dataset } = await open();
    expect(dataset.samples.map(({ split }) => split)).toEqual(['train', 'train', 'val', 'val']);
  });

  it('reads Darknet data and its lists', async () => {
    await writeDarknet(root);
    const { dataset, candidates } = await open();
    expect(candidates[0]).toMatchObject({ format: 'yolo', certainty: 0.85 });
    expect(classesOf(dataset)).toEqual([
      'train obj_train_data/1.jpg: cat',
      'train obj_train_data/2.jpg: dog',
      'val obj_train_data/3.jpg: dog',
    ]);
    expect(dataset.task).toBe('single-label');
  });

  it('numbers classes that nobody named, ten after nine', async () => {
    await writePictures(root, ['1.jpg', '2.jpg', '3.jpg']);
    await writeFiles(root, {
      '1.txt': '10 0.5 0.5 1 1',
      '2.txt': '9 0.5 0.5 1 1',
      '3.txt': '9 0.5 0.5 1 1\n10 0.5 0.5 1 1',
    });
    const { dataset } = await open();
    expect(dataset.classes).toEqual(['class 9', 'class 10']);
    expect(dataset.samples[2]?.labels).toEqual([0, 1]);
  });

  it('draws outlines as masks of the picture, and takes turned boxes for what they are', async () => {
    await writeYolo(root, {
      // Pixels 2 to 6 across, 1 to 4 down; and a triangle over the lower right.
      'labels/train/a.txt': '0 0.1 0.1 0.3 0.1 0.3 0.4 0.1 0.4\n1 1 0.6 1 1 0.8 1\n',
      'labels/train/b.txt': '1 0.5 0.5 1 1',
    });
    const { dataset } = await open();
    expect(linesOfMask(dataset.samples[0]?.mask)).toEqual([
      '....................',
      ...new Array<string>(3).fill('..####..............'),
      ...['....................', '....................'],
      ...['...................#', '..................##', '.................###', '................####'],
    ]);
    expect(dataset.samples[0]?.boxes[1]).toEqual({ x0: 16, y0: 6, x1: 20, y1: 10, label: 1 });
    expect(dataset.samples[1]?.mask).toBeNull();
    await writeFiles(root, {
      // A square on its corner.
      'labels/train/a.txt': '0 0.5 0.25 0.625 0.5 0.5 0.75 0.375 0.5\n',
    });
    const turned = (await open()).dataset;
    expect(turned.samples[0]).toMatchObject({ mask: null, boxes: [{ x0: 7.5, y0: 2.5, x1: 12.5, y1: 7.5, label: 0 }] });
    expect(problemsOf(turned, 'ignored')).toEqual([
      'data.yaml: Boxes are turned (OBB): the upright boxes around them are used.',
    ]);
  });

  it('does not take the joints of a body for its outline', async () => {
    await writeYolo(root, {
      'data.yaml': `${YOLO_YAML}kpt_shape: [2, 3]\n`,
      'labels/train/a.txt': '0 0.5 0.5 0.25 0.5 0.1 0.2 2 0.3 0.4 1\n',
    });
    const { dataset } = await open();
    expect(dataset.samples[0]).toMatchObject({ mask: null, boxes: [{ x0: 7.5, y0: 2.5, x1: 12.5, y1: 7.5 }] });
  });
});

describe('damaged YOLO data', () => {
  it('loses the lines that mean nothing', async () => {
    await writeYolo(root, {
      'labels/train/a.txt': [
        'cat 0.5 0.5 0.25 0.5',
        '0 0.5 0.5',
        '7 0.5 0.5 0.25 0.5',
        '-1 0.5 0.5 0.25 0.5',
        '0 0.5 0.5 -0.25 0.5',
        '0 1e308 1e308 1e308 1e308',
        '0 3 3 0.5 0.5',
        '0 NaN 0.5 0.5 0.5',
        '0 0.5 0.5 0.25 0.5 0.1 0.2 0.3',
        '1 0.5 0.5 0.25 0.5',
      ].join('\n'),
      'labels/train/nobody.txt': '0 0.5 0.5 1 1',
      'labels/train/classes.txt': 'cat\ndog',
    });
    const { dataset } = await open();
    expect(dataset.samples[0]?.boxes).toEqual([{ x0: 7.5, y0: 2.5, x1: 12.5, y1: 7.5, label: 1 }]);
    const told = problemsOf(dataset, 'bad').map((text) => text.replace('labels/train/a.txt: ', ''));
    expect(told.map((text) => text.slice(0, 30))).toEqual([
      'Line 1: a line is the number o',
      'Line 2: 2 numbers after the cl',
      'Line 4: a line is the number o',
      'Line 8: a line is the number o',
      'Line 9: 7 numbers after the cl',
      'Line 3: class 7 has no name in',
      'Line 5: The box has no area: x',
      'Line 6: x0, y0, x1 and y1 must',
      'Line 7: The box lies outside t',
    ]);
    expect(problemsOf(dataset, 'missing')).toEqual([
      'labels/train/nobody.txt: There is no picture for this label file.',
    ]);
  });

  it('goes on without settings that are damaged or explode', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
      .map((name, i) => `${name}: &${name} [${new Array<string>(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}\nnames: *i\ntrain: images/train\n`;
    for (const yaml of [bomb, 'names:\n  0: cat\n 1: [\ntrain: x\n']) {
      await writeYolo(root, { 'data.yaml': yaml });
      const { dataset } = await open();
      expect(dataset.classes).toEqual(['class 0', 'class 1']);
      expect(problemsOf(dataset, 'bad-annotation')).toEqual([
        'data.yaml: The settings in data.yaml cannot be understood. Classes have numbers instead of names.',
      ]);
      expect(dataset.samples.map(({ split }) => split)).toEqual(['train', 'train', 'val', 'val']);
    }
  });

  it('without a label is refused in a sentence', async () => {
    await writePictures(root, ['pets/images/train/a.jpg']);
    await writeFiles(root, { 'pets/data.yaml': YOLO_YAML });
    const error = await open(join(root, 'pets', 'data.yaml')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SteadygazeError);
    expect((error as SteadygazeError).message).toBe('There are no label files that belong to pictures.');
  });

  it('keeps strange names apart from what JavaScript means by them', async () => {
    await writeYolo(root, { 'data.yaml': YOLO_YAML.replace('cat', '__proto__').replace('dog', 'constructor') });
    expect((await open()).dataset.classes).toEqual(['__proto__', 'constructor']);
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { linesOfMask } from './annotations/masks.fixture.ts';
import { COCO_SIZE, cocoTraining, cocoValidation, writeCoco } from './coco.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const OPTIONS = { seed: 0, valShare: 0, testShare: 0 };
const open = (path = root, choices: Record<string, string> = {}): ReturnType<typeof openData> =>
  openData(path, { ...OPTIONS, choices });
const sampleOf = (dataset: Dataset, id: number): Sample | undefined =>
  dataset.samples.find((sample) => sample.id.endsWith(`${id}.jpg`));
const classesOf = (dataset: Dataset): Record<string, string[]> =>
  Object.fromEntries(
    dataset.samples.map(({ id, label, labels = [label] }) => [
      id.replace(/0{5,}/, ''),
      labels.map((number) => dataset.classes[number] ?? ''),
    ]),
  );
const problemsOf = (dataset: Dataset): string[] =>
  dataset.problems.map(({ kind, file, reason }) => `${kind} ${file}: ${reason}`);
const errorOf = (promise: Promise<unknown>): Promise<SteadygazeError> =>
  promise.then(
    () => Promise.reject(new Error('no error')),
    (error: unknown) => (error instanceof SteadygazeError ? error : Promise.reject(error as Error)),
  );

describe('COCO', () => {
  it('gives classes, splits, boxes and masks as they are written', async () => {
    await writeCoco(root);
    const { dataset, candidates, sentence } = await open();
    expect(candidates[0]).toMatchObject({ format: 'coco', certainty: 0.9 });
    expect(sentence).toContain('annotations/instances_train2017.json and annotations/instances_val2017.json');
    expect(dataset.task).toBe('multi-label');
    expect(dataset.classes).toEqual(['person', 'cat', 'dog']);
    expect(classesOf(dataset)).toEqual({
      'train2017/1.jpg': ['cat', 'dog'],
      'train2017/2.jpg': ['dog'],
      'train2017/4.jpg': ['person', 'cat'],
      'val2017/5.jpg': ['cat'],
      'val2017/6.jpg': ['dog'],
    });
    expect(dataset.samples.map(({ split }) => split)).toEqual(['train', 'train', 'train', 'val', 'val']);
    expect(sampleOf(dataset, 1)?.boxes).toEqual([
      { x0: 2, y0: 1, x1: 6, y1: 4, label: 1 },
      { x0: 6, y0: 1, x1: 16, y1: 12, label: 2 },
    ]);
    // The crowd has no box.
    expect(sampleOf(dataset, 4)?.boxes).toEqual([{ x0: 8, y0: 8, x1: 10, y1: 10, label: 1 }]);
    expect(sampleOf(dataset, 6)?.boxes).toEqual([{ x0: 1.5, y0: 2.25, x1: 4.5, y1: 5.25, label: 2 }]);
    const empty = '.'.repeat(16);
    expect(linesOfMask(sampleOf(dataset, 1)?.mask)).toEqual([
      empty,
      '..######........',
      '..######........',
      '..####..........',
      ...new Array<string>(7).fill(empty),
      '...............#',
    ]);
    expect(linesOfMask(sampleOf(dataset, 2)?.mask)).toEqual([
      ...[empty, empty],
      ...new Array<string>(3).fill('...###..........'),
      ...[empty, empty, empty],
      '...........####.',
      ...['..........#####.', '..........#####.'],
      empty,
    ]);
    expect(linesOfMask(sampleOf(dataset, 4)?.mask)).toEqual([
      empty,
      ...new Array<string>(7).fill('##..............'),
      ...['##......##......', '##......##......'],
      ...['##..............', '##..............'],
    ]);
    expect(linesOfMask(sampleOf(dataset, 5)?.mask)).toEqual(new Array<string>(12).fill('#'.repeat(16)));
    expect(sampleOf(dataset, 6)?.mask).toBeNull();
    const told = problemsOf(dataset).filter((text) => /^(unlabelled|ignored|tiny-class car)/.test(text));
    expect(told).toEqual([
      'ignored annotations/captions_val2017.json: The file is not used. It describes pictures in sentences, not by classes.',
      'unlabelled train2017/000000000003.jpg: The annotations say no class for this picture.',
      'tiny-class car: The annotations list this class, but no picture shows it.',
    ]);
  });

  it('takes one class a picture where that is wanted, with its objects only', async () => {
    await writeCoco(root);
    const { dataset, choices } = await open(root, { labels: 'largest' });
    expect(choices.map(({ key, value }) => [key, value])).toEqual([
      ['labels', 'largest'],
      ['level', 'category'],
    ]);
    expect(dataset.task).toBe('single-label');
    // In picture 1 the cat covers 12 pixels, the dog 5; in picture 4 the crowd covers 22, the cat 4.
    expect(classesOf(dataset)).toMatchObject({ 'train2017/1.jpg': ['cat'], 'train2017/4.jpg': ['person'] });
    expect(sampleOf(dataset, 1)?.boxes).toEqual([{ x0: 2, y0: 1, x1: 6, y1: 4, label: 1 }]);
    expect(linesOfMask(sampleOf(dataset, 1)?.mask)?.[1]).toBe('..####..........');
    const one = await open(root, { labels: 'one' });
    expect(Object.keys(classesOf(one.dataset))).toEqual(['train2017/2.jpg', 'val2017/5.jpg', 'val2017/6.jpg']);
    expect(problemsOf(one.dataset)).toContain(
      'ignored annotations/instances_train2017.json: 2 pictures of several classes are left out, as chosen.',
    );
    const unknown = await open(root, { labels: 'nothing of the kind', level: 'nor this' });
    expect(unknown.dataset.fingerprint).toBe((await open()).dataset.fingerprint);
  });

  it('groups categories where that is wanted', async () => {
    await writeCoco(root);
    const { dataset } = await open(root, { level: 'supercategory' });
    expect(dataset.classes).toEqual(['person', 'animal']);
    expect(sampleOf(dataset, 1)?.labels).toEqual([1]);
    expect(dataset.task).toBe('multi-label');
  });

  it('reads a file beside its pictures, named by it or in the folder, and splits it itself', async () => {
    const validation = cocoValidation();
    validation.images[0] = { ...validation.images[0], file_name: '..\\train2017\\000000000001.JPG' };
    await writeCoco(root, cocoTraining(), validation);
    await writeFiles(root, { 'labels.json': JSON.stringify(validation) });
    const { dataset } = await openData(join(root, 'labels.json'), { ...OPTIONS, format: 'coco' });
    expect(classesOf(dataset)).toEqual({ 'train2017/1.jpg': ['cat'], 'val2017/6.jpg': ['dog'] });
    expect(dataset.splitOrigin).toBe('seeded');
    expect(dataset.task).toBe('single-label');
    expect(problemsOf(dataset)).toContain('unlabelled val2017/000000000005.jpg: No annotation names this picture.');
  });

  it('scales boxes and stretches masks that were drawn on a copy of another size', async () => {
    const training = cocoTraining();
    await writeCoco(root, training);
    await writeFiles(root, { 'train2017/000000000001.jpg': await patchworkJpeg(1, 32, 24) });
    const { dataset } = await open();
    expect(sampleOf(dataset, 1)?.boxes[0]).toEqual({ x0: 4, y0: 2, x1: 12, y1: 8, label: 1 });
    expect(linesOfMask(sampleOf(dataset, 1)?.mask)?.[1]).toBe('..######........');
  });

  it('says what a file of sentences lacks', async () => {
    await writeCoco(root);
    await writeFiles(root, {
      'only/captions.json': JSON.stringify({ images: [], annotations: [{ image_id: 1, caption: 'x' }] }),
    });
    const error = await errorOf(open(join(root, 'only', 'captions.json')));
    expect(error.message).toContain('It describes pictures in sentences, not by classes.');
    await writeFiles(root, { 'far/away/instances.json': JSON.stringify(cocoValidation()) });
    const away = await errorOf(open(join(root, 'far', 'away', 'instances.json')));
    expect(away).toMatchObject({
      code: 'data-empty',
      hint: expect.stringContaining('both the pictures and') as string,
    });
  });

  it('finds the pictures of a file in a folder of its own', async () => {
    await writeCoco(root);
    const { dataset } = await open(join(root, 'annotations', 'instances_val2017.json'));
    expect(dataset).toMatchObject({ root, focus: 'annotations/instances_val2017.json', splitOrigin: 'seeded' });
    expect(classesOf(dataset)).toEqual({ 'val2017/5.jpg': ['cat'], 'val2017/6.jpg': ['dog'] });
  });
});

describe('damaged COCO files', () => {
  it('lose what is damaged, and nothing else', async () => {
    const training = cocoTraining();
    const [first = {}, second = {}] = training.annotations;
    training.images.push(
      { ...training.images[0], id: 1, file_name: 'a copy of the id.jpg' },
      { id: 50, file_name: '../../../etc/passwd.jpg', ...COCO_SIZE },
      { id: 51, file_name: '/etc/shadow.jpg', ...COCO_SIZE },
      { id: 52, file_name: 17 },
      { id: 53, ...COCO_SIZE, file_name: '000000000001.jpg' },
      JSON.parse('{"__proto__": {"id": 9}, "file_name": "x.jpg"}') as Record<string, unknown>,
      null as never,
    );
    training.annotations = [
      first,
      second,
      { image_id: 2, category_id: 99, bbox: [1, 1, 2, 2] },
      { image_id: 777, category_id: 17, bbox: [1, 1, 2, 2] },
      { image_id: 2, category_id: 18, bbox: [1, 1, -2, 2], segmentation: [] },
      { image_id: 2, category_id: 18, bbox: ['1', 1, 2, 2] },
      { image_id: 2, category_id: 18, bbox: [0, 0, 1e308, 1e308] },
      { image_id: 2, category_id: 18, bbox: [3, 4, 5, 6] },
      { image_id: '4', category_id: '17', bbox: [0, 0, 9, 9], segmentation: { size: [12, 15], counts: [180] } },
      { image_id: 3, category_id: 17, segmentation: { size: [12, 16], counts: 'zzzz~' } },
      'an object' as never,
    ];
    training.categories = [
      ...training.categories,
      JSON.parse('{"id": "__proto__", "name": "__proto__", "__proto__": {"name": "evil"}}') as Record<string, unknown>,
      { id: 44, name: { toString: 'no' } },
    ];
    await writeCoco(root, training);
    const { dataset } = await open();
    expect(classesOf(dataset)).toMatchObject({
      'train2017/1.jpg': ['cat', 'dog'],
      'train2017/2.jpg': ['dog'],
      'train2017/3.jpg': ['cat'],
      'train2017/4.jpg': ['cat'],
    });
    expect(sampleOf(dataset, 2)?.boxes).toEqual([
      { x0: 0, y0: 0, x1: 16, y1: 12, label: 1 },
      { x0: 3, y0: 4, x1: 8, y1: 10, label: 1 },
    ]);
    expect(sampleOf(dataset, 3)?.mask).toBeNull();
    expect(sampleOf(dataset, 4)?.mask).toBeNull();
    const file = 'annotations/instances_train2017.json';
    expect(problemsOf(dataset).filter((text) => /^(bad|missing)/.test(text))).toEqual([
      `bad-annotation ${file}: Category 44 has no name.`,
      `bad-annotation ${file}: Two pictures have the id 1; "a copy of the id.jpg" is left out.`,
      'missing-picture ../../../etc/passwd.jpg: There is no picture "../../../etc/passwd.jpg".',
      'missing-picture /etc/shadow.jpg: There is no picture "/etc/shadow.jpg".',
      `bad-annotation ${file}: Entry 8 of the pictures has no id or no file name.`,
      'bad-annotation train2017/000000000001.jpg: The picture is described twice; the first counts.',
      `bad-annotation ${file}: Entry 10 of the pictures has no id or no file name.`,
      `bad-annotation ${file}: Entry 11 of the pictures has no id or no file name.`,
      `bad-annotation ${file}: Object 3 is of category 99, which the file does not describe.`,
      `bad-annotation ${file}: Object 4 belongs to a picture that the file does not list.`,
      `bad-box ${file}: The box of object 6 is not four numbers.`,
      `bad-annotation ${file}: Object 11 belongs to a picture that the file does not list.`,
      'bad-mask train2017/000000000003.jpg: The mask in the annotations cannot be used: no compressed run lengths.',
      'bad-mask train2017/000000000004.jpg: The mask in the annotations cannot be used: it is made for a picture of 15 x 12 pixels, not 16 x 12.',
      'bad-box train2017/000000000002.jpg: The box has no area: x1 must be larger than x0, and y1 larger than y0.',
      'bad-box train2017/000000000002.jpg: The box of "train2017/000000000002.jpg" reached over the edge of the picture and was cut.',
    ]);
  });

  it('are left out where another can be read, and refused where none can', async () => {
    await writeCoco(root);
    const text = JSON.stringify(cocoTraining());
    await writeFiles(root, { 'annotations/instances_train2017.json': text.slice(0, -40) });
    const { dataset } = await open();
    expect(dataset.samples).toHaveLength(2);
    expect(problemsOf(dataset)).toContain(
      'bad-annotation annotations/instances_train2017.json: The annotation file annotations/instances_train2017.json is damaged or incomplete.',
    );
    await writeFiles(root, {
      'annotations/instances_val2017.json': '{"images": [], "annotations": {}, "categories": 3, "file_name": 1}',
    });
    const error = await errorOf(open());
    expect(error.code).toBe('data-unreadable');
    expect(error.message).toContain('is damaged or incomplete');
  });

  it('with a million wrong lines are still a short list of problems', async () => {
    const training = cocoTraining();
    training.annotations.push(...Array.from({ length: 5000 }, () => ({ image_id: 1, category_id: 5 })));
    await writeCoco(root, training);
    const { dataset } = await open();
    const bad = problemsOf(dataset).filter((text) => text.startsWith('bad-annotation'));
    expect(bad).toHaveLength(201);
    expect(bad.at(-1)).toContain('There are 4,800 more problems of this kind.');
  });
});

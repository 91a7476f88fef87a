import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFromJson, datasetToJson } from '../../dataset-file.ts';
import type { Dataset } from '../../dataset.ts';
import { openData } from '../../open-data.ts';
import { openPictures, sha256 } from '../../picture-reader.ts';
import { temporaryFolder, writeFiles } from '../../pictures/pictures.fixture.ts';
import { imageNetXml, metaMat, writeImages } from './imagenet.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** A fish, a bird and a machine; the last two are called the same. */
const [TENCH, BIRD, MACHINE] = ['n01440764', 'n02012849', 'n03126707'];
const TRAIN = [TENCH, BIRD, MACHINE].flatMap((id) => [`train/${id}/${id}_1.JPEG`, `train/${id}/${id}_2.JPEG`]);
const VAL = [1, 2, 3].map((number) => `val/ILSVRC2012_val_0000000${number}.JPEG`);
const NAMES = [
  `${TENCH} tench, Tinca tinca`,
  `${BIRD} crane`,
  `${MACHINE} crane`,
  'n01443537 goldfish, Carassius auratus',
];
const CLASSES = ['tench', `crane (${BIRD})`, `crane (${MACHINE})`];

const reasons = (dataset: Dataset, file: string): string[] =>
  dataset.problems.filter((problem) => problem.file === file).map((problem) => `${problem.kind}: ${problem.reason}`);
const described = ({ samples, classes }: Dataset): Record<string, string> =>
  Object.fromEntries(samples.map(({ id, label, split }) => [id, `${classes[label]} ${split}`]));
const trained = (prefix = ''): Record<string, string> =>
  Object.fromEntries(TRAIN.map((path, i) => [`${prefix}${path}`, `${CLASSES[Math.floor(i / 2)]} train`]));

describe('ImageNet', () => {
  it('reads the layout of the challenge: names, labels of flat pictures, boxes of XML and of the solution', async () => {
    const base = join(root, 'ILSVRC/Data/CLS-LOC');
    await writeImages(base, [...TRAIN, ...VAL, 'test/ILSVRC2012_test_00000001.JPEG']);
    await writeFiles(root, {
      'LOC_synset_mapping.txt': `${NAMES.join('\r\n')}\r\n`,
      'LOC_val_solution.csv':
        'ImageId,PredictionString\n' +
        `ILSVRC2012_val_00000003,${TENCH} 1 2 30 20 ${TENCH} 5 5 9 9 \n` +
        `ILSVRC2012_val_00000001,${MACHINE} 0 0 40 30 \nILSVRC2012_val_00000002,none\n`,
      'LOC_train_solution.csv': `ImageId,PredictionString\n${TENCH}_1,${TENCH} 1 1 2 2 \n`,
      [`ILSVRC/Annotations/CLS-LOC/train/${TENCH}/${TENCH}_2.xml`]: imageNetXml(`${TENCH}_2`, TENCH, [3, 4, 23, 24]),
      [`ILSVRC/Annotations/CLS-LOC/train/${BIRD}/${BIRD}_1.xml`]: '<annotation><object>',
    });
    const { dataset, candidates, sentence, choices } = await openData(root, { seed: 0, valShare: 0 });
    expect(candidates[0]).toMatchObject({
      format: 'imagenet',
      reason: 'There are 3 folders named by numbers of WordNet, and LOC_synset_mapping.txt says what they mean.',
    });
    expect(sentence).toBe('ImageNet folders with names from LOC_synset_mapping.txt: 8 pictures in 3 classes.');
    expect(dataset.classes).toEqual(CLASSES);
    const prefix = 'ILSVRC/Data/CLS-LOC/';
    expect(described(dataset)).toEqual({
      ...trained(prefix),
      [`${prefix}${VAL[0]}`]: `crane (${MACHINE}) test`,
      [`${prefix}${VAL[2]}`]: 'tench test',
    });
    const boxes = Object.fromEntries(dataset.samples.map(({ id, boxes: own }) => [id.slice(prefix.length), own]));
    expect(boxes[`train/${TENCH}/${TENCH}_2.JPEG`]).toEqual([{ x0: 3, y0: 4, x1: 23, y1: 24, label: 0 }]);
    expect(boxes[`train/${TENCH}/${TENCH}_1.JPEG`]).toEqual([]);
    expect(boxes[VAL[2]]).toEqual([
      { x0: 1, y0: 2, x1: 30, y1: 20 },
      { x0: 5, y0: 5, x1: 9, y1: 9 },
    ]);
    expect(choices.map(({ key, value }) => [key, value])).toEqual([['val-as', 'test']]);
    expect(reasons(dataset, `${prefix}test`)).toEqual([
      'unlabelled: No list says the class of 1 picture in this folder: left aside.',
    ]);
    expect(reasons(dataset, `${prefix}val`)).toHaveLength(1);
    expect(reasons(dataset, 'LOC_val_solution.csv')).toEqual(['bad-annotation: Line 4 names no class of WordNet.']);
    expect(reasons(dataset, `ILSVRC/Annotations/CLS-LOC/train/${BIRD}/${BIRD}_1.xml`)[0]).toContain('no complete XML');

    const reader = await openPictures(datasetFromJson(JSON.parse(JSON.stringify(datasetToJson(dataset)))));
    for (const { id, hash } of dataset.samples) expect(sha256(await reader.read(id))).toBe(hash);
    await reader.close();
    const kept = await openData(root, { seed: 0, testShare: 0, choices: { 'val-as': 'val' } });
    expect(kept.dataset.samples.filter(({ split }) => split === 'val')).toHaveLength(2);
  });

  it('understands the numbers of the development kit by its MATLAB file or its list', async () => {
    await writeImages(root, [...TRAIN, ...VAL]);
    const kit = 'ILSVRC2012_devkit_t12/data';
    await writeFiles(root, {
      'synset_words.txt': NAMES.join('\n'),
      [`${kit}/ILSVRC2012_validation_ground_truth.txt`]: '2\n1\n3\n1\n',
      [`${kit}/meta.mat`]: metaMat([MACHINE, TENCH, BIRD, 'n00001740']),
    });
    const expected = {
      ...trained(),
      [VAL[0]]: 'tench test',
      [VAL[1]]: `crane (${MACHINE}) test`,
      [VAL[2]]: `crane (${BIRD}) test`,
    };
    const byMatlab = await openData(root, { seed: 0, valShare: 0 });
    expect(described(byMatlab.dataset)).toEqual(expected);
    await writeFile(join(root, kit, 'meta.mat'), metaMat([MACHINE, TENCH, TENCH]));
    const damaged = await openData(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(described(damaged.dataset)).toEqual(trained());
    expect(reasons(damaged.dataset, `${kit}/meta.mat`)).toEqual([
      'bad-annotation: The list of classes cannot be understood.',
    ]);
    await rm(join(root, kit, 'meta.mat'));
    const missing = await openData(root, { seed: 0 });
    expect(reasons(missing.dataset, `${kit}/ILSVRC2012_validation_ground_truth.txt`)).toEqual([
      'bad-annotation: Its numbers cannot be read: the file meta.mat or map_clsloc.txt that explains them is missing.',
    ]);
    const list = `${MACHINE} 1 crane\n${TENCH} 2 great_tench\n${BIRD} 3 crane\n`;
    await writeFiles(root, { [`${kit}/map_clsloc.txt`]: list });
    expect(described((await openData(root, { seed: 0, valShare: 0 })).dataset)).toEqual(expected);
  });

  it.each([
    ['imagenet_class_index.json', JSON.stringify({ 0: [TENCH, 'great_tench'], 1: [BIRD, 'bird'], 2: [MACHINE, 'm'] })],
    ['names.csv', `label;wnid;name\n0;${TENCH};"great tench, fish"\n1;${BIRD};bird\n2;${MACHINE};m\n`],
    ['words.txt', `\ufeff${TENCH}\tgreat tench\r\n${BIRD}\tbird, fowl\r\n${MACHINE}\tm\r\n`],
  ])('takes names from %s', async (file, content) => {
    await writeImages(root, [...TRAIN, `val/${TENCH}/a.JPEG`, `test/${BIRD}/b.JPEG`]);
    await writeFiles(root, { [file]: content, [`train/${TENCH}/notes.txt`]: 'x' });
    const { dataset } = await openData(root, { seed: 0 });
    expect(dataset).toMatchObject({
      format: 'imagenet',
      classes: ['great tench', 'bird', 'm'],
      splitOrigin: 'folders',
    });
    expect(described(dataset)).toMatchObject({
      [`val/${TENCH}/a.JPEG`]: 'great tench val',
      [`test/${BIRD}/b.JPEG`]: 'bird test',
    });
    expect(reasons(dataset, `train/${TENCH}/notes.txt`)).toEqual(['not-a-picture: The file is not a picture.']);
  });

  it('reads Tiny ImageNet with its tables of boxes', async () => {
    const images = [TENCH, BIRD].map((id) => `train/${id}/images/${id}_0.JPEG`);
    await writeImages(root, [...images, 'val/images/val_0.JPEG', 'val/images/val_1.JPEG', 'test/images/test_0.JPEG']);
    await writeFiles(root, {
      'wnids.txt': `${TENCH}\n${BIRD}\n`,
      'words.txt': `${TENCH}\ttench\n${BIRD}\tcrane\n`,
      [`train/${TENCH}/${TENCH}_boxes.txt`]: `${TENCH}_0.JPEG\t0\t10\t33\t28\n`,
      [`train/${BIRD}/${BIRD}_boxes.txt`]: `${BIRD}_0.JPEG\tx\n`,
      'val/val_annotations.txt': `val_0.JPEG\t${BIRD}\t1\t2\t3\t4\nval_1.JPEG\t${TENCH}\t0\t0\t9\t9\n`,
    });
    const { dataset } = await openData(root, { seed: 0, valShare: 0 });
    expect(described(dataset)).toEqual({
      [images[0]]: 'tench train',
      [images[1]]: 'crane train',
      'val/images/val_0.JPEG': 'crane test',
      'val/images/val_1.JPEG': 'tench test',
    });
    expect(dataset.samples.map(({ boxes }) => boxes)).toEqual([
      [{ x0: 0, y0: 10, x1: 33, y1: 28 }],
      [],
      [{ x0: 1, y0: 2, x1: 3, y1: 4 }],
      [{ x0: 0, y0: 0, x1: 9, y1: 9 }],
    ]);
    expect(reasons(dataset, `train/${BIRD}/${BIRD}_boxes.txt`)).toEqual([
      'bad-box: Line 1: x0, y0, x1 and y1 must be numbers.',
    ]);
    expect(dataset.problems.some(({ file }) => file.endsWith('wnids.txt'))).toBe(false);
  });

  it('leaves folders without a list of names to the plain reader, and reads them on request', async () => {
    await writeImages(root, TRAIN);
    await writeFiles(root, { 'train.txt': `${TENCH}/${TENCH}_1.JPEG 0\n` });
    const plain = await openData(root, { seed: 0 });
    expect(plain.candidates.map(({ format }) => format)).toEqual(['folder-per-class', 'imagenet']);
    const { dataset, sentence } = await openData(root, { seed: 0, format: 'imagenet' });
    expect(sentence).toBe('ImageNet folders without a list of their names: 6 pictures in 3 classes.');
    expect(dataset.classes).toEqual([TENCH, BIRD, MACHINE]);
    await writeFiles(root, {
      'words.txt': `${TENCH}\ttench\n`,
      'imagenet_class_index.json': '{"0": ["n01440764", "te',
    });
    const some = await openData(root, { seed: 0 });
    expect(some.dataset.classes).toEqual(['tench', BIRD, MACHINE]);
    expect(reasons(some.dataset, 'imagenet_class_index.json')).toEqual([
      'bad-annotation: The list cannot be understood: it is no valid JSON.',
      `bad-annotation: It does not say what ${BIRD} and ${MACHINE} means.`,
    ]);
  });
});

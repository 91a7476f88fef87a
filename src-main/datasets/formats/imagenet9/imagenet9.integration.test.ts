import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFromJson, datasetToJson } from '../../dataset-file.ts';
import type { Dataset } from '../../dataset.ts';
import { npyBytes } from '../../arrays/npy.fixture.ts';
import { openData } from '../../open-data.ts';
import { decodeUnchanged, openPictures, sha256 } from '../../picture-reader.ts';
import { temporaryFolder, writeFiles } from '../../pictures/pictures.fixture.ts';
import { writeIn9, writeIn9Masks } from './imagenet9.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const ORIGINAL = ['n01534433_00012', 'n01534433_00123'];
const MIXED = ['fg_n01534433_00012_bg_n02000000_00001', 'fg_n01534433_00123_bg_n02000000_00002'];
const reasons = (dataset: Dataset, file: string): string[] =>
  dataset.problems.filter((problem) => problem.file === file).map((problem) => `${problem.kind}: ${problem.reason}`);
const at = (dataset: Dataset, split: string): string[] =>
  dataset.samples.filter((sample) => sample.split === split).map(({ id }) => id);

async function writeChallenge(): Promise<void> {
  await writeIn9(join(root, 'bg_challenge/original/val'), ORIGINAL);
  await writeIn9(join(root, 'bg_challenge/mixed_rand/val'), MIXED);
  await writeIn9(join(root, 'bg_challenge/only_bg_t/val'), ['b']);
  await writeIn9Masks(join(root, 'bg_challenge/fg_mask/val'), ORIGINAL);
  await writeIn9(join(root, 'in9l/train'), ['t1', 't2']);
  await writeIn9(join(root, 'in9l/val'), ['v']);
}

describe('ImageNet-9', () => {
  it('tests on the original with masks, trains with IN-9L, and leaves its uncleaned val aside', async () => {
    await writeChallenge();
    const { dataset, candidates, sentence, choices } = await openData(root, { seed: 0, valShare: 0 });
    expect(candidates[0]).toMatchObject({
      format: 'imagenet9',
      reason: 'There are folders of ImageNet-9: original, mixed_rand, only_bg_t, in9l.',
    });
    expect(sentence).toBe('ImageNet-9, variant original, trained with in9l: 12 pictures.');
    expect(dataset.classes).toEqual(['dog', 'wheeled vehicle', 'musical instrument']);
    expect(at(dataset, 'train')).toEqual([
      'in9l/train/00_dog/t1.JPEG',
      'in9l/train/00_dog/t2.JPEG',
      'in9l/train/02_wheeled vehicle/t1.JPEG',
      'in9l/train/02_wheeled vehicle/t2.JPEG',
      'in9l/train/06_musical instrument/t1.JPEG',
      'in9l/train/06_musical instrument/t2.JPEG',
    ]);
    expect(at(dataset, 'test')).toHaveLength(6);
    const sample = dataset.samples.find(({ id }) => id.includes('original/val/02'));
    expect(sample).toMatchObject({
      label: 1,
      mask: 'bg_challenge/fg_mask/val/02_wheeled vehicle/n01534433_00012.npy',
    });
    expect(choices.map(({ key, value, options }) => [key, value, options.map((option) => option.value)])).toEqual([
      ['variant', 'original', ['original', 'mixed_rand', 'only_bg_t']],
      ['train', 'in9l', ['in9l']],
    ]);
    expect(reasons(dataset, 'in9l/val')).toEqual(['ignored: The folder is left aside: it holds pictures of the test.']);

    const reader = await openPictures(datasetFromJson(JSON.parse(JSON.stringify(datasetToJson(dataset)))));
    for (const { id, hash } of dataset.samples) expect(sha256(await reader.read(id))).toBe(hash);
    const pixels = await decodeUnchanged(reader, 'mask', sample?.mask ?? '', sample?.maskHash ?? '', 10);
    await reader.close();
    // Cells of 3 x 2 pixels: middles at x = 1, 4, 7, 10 lie below 12, middles at y = 1, 3 below 5.
    expect([...pixels].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  });

  it('takes another variant, finds masks by the name of the object, and shows no mask without an object', async () => {
    await writeChallenge();
    const mixed = await openData(root, { seed: 0, valShare: 0, choices: { variant: 'mixed_rand' } });
    const samples = mixed.dataset.samples.filter(({ split }) => split === 'test');
    expect(samples.map(({ mask }) => mask?.slice(-20))).toEqual(
      [...ORIGINAL, ...ORIGINAL, ...ORIGINAL].map((name) => `/${name}.npy`),
    );
    expect(samples[0].id).toBe(`bg_challenge/mixed_rand/val/00_dog/${MIXED[0]}.JPEG`);
    const background = await openData(root, { seed: 0, valShare: 0, choices: { variant: 'only_bg_t' } });
    expect(background.dataset.samples.every(({ mask }) => mask === null)).toBe(true);
    const only = await openData(join(root, 'bg_challenge', 'original'), { seed: 0, valShare: 0, testShare: 0.5 });
    expect(only.sentence).toBe('ImageNet-9, variant original: 6 pictures.');
    expect(only.dataset.splitOrigin).toBe('seeded');
    const large = await openData(join(root, 'in9l'), { seed: 0, testShare: 0 });
    expect(large.sentence).toBe('ImageNet-9, variant in9l, trained with in9l: 9 pictures.');
    expect(at(large.dataset, 'val')).toHaveLength(3);
  });

  it('prefers the cleaned test pictures to those that came with training pictures of the same variant', async () => {
    await writeIn9(join(root, 'a_training/original/train'), ['t']);
    await writeIn9(join(root, 'a_training/original/val'), ['uncleaned']);
    await writeIn9(join(root, 'bg_challenge/original/val'), ['clean']);
    const { dataset, sentence } = await openData(root, { seed: 0, valShare: 0 });
    expect(sentence).toBe('ImageNet-9, variant original, trained with original: 6 pictures.');
    expect(at(dataset, 'test').every((id) => id.startsWith('bg_challenge/'))).toBe(true);
    expect(at(dataset, 'train').every((id) => id.startsWith('a_training/original/train/'))).toBe(true);
  });

  it('says what is wrong with masks and with what lies beside', async () => {
    const base = 'original/val';
    await writeIn9(join(root, base), ['a', 'b', 'c', 'd', 'e']);
    await writeIn9Masks(join(root, 'fg_mask/val'), ['a'], '<f8');
    const mask = npyBytes({ descr: '|u1', shape: [20, 30], values: new Array<number>(600).fill(1) });
    await writeFiles(root, {
      'fg_mask/val/00_dog/b.npy': mask.subarray(0, mask.length - 1),
      'fg_mask/val/00_dog/c.npy': 'no array',
      'fg_mask/val/00_dog/d.npy': npyBytes({ descr: '|O8', shape: [20, 30], values: [] }),
      'fg_mask/val/00_dog/e.npy': npyBytes({
        descr: '|u1',
        shape: [20, 30, 1],
        values: new Array<number>(600).fill(1),
      }),
      [`${base}/notes.txt`]: 'x',
      [`${base}/extra/a.JPEG`]: 'x',
      [`${base}/00_dog/readme.md`]: 'x',
    });
    const { dataset } = await openData(root, { seed: 0 });
    expect(dataset.samples).toHaveLength(15);
    expect(reasons(dataset, 'fg_mask/val')).toEqual([
      'bad-mask: Without a mask in fg_mask/val: 8 pictures, such as original/val/02_wheeled vehicle/b.JPEG.',
    ]);
    expect(reasons(dataset, 'fg_mask/val/00_dog/b.npy')).toEqual([
      'bad-mask: The file is cut off: 599 of the 600 bytes of its array are there.',
    ]);
    expect(reasons(dataset, 'fg_mask/val/00_dog/c.npy')).toEqual(['bad-mask: The file is no NPY file.']);
    expect(reasons(dataset, 'fg_mask/val/00_dog/d.npy')[0]).toContain('Python objects, which are never opened');
    expect(reasons(dataset, 'fg_mask/val/00_dog/e.npy')).toEqual([
      'bad-mask: The array is no mask of height x width: it has 20 x 30 x 1 numbers.',
    ]);
    expect(reasons(dataset, `${base}/extra`)).toEqual(['ignored: It lies beside the folders of the classes.']);
    expect(reasons(dataset, `${base}/00_dog/readme.md`)).toEqual(['not-a-picture: The file is not a picture.']);
    expect(dataset.samples.filter(({ mask: found }) => found !== null)).toHaveLength(3);
  });
});

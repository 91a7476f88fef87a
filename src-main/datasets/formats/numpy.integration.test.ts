import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coloursFirst, labelled, pictureNumbers, pixelsOf, roundRobin } from '../arrays/arrays.fixture.ts';
import { npyBytes, npyTexts } from '../arrays/npy.fixture.ts';
import { openData } from '../open-data.ts';
import type { OpenedData } from '../open-data.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const open = (path = '', choices: Readonly<Record<string, string>> = {}): Promise<OpenedData> =>
  openData(path === '' ? root : `${root}/${path}`, { seed: 1, choices });
const valueOf = ({ choices }: OpenedData, key: string): string | undefined =>
  choices.find((choice) => choice.key === key)?.value;

describe('files beside each other', () => {
  it('X_train, y_train and so on: bytes, splits, classes by number', async () => {
    const [train, test] = [await pictureNumbers(12, 8, 3), await pictureNumbers(6, 8, 3, 100)];
    await writeFiles(root, {
      'X_train.npy': npyBytes({ descr: '|u1', shape: [12, 8, 8, 3], values: train }),
      'y_train.npy': npyBytes({ descr: '<i8', shape: [12, 1], values: roundRobin(12, 3) }),
      'X_test.npy': npyBytes({ descr: '|u1', shape: [6, 8, 8, 3], values: test }),
      'y_test.npy': npyBytes({ descr: '<i8', shape: [6, 1], values: [0, 1, 10, 0, 1, 10] }),
    });
    const opened = await open();
    const { dataset, candidates, sentence } = opened;
    expect(candidates[0]).toMatchObject({ format: 'numpy', certainty: 0.8 });
    expect(sentence).toBe('NumPy arrays: 18 pictures of 8 x 8 pixels, coloured, in 2 arrays; labels from y_*.npy.');
    // By size, not by letters.
    expect(dataset.classes).toEqual(['0', '1', '2', '10']);
    expect(labelled(dataset)).toMatchObject({ 'X_train.npy#11': '2', 'X_test.npy#2': '10', 'X_test.npy#4': '1' });
    expect(dataset.samples.filter(({ split }) => split === 'test').map(({ id }) => id)).toHaveLength(6);
    expect(dataset.samples[0]).toMatchObject({ width: 8, height: 8 });
    expect(await pixelsOf(dataset, 'X_test.npy#2')).toEqual([...test.subarray(2 * 192, 3 * 192)]);
    expect(opened.choices.map(({ key, value }) => [key, value])).toEqual([
      ['pictures', 'X_*.npy'],
      ['labels', 'y_*.npy'],
      ['axes', 'hwc'],
      ['brightness', 'bytes'],
    ]);
  });

  it('names of classes: texts as labels, and a list beside the arrays', async () => {
    const images = npyBytes({ descr: '|u1', shape: [6, 8, 8], values: await pictureNumbers(6, 8, 1) });
    await writeFiles(root, {
      'images.npy': images,
      'labels.npy': npyTexts(['oak', 'elm', 'яблоня', 'oak', 'elm', '']),
    });
    const { dataset } = await open('images.npy');
    expect(dataset.classes).toEqual(['elm', 'oak', 'яблоня']);
    expect(dataset.problems).toContainEqual({
      file: 'images.npy',
      kind: 'unlabelled',
      reason: '1 of its pictures have no label and are left out; the first is number 5.',
    });
    await writeFiles(root, {
      'labels.npy': npyBytes({ descr: '<f4', shape: [6], values: [1, 2, 1, 2, 1, 2] }),
      'class_names.txt': 'birch\r\nfir\n',
    });
    // Two names and the numbers 1 and 2: they count from 1.
    expect((await open()).dataset.classes).toEqual(['birch', 'fir']);
  });

  it('several classes a picture, some not known', async () => {
    const rows = [1, 0, 0, 1, 1, 0, 0, -1, 1, 1, 0, 0];
    await writeFiles(root, {
      'images.npy': npyBytes({ descr: '|u1', shape: [4, 8, 8, 3], values: await pictureNumbers(4, 8, 3) }),
      'labels.npy': npyBytes({ descr: '<i4', shape: [4, 3], values: rows }),
    });
    const { dataset } = await open();
    expect(dataset.task).toBe('multi-label');
    const { samples } = dataset;
    expect(samples.map(({ labels, unsure }) => [labels, unsure])).toEqual([
      [[0], undefined],
      [[0, 1], undefined],
      [[2], [1]],
      [[0], undefined],
    ]);
  });

  it('one array a class, in one line each, as "Quick, Draw!" is published', async () => {
    const [cat, dog] = [await pictureNumbers(4, 8, 1), await pictureNumbers(3, 8, 1, 50)];
    await writeFiles(root, {
      'full_numpy_bitmap_cat.npy': npyBytes({ descr: '|u1', shape: [4, 64], values: cat }),
      'full_numpy_bitmap_dog.npy': npyBytes({ descr: '|u1', shape: [3, 64], values: dog }),
    });
    const { dataset, choices } = await open();
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.samples).toHaveLength(7);
    expect(choices.map(({ key, value }) => [key, value])).toContainEqual(['axes', 'flat-hw']);
  });
});

describe('masks', () => {
  it('an array of masks beside the pictures, or none where a person says so', async () => {
    const marks = new Uint8Array(4 * 64);
    // Of picture 2, rows 1 and 2.
    marks.fill(1, 2 * 64 + 8, 2 * 64 + 24);
    await writeFiles(root, {
      'images.npy': npyBytes({ descr: '|u1', shape: [4, 8, 8, 3], values: await pictureNumbers(4, 8, 3) }),
      'masks.npy': npyBytes({ descr: '|b1', shape: [4, 8, 8], values: marks }),
      'labels.npy': npyBytes({ descr: '<i4', shape: [4], values: [0, 1, 0, 1] }),
    });
    const { dataset, choices } = await open();
    expect(choices.find(({ key }) => key === 'masks')?.value).toBe('masks.npy');
    expect(dataset.samples.map(({ mask }) => mask)).toEqual([0, 1, 2, 3].map((i) => `masks.npy#${i}`));
    const pixels = await pixelsOf(dataset, 'masks.npy#2');
    expect(pixels).toEqual(Array.from({ length: 64 }, (_, i) => (i >= 8 && i < 24 ? 255 : 0)));
    const without = await open('', { masks: 'none' });
    expect(without.dataset.samples.map(({ mask }) => mask)).toEqual([null, null, null, null]);
  });
});

describe('numbers become pictures', () => {
  it('colours first, shares of white, shifted, or anything else; another answer is another picture', async () => {
    const bytes = await pictureNumbers(4, 8, 3);
    const first = coloursFirst(bytes, 4);
    const labels = npyBytes({ descr: '<i2', shape: [4], values: [0, 1, 0, 1] });
    const write = (descr: string, values: ArrayLike<number>): Promise<void> =>
      writeFiles(root, { 'x.npy': npyBytes({ descr, shape: [4, 3, 8, 8], values }), 'y.npy': labels });
    const expected = [...bytes.subarray(192, 384)];
    // Rows of single bytes: nothing is scaled.
    await write('|u1', first);
    expect(await pixelsOf((await open()).dataset, 'x.npy#1')).toEqual(expected);
    // Floats: v / 255 * 255 rounds to v, whatever the kind's precision.
    await write(
      '<f4',
      Float32Array.from(first, (value) => value / 255),
    );
    const shares = await open();
    expect([valueOf(shares, 'brightness'), valueOf(shares, 'axes')]).toEqual(['share', 'chw']);
    expect(await pixelsOf(shares.dataset, 'x.npy#1')).toEqual(expected);
    await write(
      '>f8',
      Float64Array.from(first, (value) => value / 127.5 - 1),
    );
    const signed = await open();
    expect(valueOf(signed, 'brightness')).toBe('signed');
    expect(await pixelsOf(signed.dataset, 'x.npy#1')).toEqual(expected);
    // Smallest and largest of the sample (here: everything) become black and white.
    const [low, high] = [Math.min(...first), Math.max(...first)];
    await write(
      '<i2',
      Int16Array.from(first, (value) => value * 100 - 700),
    );
    const scaled = await open();
    expect(valueOf(scaled, 'brightness')).toBe('sample');
    expect(scaled.sentence).toContain(`shown from ${low * 100 - 700} (black) to ${high * 100 - 700} (white)`);
    const stretched = expected.map((value) => Math.round(((value - low) * 255) / (high - low)));
    expect(await pixelsOf(scaled.dataset, 'x.npy#1')).toEqual(stretched);
    // Said by a person: black at 0, white at 255; and rows and columns exchanged.
    const answered = await open('', { brightness: 'bytes', axes: 'cwh' });
    const own = await pixelsOf(answered.dataset, 'x.npy#1');
    expect(answered.dataset.choices).toEqual({ brightness: 'bytes', axes: 'cwh' });
    const clipped = (value: number): number => Math.min(255, Math.max(0, value * 100 - 700));
    const at = (row: number, column: number, colour: number): number => own[(row * 8 + column) * 3 + colour];
    expect(at(2, 5, 1)).toBe(clipped(bytes[192 + (5 * 8 + 2) * 3 + 1]));
  });

  it("Fortran's order", async () => {
    const bytes = await pictureNumbers(4, 4, 1);
    const values: number[] = [];
    for (let x = 0; x < 4; x++)
      for (let y = 0; y < 4; y++) for (let n = 0; n < 4; n++) values.push(bytes[n * 16 + y * 4 + x]);
    await writeFiles(root, {
      'x.npy': npyBytes({ descr: '|u1', shape: [4, 4, 4], values, fortran: true }),
      'y.npy': npyBytes({ descr: '|b1', shape: [4], values: [0, 1, 0, 1] }),
    });
    const { dataset } = await open();
    const grey = await pixelsOf(dataset, 'x.npy#2');
    expect(grey).toEqual([...bytes.subarray(32, 48)]);
  });
});

describe('NPZ archives', () => {
  it('as Keras and MedMNIST have them: splits by name, deflated or stored', async () => {
    const [train, val] = [await pictureNumbers(6, 8, 1), await pictureNumbers(4, 8, 1, 80)];
    const entries = {
      'train_images.npy': npyBytes({ descr: '|u1', shape: [6, 8, 8], values: train }),
      'train_labels.npy': npyBytes({ descr: '|u1', shape: [6, 1], values: roundRobin(6, 2) }),
      'val_images.npy': npyBytes({ descr: '|u1', shape: [4, 8, 8], values: val }),
      'val_labels.npy': npyBytes({ descr: '|u1', shape: [4, 1], values: roundRobin(4, 2) }),
      'test_images.npy': npyBytes({ descr: '|u1', shape: [4, 8, 8], values: val }),
    };
    for (const level of [0, 6] as const) {
      await writeFiles(root, { 'some.npz': zipSync(entries, { level }) });
      const { dataset } = await open('some.npz');
      expect(dataset.samples.map(({ split }) => split).filter((split) => split === 'val')).toHaveLength(4);
      expect(labelled(dataset)).toMatchObject({ 'some.npz#train_images/3': '1', 'some.npz#val_images/2': '0' });
      const grey = await pixelsOf(dataset, 'some.npz#val_images/2');
      expect(grey).toEqual([...val.subarray(128, 192)]);
      expect(dataset.problems).toContainEqual({
        file: 'some.npz#test_images',
        kind: 'unlabelled',
        reason: 'The 4 pictures in this array have no labels and are left out.',
      });
    }
    // The same file within an archive.
    const packed = zipSync({ 'data/some.npz': zipSync(entries) });
    await writeFiles(root, { 'all.zip': packed });
    expect((await open('all.zip')).dataset.samples).toHaveLength(10);
  });
});

describe('what is wrong is said', () => {
  const images = async (): Promise<Buffer> =>
    npyBytes({ descr: '|u1', shape: [6, 8, 8], values: await pictureNumbers(6, 8, 1) });
  const labels = npyBytes({ descr: '<i8', shape: [6], values: roundRobin(6, 2) });

  it('counts that do not fit: what has a counterpart is read', async () => {
    await writeFiles(root, {
      'images.npy': await images(),
      'labels.npy': npyBytes({ descr: '<i8', shape: [4], values: roundRobin(4, 2) }),
    });
    const { dataset } = await open();
    expect(dataset.samples).toHaveLength(4);
    expect(dataset.problems).toContainEqual(
      expect.objectContaining({
        file: 'images.npy',
        kind: 'bad-annotation',
        reason: expect.stringMatching(/6 pictures, but there are 4 labels/) as unknown,
      }),
    );
  });

  it.each([
    [
      'Python objects',
      npyBytes({ descr: '|O8', shape: [6], values: [] }),
      /labels.npy: The array holds Python objects, which are never opened/,
    ],
    ['a truncated file', labels.subarray(0, labels.length - 3), /labels.npy: The array is cut off: 45 of the 48 bytes/],
    [
      'a header of 2^60 labels',
      npyBytes({ descr: '<i8', shape: [2 ** 60], values: [0] }),
      /labels.npy: The array is cut off: 8 of the/,
    ],
    [
      'measurements',
      npyBytes({ descr: '<f4', shape: [6], values: [0.5, 1, 2, 3, 4, 5] }),
      /"labels.npy" holds measurements such as 0.5/,
    ],
    ['something else', Buffer.from('no array'), /labels.npy: The array is no NPY file/],
  ])('%s as labels', async (_, bytes, sentence) => {
    await writeFiles(root, { 'images.npy': await images(), 'labels.npy': bytes });
    await expect(open()).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(sentence) as unknown,
    });
  });

  it('no pictures, damaged archives', async () => {
    await writeFiles(root, { 'heat.npy': npyBytes({ descr: '<f4', shape: [3], values: [1, 2, 3] }) });
    await expect(open('heat.npy')).rejects.toMatchObject({ message: 'None of the arrays holds pictures.' });
    const archive = zipSync({ 'x.npy': await images(), 'y.npy': labels });
    for (const length of [10, archive.length - 30]) {
      await writeFiles(root, { 'broken.npz': archive.subarray(0, length) });
      await expect(open('broken.npz')).rejects.toMatchObject({ code: 'data-unreadable' });
    }
  });
});

import { rename } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelled, pictureNumbers, pixelsOf } from '../arrays/arrays.fixture.ts';
import { openData } from '../open-data.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { idxBytes, writeIdx } from './idx.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

describe('the MNIST family', () => {
  it.each([false, true])('digits, packed: %s', async (packed) => {
    await writeIdx(`${root}/MNIST/raw`, packed);
    const end = packed ? '.gz' : '';
    for (const path of [root, `${root}/MNIST/raw/train-images-idx3-ubyte${end}`]) {
      const { dataset, candidates, choices } = await openData(path, { seed: 1 });
      expect(candidates[0]).toMatchObject({ format: 'idx', certainty: 0.9 });
      expect(dataset.classes).toEqual(['0', '1', '2']);
      expect(choices.map(({ key, value }) => [key, value])).toContainEqual(['names', 'numbers']);
      const at = dataset.samples.find(({ id }) => id.endsWith(`t10k-images-idx3-ubyte${end}#4`));
      expect(at).toMatchObject({ label: 1, split: 'test', width: 8, height: 8 });
      expect(await pixelsOf(dataset, at?.id ?? '')).toEqual([...(await pictureNumbers(1, 8, 1, 54))]);
    }
  });

  it('names with dots, and packed files beside their unpacked ones', async () => {
    await writeIdx(root, false);
    for (const name of ['train-images', 't10k-images'])
      await rename(`${root}/${name}-idx3-ubyte`, `${root}/${name}.idx3-ubyte`);
    await writeFiles(root, { 'train-images.idx3-ubyte.gz': gzipSync('none') });
    const { dataset } = await openData(root, { seed: 1 });
    expect(dataset.samples).toHaveLength(15);
    expect(dataset.samples[0]?.id).toBe('t10k-images.idx3-ubyte#0');
    expect(dataset.problems.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  });

  it('names of Fashion-MNIST, guessed from the folder or said', async () => {
    await writeIdx(`${root}/FashionMNIST/raw`, true);
    const { dataset } = await openData(`${root}/FashionMNIST`, { seed: 1 });
    expect(dataset.classes).toEqual(['T-shirt/top', 'Trouser', 'Pullover']);
    const said = await openData(`${root}/FashionMNIST`, { seed: 1, choices: { names: 'numbers' } });
    expect(said.dataset.classes).toEqual(['0', '1', '2']);
  });

  it('EMNIST: rows and columns exchanged, letters from 1, or by its mapping', async () => {
    await writeIdx(root, true, 'emnist-letters-', 1);
    const { dataset } = await openData(root, { seed: 1 });
    expect(dataset.classes).toEqual(['A', 'B', 'C']);
    const id = 'emnist-letters-test-images-idx3-ubyte.gz#1';
    expect(labelled(dataset)[id]).toBe('B');
    const stored = await pictureNumbers(1, 8, 1, 51);
    const upright = await pixelsOf(dataset, id);
    expect(upright).toEqual(Array.from(stored, (_, at) => stored[(at % 8) * 8 + Math.floor(at / 8)]));
    const { dataset: asStored } = await openData(root, { seed: 1, choices: { axes: 'hw' } });
    expect(await pixelsOf(asStored, id)).toEqual([...stored]);
    // Label 1 is the code 65 (A) or 97 (a), 2 is b alone.
    await writeFiles(root, { 'emnist-letters-mapping.txt': '1 65 97\r\n2 98\r\n3 67 99\r\n' });
    expect((await openData(root, { seed: 1 })).dataset.classes).toEqual(['A/a', 'b', 'C/c']);
  });

  it('colours as a fourth axis', async () => {
    const bytes = await pictureNumbers(4, 8, 3);
    await writeFiles(root, {
      'images-idx4-ubyte': idxBytes([4, 8, 8, 3], bytes),
      'labels-idx1-ubyte': idxBytes([4], [0, 1, 0, 1]),
    });
    const { dataset } = await openData(root, { seed: 1 });
    expect(await pixelsOf(dataset, 'images-idx4-ubyte#3')).toEqual([...bytes.subarray(3 * 192)]);
  });
});

describe('what is wrong is said', () => {
  it('files that are cut off, and beginnings that lie', async () => {
    await writeIdx(root, false);
    const images = idxBytes([6, 8, 8], await pictureNumbers(6, 8, 1));
    // 383 of 6 x 8 x 8 numbers; then more pictures than any disk holds.
    const huge = Buffer.from(images);
    huge.fill(255, 4, 16);
    for (const [bytes, sentence] of [
      [images.subarray(0, -1), /383 bytes of numbers are there, but its beginning says 6 x 8 x 8, which is 384/],
      [huge, /384 bytes of numbers are there/],
      [images.subarray(0, 3), /is no IDX file/],
    ] as const) {
      await writeFiles(root, { 't10k-images-idx3-ubyte': bytes });
      const { dataset } = await openData(root, { seed: 1 });
      expect(dataset.samples).toHaveLength(9);
      expect(dataset.problems).toContainEqual({
        file: 't10k-images-idx3-ubyte',
        kind: 'unreadable',
        reason: expect.stringMatching(sentence) as unknown,
      });
    }
  });

  it('a packed file that ends too early, or holds something else', async () => {
    await writeIdx(root, true);
    const packed = gzipSync(idxBytes([9], [0, 1, 2, 0, 1, 2, 0, 1, 2]));
    for (const bytes of [packed.subarray(0, -9), Buffer.from('no gzip')]) {
      await writeFiles(root, { 'train-labels-idx1-ubyte.gz': bytes, 't10k-labels-idx1-ubyte.gz': bytes });
      await expect(openData(root, { seed: 1 })).rejects.toMatchObject({
        code: 'data-unreadable',
        message: expect.stringMatching(/no array with a label.*labels-idx1-ubyte.gz: /) as unknown,
      });
    }
  });
});

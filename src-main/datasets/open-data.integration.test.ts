import { mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { datasetFromJson, datasetToJson } from './dataset-file.ts';
import type { Dataset, Problem } from './dataset.ts';
import { summarise } from './describe.ts';
import { openData, openDataset } from './open-data.ts';
import { IndexCache } from './index/index-cache.ts';
import { patchwork, patchworkJpeg, temporaryFolder, writeClasses, writeFiles } from './pictures/pictures.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const kindsOf = (problems: readonly Problem[], file: string): string[] =>
  problems.filter((problem) => problem.file === file).map((problem) => problem.kind);
const splitsOf = (dataset: Dataset, start: string): string[] =>
  dataset.samples.filter((sample) => sample.id.startsWith(start)).map((sample) => sample.split);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof SteadygazeError ? error.code : String(error)),
  );
const grey = (value: number, width = 32, height = 32): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toBuffer();

describe('open', () => {
  it('splits a folder per class by the seed, always the same way', async () => {
    await writeClasses(root, { cat: 20, dog: 10, 'two only': 2 });
    const first = await openDataset(root, { seed: 3 });
    expect(first.classes).toEqual(['cat', 'dog', 'two only']);
    expect(summarise(first).splits).toEqual({ train: 23, val: 3, test: 6 });
    expect(splitsOf(first, 'two only/')).toEqual(['train', 'train']);
    expect(kindsOf(first.problems, 'two only')).toEqual(['tiny-class']);
    expect(first.splitOrigin).toBe('seeded');
    expect((await openDataset(root, { seed: 3 })).fingerprint).toBe(first.fingerprint);
    expect((await openDataset(root, { seed: 4 })).fingerprint).not.toBe(first.fingerprint);
    const ids = first.samples.map((sample) => sample.id);
    expect(ids).toEqual([...ids].sort());
    expect(summarise(first).description).toContain('32 pictures in 3 classes, 19% kept aside for testing');
    const { candidates, sentence } = await openData(root, { seed: 3 });
    expect(candidates.map(({ format }) => format)).toEqual(['folder-per-class']);
    expect(sentence).toBe('A folder for each class.');
  });

  it('keeps given splits, whatever they are called, and parts only what is missing', async () => {
    await writeClasses(root, { 'Train/cat': 20, 'Train/dog': 20, 'VALID/cat': 2, 'VALID/dog': 2 });
    const mixed = await openDataset(root, { seed: 0 });
    expect(mixed.splitOrigin).toBe('mixed');
    expect(summarise(mixed).splits).toEqual({ train: 32, val: 4, test: 8 });
    await writeFiles(root, { 'test/cat/x.jpg': await patchworkJpeg(900), 'stray/y.jpg': await patchworkJpeg(901) });
    const given = await openDataset(root, { seed: 0 });
    expect(given.splitOrigin).toBe('folders');
    expect(summarise(given).splits).toEqual({ train: 40, val: 4, test: 1 });
    expect(given.classes).toEqual(['cat', 'dog']);
    expect(kindsOf(given.problems, 'dog')).toEqual(['class-missing-in-split']);
    expect(kindsOf(given.problems, 'stray')).toEqual(['ignored']);
  });

  it('knows a class called "train" and a class of masks from the folders of that name', async () => {
    await writeClasses(root, { train: 3, car: 3, masks: 3 });
    expect((await openDataset(root, { seed: 0 })).classes).toEqual(['car', 'masks', 'train']);
  });

  it('reports what is wrong with a file, and goes on', async () => {
    const jpeg = await sharp({
      create: {
        width: 200,
        height: 200,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 50 },
      },
    })
      .jpeg()
      .toBuffer();
    await writeClasses(root, { a: 3, b: 3 });
    await writeFiles(root, {
      'a/.DS_Store': 'x',
      'a/Thumbs.db': 'x',
      'a/cut.jpg': jpeg.subarray(0, jpeg.length * 0.7),
      'a/empty.png': '',
      'a/notes.txt': 'text',
      'a/text.jpg': 'this is no picture',
      'a/windows.bmp': Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]),
      'a/drawing.png': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'b/really-a-png.jpg': await patchwork(70).png().toBuffer(),
      'b/no-extension': await patchworkJpeg(71),
      'b/inner/deeper/c.webp': await patchwork(72).webp().toBuffer(),
      'loose.jpg': await patchworkJpeg(73),
    });
    await symlink(root, join(root, 'b', 'loop'));
    await symlink(join(root, 'b'), join(root, 'b', 'inner', 'up'));
    await symlink(join(root, 'nowhere'), join(root, 'b', 'dead.jpg'));
    const { samples, problems } = await openDataset(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(samples.map((sample) => sample.id)).toEqual([
      ...['a/0.jpg', 'a/1.jpg', 'a/2.jpg', 'b/0.jpg', 'b/1.jpg', 'b/2.jpg'],
      ...['b/inner/deeper/c.webp', 'b/no-extension', 'b/really-a-png.jpg'],
    ]);
    const found = Object.fromEntries(problems.map((problem) => [problem.file, problem.kind]));
    expect(found).toEqual({
      'a/cut.jpg': 'unreadable',
      'a/drawing.png': 'not-a-picture',
      'a/empty.png': 'empty-file',
      'a/notes.txt': 'not-a-picture',
      'a/text.jpg': 'unreadable',
      'a/windows.bmp': 'unreadable',
      'b/dead.jpg': 'unreadable',
      'b/inner/up': 'ignored',
      'b/loop': 'ignored',
      'loose.jpg': 'ignored',
    });
    expect(problems.find((problem) => problem.file === 'a/windows.bmp')?.reason).toContain('BMP');
    expect(problems.every((problem) => problem.reason.endsWith('.'))).toBe(true);
  });

  it('refuses a picture that claims too many pixels, and takes a wide panorama', async () => {
    await writeClasses(root, { a: 3, b: 3 });
    const bomb = await grey(9, 8, 8);
    bomb.writeUInt32BE(40_000, 16);
    bomb.writeUInt32BE(40_000, 20);
    // The header carries a CRC of its own: length, type and 13 bytes of data, CRC behind them.
    const { crc32 } = await import('node:zlib');
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const panorama = await sharp({ create: { width: 12_000, height: 600, channels: 3, background: '#357' } })
      .jpeg()
      .toBuffer();
    await writeFiles(root, { 'a/bomb.png': bomb, 'a/panorama.jpg': panorama });
    const { samples, problems } = await openDataset(root, { seed: 0 });
    expect(kindsOf(problems, 'a/bomb.png')).toEqual(['too-large']);
    expect(samples.find((sample) => sample.id === 'a/panorama.jpg')).toMatchObject({ width: 12_000, height: 600 });
  });

  it('takes names in any script, and the two spellings of one name for one class', async () => {
    const cafe = 'café';
    await writeFiles(root, {
      [`train/${cafe.normalize('NFC')}/猫 1.jpg`]: await patchworkJpeg(1),
      [`train/собака/ü ñ.jpg`]: await patchworkJpeg(2),
      [`val/${cafe.normalize('NFD')}/1.jpg`]: await patchworkJpeg(3),
      [`test/${cafe.normalize('NFD')}/1.jpg`]: await patchworkJpeg(4),
      [`masks/train/${cafe.normalize('NFD')}/猫 1.png`]: await grey(255),
      'boxes.csv': `path,x0,y0,x1,y1\n${`val/${cafe}/1.jpg`.normalize('NFC')},1,2,30,31\n`,
    });
    const dataset = await openDataset(root, { seed: 0 });
    expect(dataset.classes).toEqual([cafe.normalize('NFC'), 'собака']);
    expect(summarise(dataset)).toMatchObject({ images: 4, masks: 1, boxes: 1, splits: { train: 2, val: 1, test: 1 } });
  });

  it('reports copies, and splits neither them nor near-duplicates', async () => {
    await writeClasses(root, { cat: 12, dog: 12 });
    const original = await patchwork(500, 96, 96).png().toBuffer();
    for (let i = 0; i < 5; i++) {
      const copy = await sharp(original)
        .jpeg({ quality: 50 + 10 * i })
        .toBuffer();
      await writeFiles(root, { [`cat/series ${i}.jpg`]: copy });
    }
    await writeFiles(root, { 'cat/z.png': original, 'cat/zz.png': original, 'dog/z.png': original });
    for (let seed = 0; seed < 5; seed++) {
      const dataset = await openDataset(root, { seed });
      const series = dataset.samples.filter(({ id }) => /series|z\.png/.test(id));
      expect(series).toHaveLength(8);
      expect(new Set(series.map((sample) => sample.split)).size).toBe(1);
      expect(kindsOf(dataset.problems, 'cat/zz.png')).toEqual(['duplicate']);
      expect(kindsOf(dataset.problems, 'dog/z.png')).toEqual(['conflicting-labels']);
    }
    const picture = await patchworkJpeg(600);
    const splitRoot = join(root, 'split');
    await writeFiles(splitRoot, {
      'train/a/1.jpg': picture,
      'train/b/1.jpg': await patchworkJpeg(601),
      'test/a/2.jpg': picture,
    });
    expect(kindsOf((await openDataset(splitRoot, { seed: 0 })).problems, 'train/a/1.jpg')).toEqual([
      'duplicate-across-splits',
    ]);
  });

  it('matches masks and boxes with pictures, and says which do not fit', async () => {
    await writeClasses(root, { 'train/cat': 4, 'train/dog': 4 });
    await writeFiles(root, {
      'masks/train/cat/0.png': await grey(255),
      'masks/cat/1.png': await grey(255),
      'masks/train/cat/2.png': await grey(255, 64, 32),
      'masks/train/cat/3.png': 'no picture',
      'masks/train/dog/99.png': await grey(255),
      'boxes.csv': [
        '\ufeffpath,x0,y0,x1,y1,note',
        'train/cat/0.jpg,1,2,30,31,',
        './train/cat/0.jpg,5,5,9,9,a second one',
        'train\\cat\\1.jpg,-10,4,40.5,20,over both edges',
        'train/dog/1.jpg,1,two,3,4,',
        'train/dog/1.jpg,9,9,9,12,',
        'train/dog/1.jpg,50,50,60,60,',
        'train/dog/77.jpg,1,1,2,2,',
      ].join('\n'),
    });
    const { samples, problems } = await openDataset(root, { seed: 0, valShare: 0, testShare: 0 });
    expect(samples.map((sample) => sample.mask)).toEqual([
      'masks/train/cat/0.png',
      'masks/cat/1.png',
      ...new Array<null>(6).fill(null),
    ]);
    expect(samples[0]?.maskHash).toMatch(/^[0-9a-f]{64}$/);
    expect(samples[0]?.boxes).toEqual([
      { x0: 1, y0: 2, x1: 30, y1: 31 },
      { x0: 5, y0: 5, x1: 9, y1: 9 },
    ]);
    expect(samples[1]?.boxes).toEqual([{ x0: 0, y0: 4, x1: 32, y1: 20 }]);
    const bad = problems.filter((problem) => problem.kind === 'bad-box').map((problem) => problem.reason.slice(0, 7));
    expect(bad.sort()).toEqual(['Line 4:', 'Line 5:', 'Line 6:', 'Line 7:', 'Line 8:']);
    for (const name of ['train/cat/2.png', 'train/cat/3.png', 'train/dog/99.png']) {
      expect(kindsOf(problems, `masks/${name}`)).toEqual(['bad-mask']);
    }
    await writeFiles(root, { 'boxes.csv': 'train/cat/0.jpg,1,2,30,31\ntrain/cat/1.jpg,1,2,30,31\n' });
    expect(kindsOf((await openDataset(root, { seed: 0 })).problems, 'boxes.csv')).toEqual(['bad-box']);
  });

  it('opens 200 tiny classes', async () => {
    await writeClasses(root, Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`c${i}`, 4])));
    const { splits, classes } = summarise(await openDataset(root, { seed: 1 }));
    expect(classes).toHaveLength(200);
    expect(Math.abs(splits.test - 160)).toBeLessThanOrEqual(2);
    expect(Math.abs(splits.val - 80)).toBeLessThanOrEqual(2);
  });

  it('says in one sentence why a folder cannot be used', async () => {
    expect(await codeOf(openDataset(join(root, 'nothing'), { seed: 0 }))).toBe('not-found');
    expect(await codeOf(openDataset(root, { seed: 0 }))).toBe('data-empty');
    await mkdir(join(root, 'a'));
    expect(await codeOf(openDataset(root, { seed: 0 }))).toBe('data-empty');
    await writeFiles(root, { 'a/1.jpg': 'text', 'b/1.jpg': 'text' });
    expect(await codeOf(openDataset(root, { seed: 0 }))).toBe('data-unreadable');
    await writeFiles(root, { 'a/1.jpg': await patchworkJpeg(1) });
    expect(await codeOf(openDataset(root, { seed: 0 }))).toBe('data-one-class');
    await rm(join(root, 'b'), { recursive: true });
    expect(await codeOf(openDataset(root, { seed: 0 }))).toBe('data-one-class');
    expect(await codeOf(openDataset(join(root, 'a'), { seed: 0 }))).toBe('data-one-class');
    expect(await codeOf(openDataset(join(root, 'a', '1.jpg'), { seed: 0 }))).toBe('data-unreadable');
    await writeFiles(root, { 'b/1.jpg': await patchworkJpeg(2) });
    expect(await codeOf(openDataset(root, { seed: 0, testShare: 0.9 }))).toBe('impossible-value');
    expect(await codeOf(openDataset(root, { seed: 0, signal: AbortSignal.abort() }))).toBe('cancelled');
    const only = join(root, 'only-test');
    await writeClasses(only, { 'test/a': 2, 'test/b': 2 });
    expect(await codeOf(openDataset(only, { seed: 0 }))).toBe('data-empty');
  });

  it('counts its progress', async () => {
    await writeClasses(root, { a: 4, b: 4 });
    const seen: number[] = [];
    await openDataset(root, { seed: 0, onProgress: (done, total) => seen.push(done / (total ?? 0)) });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 8));
  });
});

describe('a stored data set', () => {
  it('survives JSON, and damage to it is noticed', async () => {
    await writeClasses(root, { a: 4, b: 4 });
    const dataset = await openDataset(root, { seed: 0 });
    const text = JSON.stringify(datasetToJson(dataset));
    expect(datasetFromJson(JSON.parse(text))).toEqual(dataset);
    expect(() => datasetFromJson(JSON.parse(text.replace('"val"', '"test"')))).toThrow(SteadygazeError);
    expect(() => datasetFromJson({ root })).toThrow(SteadygazeError);
  });

  it('opens again from the index without reading pictures, except changed ones', async () => {
    const data = join(root, 'data');
    await writeClasses(data, { a: 4, b: 4 });
    const file = join(root, 'study', 'files.index');
    const path = join(data, 'a/1.jpg');
    const time = new Date('2026-01-02T03:04:05Z');
    await utimes(path, time, time);
    const first = await openDataset(data, { seed: 0, index: await IndexCache.open(file) });
    // Same size and time, other content: only who reads the file can notice.
    await writeFile(path, Buffer.alloc((await stat(path)).size, 7));
    await utimes(path, time, time);
    const again = await openDataset(data, { seed: 0, index: await IndexCache.open(file) });
    expect(again).toEqual(first);
    await utimes(path, time, new Date(time.getTime() + 5000));
    const { problems } = await openDataset(data, { seed: 0, index: await IndexCache.open(file) });
    expect(kindsOf(problems, 'a/1.jpg')).toEqual(['unreadable']);
  });
});

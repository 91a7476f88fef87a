import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../picture-reader.ts';
import { openPictures } from '../picture-reader.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { parquetPictures } from './parquet-images.fixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(() => folder.remove());

const open = (choices: Readonly<Record<string, string>> = {}, focus = '') =>
  openData(`${folder.path}/${focus}`, { seed: 1, choices });
const told = ({ samples, classes }: Dataset): string[] =>
  samples.map(({ id, label, labels, split }) => {
    return `${id}: ${(labels ?? [label]).map((one) => classes[one]).join('+')} (${split})`;
  });
const names = ['cat', 'dog', 'bird'];
const rows = (seeds: readonly number[]) => seeds.map((seed) => ({ seed, label: BigInt(seed % 2) }));

describe('pictures in Parquet files', () => {
  it('reads shards of all splits, with the names of the classes from the footer', async () => {
    await writeFiles(folder.path, {
      'data/train-00000-of-00002.parquet': await parquetPictures(rows([1, 2, 3]), { names }),
      'data/train-00001-of-00002.parquet': await parquetPictures(rows([4, 5]), { names }),
      'data/validation-00000-of-00001.parquet': await parquetPictures(rows([6, 7]), { names }),
      'data/test-00000-of-00001.parquet': await parquetPictures(
        [
          { seed: 8, label: 2n },
          { seed: 9, label: -1n },
        ],
        { names },
      ),
      'README.md': '# pets',
    });
    const { dataset, sentence } = await open();
    expect(dataset.format).toBe('parquet-images');
    expect(sentence).toBe('Pictures in the column "image" of 4 Parquet files; classes from the column "label".');
    expect(dataset.classes).toEqual(names);
    expect(told(dataset)).toEqual([
      'data/test-00000-of-00001.parquet#0: bird (test)',
      'data/train-00000-of-00002.parquet#0: dog (train)',
      'data/train-00000-of-00002.parquet#1: cat (train)',
      'data/train-00000-of-00002.parquet#2: dog (train)',
      'data/train-00001-of-00002.parquet#0: cat (train)',
      'data/train-00001-of-00002.parquet#1: dog (train)',
      'data/validation-00000-of-00001.parquet#0: cat (val)',
      'data/validation-00000-of-00001.parquet#1: dog (val)',
    ]);
    expect(dataset.problems).toContainEqual({
      file: 'data/test-00000-of-00001.parquet#1',
      kind: 'unlabelled',
      reason: 'The row names no class.',
    });
    expect(dataset.samples[3].hash).toBe(sha256(await patchworkJpeg(3)));
    // One shard means all of them; a file of another name means itself.
    const one = await open({}, 'data/train-00001-of-00002.parquet');
    expect(one.dataset.samples).toHaveLength(8);
    await writeFiles(folder.path, { 'own/mine.parquet': await parquetPictures(rows([1, 2, 3, 4]), { names }) });
    expect((await open({}, 'own/mine.parquet')).dataset.samples).toHaveLength(4);
  });

  it('reads several classes a picture, names as texts, and plain columns of bytes', async () => {
    const several = [[0n, 2n], [1n], [2n], [0n]].map((label, i) => ({ seed: i + 1, label }));
    await writeFiles(folder.path, { 'a.parquet': await parquetPictures(several, { names }) });
    const multi = (await open()).dataset;
    expect(multi.task).toBe('multi-label');
    expect(told(multi).map((line) => line.replace(/ \(.*/, ''))).toEqual([
      'a.parquet#0: cat+bird',
      'a.parquet#1: dog',
      'a.parquet#2: bird',
      'a.parquet#3: cat',
    ]);
    await writeFiles(folder.path, {
      'a.parquet': await parquetPictures(['b', 'a', 'b'].map((label, i) => ({ seed: i + 1, label }))),
    });
    expect((await open()).dataset).toMatchObject({ classes: ['a', 'b'], task: 'single-label' });
    const bytes = await Promise.all([1, 2, 3, 4].map((seed) => patchworkJpeg(seed)));
    const plain = parquetWriteBuffer({
      columnData: [
        { name: 'checksum', data: bytes.map((_, i) => new Uint8Array([i])), type: 'BYTE_ARRAY' },
        { name: 'jpg', data: bytes, type: 'BYTE_ARRAY' },
        { name: 'digit', data: [10, 9, 10, 9], type: 'INT32' },
        { name: 'set', data: ['train', 'val', 'test', 'train'], type: 'STRING' },
      ],
    });
    await writeFiles(folder.path, { 'a.parquet': Buffer.from(plain) });
    const opened = await open();
    expect(told(opened.dataset)).toEqual([
      'a.parquet#0: 10 (train)',
      'a.parquet#1: 9 (val)',
      'a.parquet#2: 10 (test)',
      'a.parquet#3: 9 (train)',
    ]);
    expect(opened.dataset.classes).toEqual(['9', '10']);
    expect(opened.choices.map(({ key, value }) => [key, value])).toEqual([
      ['picture-column', 'jpg'],
      ['label-column', 'digit'],
      ['split-column', 'set'],
    ]);
  });

  it.each([
    [
      'pages',
      { codec: 'UNCOMPRESSED', pageSize: 1_500_000, padding: 800_000 },
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ],
    [
      'pages of one picture',
      { codec: 'SNAPPY', pageSize: 1000, padding: 3_000_000 },
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ],
    [
      'a dictionary',
      { codec: 'UNCOMPRESSED', pageSize: 4, padding: 3_000_000 },
      [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 3, 2, 1],
    ],
  ] as const)('reads a row group of many megabytes by its %s', async (_, options, seeds) => {
    const { padding } = options;
    const data = await parquetPictures(rows(seeds), { names, rowGroupSize: 100, ...options });
    await writeFiles(folder.path, { 'train.parquet': data });
    const { dataset } = await open();
    const reader = await openPictures(dataset);
    const hashes: string[] = [];
    for (const seed of seeds)
      hashes.push(sha256(Buffer.concat([await patchworkJpeg(seed), Buffer.alloc(padding, seed)])));
    // In another order than they were written in, and several at once.
    const ids = seeds.map((_seed, i) => `train.parquet#${String(i).padStart(2, '0')}`);
    const read = await Promise.all([...ids].reverse().map((id) => reader.read(id)));
    expect(read.reverse().map((bytes) => sha256(bytes))).toEqual(hashes);
    await expect(reader.read('train.parquet#99')).rejects.toMatchObject({ code: 'data-unreadable' });
    await expect(reader.read('../train.parquet#00')).rejects.toMatchObject({ code: 'not-found' });
    await reader.close();
  });

  it('goes on behind rows without a picture, classes that do not exist, and damaged shards', async () => {
    const good = await parquetPictures(
      [...rows([1, 2, 3]), { seed: null, label: 0n }, { seed: 5, label: 7n }, { seed: 6, label: null }],
      { names },
    );
    await writeFiles(folder.path, {
      'train-00000-of-00003.parquet': good.subarray(0, -1),
      'train-00001-of-00003.parquet': good,
      'train-00002-of-00003.parquet': Buffer.concat([good.subarray(0, 200), good.subarray(300)]),
    });
    const { dataset } = await open();
    expect(dataset.samples.map(({ id }) => id).slice(0, 3)).toEqual(
      [0, 1, 2].map((row) => `train-00001-of-00003.parquet#${row}`),
    );
    const told = dataset.problems.map(({ file, kind, reason }) => `${file} ${kind}: ${reason}`);
    for (const expected of [
      'train-00000-of-00003.parquet unreadable: train-00000-of-00003.parquet: this Parquet file cannot be read (its end is missing).',
      'train-00001-of-00003.parquet#3 unreadable: The row holds no picture.',
      'train-00001-of-00003.parquet bad-annotation: Row 5: there is no class 7.',
      'train-00001-of-00003.parquet#5 unlabelled: The row names no class.',
    ]) {
      expect(told).toContain(expected);
    }
    expect(told.some((line) => line.startsWith('train-00002-of-00003.parquet'))).toBe(true);
  });

  it('never ends otherwise than with a list of problems or a refusal, whatever byte is wrong', async () => {
    const good = await parquetPictures(rows([1, 2, 3, 4]), { names });
    for (let i = 0; i < 60; i++) {
      const bad = Buffer.from(good);
      // The footer is where lengths and offsets stand.
      const at = bad.length - 9 - Math.floor((i * 997) % 700);
      bad[at] ^= 1 << (i % 8);
      await writeFiles(folder.path, { 'train.parquet': bad });
      const ended = await open().then(
        ({ dataset }) => dataset.samples.length,
        (error: unknown) => (error as { code?: string }).code,
      );
      expect([0, 1, 2, 3, 4, 'data-unreadable', 'data-one-class', 'data-empty']).toContain(ended);
    }
  });

  it('reads them inside of an archive', async () => {
    const shard = await parquetPictures(rows([1, 2, 3, 4]), { names });
    await writeFiles(folder.path, { 'pets.zip': zipSync({ 'pets/data/train-00000-of-00001.parquet': shard }) });
    const { dataset } = await open({}, 'pets.zip');
    expect(dataset).toMatchObject({ format: 'parquet-images', classes: ['cat', 'dog'] });
    const reader = await openPictures(dataset);
    expect(sha256(await reader.read(dataset.samples[1].id))).toBe(sha256(await patchworkJpeg(2)));
    await reader.close();
  });

  it('leaves a table of pictures that lie in folders to the format for tables', async () => {
    await writeFiles(folder.path, { 'img/1.jpg': await patchworkJpeg(1), 'img/2.jpg': await patchworkJpeg(2) });
    const table = parquetWriteBuffer({
      columnData: [
        { name: 'file', data: ['1.jpg', '2.jpg'], type: 'STRING' },
        { name: 'label', data: ['a', 'b'], type: 'STRING' },
      ],
    });
    await writeFiles(folder.path, { 't.parquet': Buffer.from(table) });
    expect((await open()).dataset.format).toBe('table');
    expect(await readFile(`${folder.path}/t.parquet`)).toHaveLength(table.byteLength);
  });
});

import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SteadygazeError } from '../../contract/errors.ts';
import { IndexCache } from './index-cache.ts';
import { indexFolder, openIndex } from './index-place.ts';
import { openDataset } from '../open-data.ts';
import type { PictureFacts } from '../pictures/picture-file.ts';
import { LOOK_BYTES } from '../pictures/picture-look.ts';
import { patchworkJpeg, temporaryFolder, writeClasses, writeFiles } from '../pictures/pictures.fixture.ts';

let root: string;
let file: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  file = join(root, 'pictures.index');
});
afterEach(() => remove());

const STAMP = { size: 1234, mtimeMs: 1_700_000_000_123.456 };

/** What might be found in a file; every third is a mask, and some have a camera. */
function factsOf(number: number): PictureFacts {
  const isMask = number % 3 === 2;
  return {
    hash: number.toString(16).padStart(64, 'f'),
    width: number + 1,
    height: 70_000 - number,
    look: isMask ? null : Uint8Array.from({ length: LOOK_BYTES }, (_, i) => (i * 7 + number) % 256),
    camera: isMask || number % 5 === 0 ? null : `Camera "${number % 7}"\n`,
  };
}

async function filled(count: number, from = 0): Promise<IndexCache> {
  const index = await IndexCache.open(file);
  for (let i = from; i < count; i++) index.set(`class/猫 "${i}"\n.jpg`, STAMP, factsOf(i));
  await index.save();
  return index;
}

const knows = (index: IndexCache, count: number): number[] =>
  Array.from({ length: count }, (_, i) => i).filter((i) => index.get(`class/猫 "${i}"\n.jpg`, STAMP) !== null);

describe('the index of a folder', () => {
  it('gives back what it was told, of files that have not changed', async () => {
    await filled(5000);
    const index = await IndexCache.open(file);
    for (const i of [0, 1, 2, 4095, 4096, 4999]) expect(index.get(`class/猫 "${i}"\n.jpg`, STAMP)).toEqual(factsOf(i));
    expect(index.get('class/猫 "1"\n.jpg', { ...STAMP, size: 1235 })).toBeNull();
    expect(index.get('class/猫 "1"\n.jpg', { ...STAMP, mtimeMs: STAMP.mtimeMs + 0.001 })).toBeNull();
    expect(index.get('class/other.jpg', STAMP)).toBeNull();
  });

  it('grows at its end, and is written anew when most of it is out of date', async () => {
    await filled(100);
    const { size, ino } = await stat(file);
    const index = await IndexCache.open(file);
    index.set('new.jpg', STAMP, factsOf(1));
    await index.save();
    const grown = await stat(file);
    expect([grown.ino, grown.size > size, grown.size < size + 1000]).toEqual([ino, true, true]);
    await filled(100);
    const third = await filled(100);
    third.set('class/猫 "1"\n.jpg', STAMP, factsOf(1));
    await third.save();
    expect((await stat(file)).size).toBeLessThan(size + 3000);
    const last = await IndexCache.open(file);
    expect(last.get('new.jpg', STAMP)).toEqual(factsOf(1));
    expect(knows(last, 100)).toHaveLength(100);
  });

  it('forgets what is damaged and what stands behind it, and goes on', async () => {
    await filled(100);
    const good = (await stat(file)).size;
    await filled(200, 100);
    const bytes = await readFile(file);
    bytes[good + 500] ^= 1;
    await writeFile(file, bytes);
    expect(knows(await IndexCache.open(file), 200)).toHaveLength(100);
    await filled(200, 150);
    expect(knows(await IndexCache.open(file), 200)).toHaveLength(150);
    await filled(200, 190);
    await truncate(file, (await stat(file)).size - 1);
    // The damaged record was cleared away, so that there is one record for what was known then.
    expect(knows(await IndexCache.open(file), 200)).toHaveLength(150);
    await appendFile(file, Buffer.alloc(1000, 255));
    expect(knows(await IndexCache.open(file), 200)).toHaveLength(150);
    for (const text of ['', 'something else', 'x'.repeat(1000)]) {
      await writeFile(file, text);
      expect(knows(await IndexCache.open(file), 200)).toEqual([]);
    }
    await filled(10);
    expect(knows(await IndexCache.open(file), 10)).toHaveLength(10);
  });

  it('keeps results by what they were worked out from', async () => {
    const index = await IndexCache.open(file);
    index.remember('groups', 'key 1', Buffer.from('first'));
    index.remember('groups', 'key 2', Buffer.from('second'));
    await index.save();
    const again = await IndexCache.open(file);
    expect(again.recall('groups', 'key 2')?.toString()).toBe('second');
    expect([again.recall('groups', 'key 1'), again.recall('other', 'key 2')]).toEqual([null, null]);
  });

  it('is no obstacle where it cannot be written', async () => {
    file = join(root, 'nowhere');
    await writeFile(file, '');
    file = join(file, 'below a file');
    expect(knows(await filled(3), 3)).toEqual([0, 1, 2]);
  });
});

describe('a folder that is opened again', () => {
  /** Opens it and counts the pictures that are read. */
  async function open(
    data: string,
    signal?: AbortSignal,
  ): Promise<{ readonly read: string[]; readonly names: number }> {
    const index = await IndexCache.open(file);
    const set = index.set.bind(index);
    const read: string[] = [];
    index.set = (path, stamp, facts) => {
      read.push(path);
      set(path, stamp, facts);
    };
    const { samples } = await openDataset(data, { seed: 0, index, ...(signal === undefined ? {} : { signal }) });
    return { read: read.sort(), names: samples.length };
  }

  it('reads only what is new or has changed', async () => {
    const data = join(root, 'data');
    await writeClasses(data, { a: 6, b: 6 });
    expect((await open(data)).read).toHaveLength(12);
    expect(await open(data)).toEqual({ read: [], names: 12 });
    await writeFiles(data, { 'a/new.jpg': await patchworkJpeg(99), 'b/0.jpg': await patchworkJpeg(98, 40, 41) });
    expect(await open(data)).toEqual({ read: ['a/new.jpg', 'b/0.jpg'], names: 13 });
  });

  it('has the same problems, groups and parts as when all was worked out', async () => {
    const data = join(root, 'data');
    await writeClasses(data, { a: 12, b: 12 });
    const twin = await patchworkJpeg(7, 80, 80);
    await writeFiles(data, { 'a/x.jpg': twin, 'b/y.jpg': twin });
    const plain = await openDataset(data, { seed: 1 });
    expect(plain.problems.map(({ kind }) => kind)).toContain('conflicting-labels');
    for (let time = 0; time < 2; time++) {
      expect(await openDataset(data, { seed: 1, index: await IndexCache.open(file) })).toEqual(plain);
    }
    const other = await openDataset(data, { seed: 2, index: await IndexCache.open(file) });
    expect(other).toEqual(await openDataset(data, { seed: 2 }));
  });

  it('goes on where it was stopped', async () => {
    const data = join(root, 'data');
    await writeClasses(data, { a: 20, b: 20 });
    const control = new AbortController();
    const index = await IndexCache.open(file);
    const stopped = openDataset(data, {
      ...{ seed: 0, index, signal: control.signal },
      onProgress: (done) => done >= 15 && control.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' } satisfies Partial<SteadygazeError>);
    const { read } = await open(data);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThanOrEqual(25);
  });
});

describe('where indexes lie', () => {
  it('is one file a place, of which the oldest go', async () => {
    const before = process.env['STEADYGAZE_INDEXES'];
    const folder = join(root, 'indexes');
    process.env['STEADYGAZE_INDEXES'] = folder;
    try {
      for (let i = 0; i < 30; i++) {
        const index = await openIndex(`/data/${i}`, '');
        index?.set('a.jpg', STAMP, factsOf(1));
        await index?.save();
      }
      expect((await readdir(folder)).length).toBeLessThanOrEqual(25);
      expect((await openIndex('/data/29', ''))?.get('a.jpg', STAMP)).toEqual(factsOf(1));
      expect((await openIndex('/data/29', 'inside'))?.get('a.jpg', STAMP)).toBeNull();
      expect((await openIndex('/data/0', ''))?.get('a.jpg', STAMP)).toBeNull();
    } finally {
      process.env['STEADYGAZE_INDEXES'] = before;
    }
  });

  it('can be said, or nowhere', async () => {
    expect(indexFolder({ STEADYGAZE_INDEXES: '' })).toBeNull();
    expect(indexFolder({ STEADYGAZE_INDEXES: '/x' })).toBe('/x');
    expect(indexFolder({})).toMatch(/indexes$/);
    await mkdir(join(root, 'closed'));
  });
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { open as openFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset, Sample } from '../dataset.ts';
import { decodePicture } from '../pictures/decode.ts';
import { openDataset } from '../open-data.ts';
import { patchwork, patchworkJpeg, temporaryFolder, writeClasses, writeFiles } from '../pictures/pictures.fixture.ts';
import { PixelCache } from './pixel-cache.ts';

const SIZE = 16;
const RECORD = SIZE * SIZE * 3;

let root: string;
let cacheFolder: string;
let remove: () => Promise<void>;
let dataset: Dataset;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  cacheFolder = join(root, 'cache');
  await writeClasses(join(root, 'data'), { a: 10, b: 10 });
  dataset = await openDataset(join(root, 'data'), { seed: 0 });
});
afterEach(() => remove());

const openCache = (memoryBytes?: number): Promise<PixelCache> =>
  PixelCache.open(cacheFolder, { kind: 'picture', size: SIZE, ...(memoryBytes === undefined ? {} : { memoryBytes }) });
const pixelsOf = async (sample: Sample): Promise<Uint8Array> =>
  new Uint8Array(await decodePicture(await readFile(join(dataset.root, sample.id)), SIZE));

async function expectRight(cache: PixelCache, samples: readonly Sample[]): Promise<void> {
  const out = new Uint8Array(samples.length * RECORD);
  await cache.read(samples, out);
  for (const [i, sample] of samples.entries()) {
    expect(out.subarray(i * RECORD, (i + 1) * RECORD)).toEqual(await pixelsOf(sample));
  }
}

describe('PixelCache', () => {
  it.each([0, undefined])('reads in any order what was decoded (memory %s)', async (memory) => {
    const cache = await openCache(memory);
    const seen: number[] = [];
    expect(await cache.fill(dataset, dataset.samples, { onProgress: (done) => seen.push(done) })).toEqual([]);
    expect(seen.at(-1)).toBe(20);
    const mixed = [17, 3, 3, 0, 19, 8].map((i) => dataset.samples[i]);
    await expectRight(cache, mixed);
    await expectRight(cache, [...dataset.samples].reverse());
    await cache.close();
  });

  it('decodes only what is new', async () => {
    const cache = await openCache();
    await cache.fill(dataset, dataset.samples.slice(0, 12));
    await cache.close();
    const again = await openCache();
    let decoded = 0;
    await again.fill(dataset, dataset.samples, {
      control: () => {
        decoded++;
        return Promise.resolve();
      },
    });
    expect(decoded).toBe(8);
    await expectRight(again, dataset.samples);
    await again.close();
  });

  it.each([
    ['in the middle of a record', 'pack', RECORD * 6 + 100, 6],
    ['in the middle of an entry', 'index', 40 * 13 + 7, 13],
    ['before the entry', 'index', 40 * 19, 19],
  ])('survives a writer killed %s', async (_, file, length, left) => {
    const cache = await openCache();
    await cache.fill(dataset, dataset.samples);
    await cache.close();
    await truncate(join(cacheFolder, `picture-${SIZE}-v1.${file}`), length);
    const again = await openCache();
    expect(dataset.samples.filter((sample) => again.has(sample))).toHaveLength(left);
    await again.fill(dataset, dataset.samples);
    await expectRight(again, dataset.samples);
    expect((await stat(join(cacheFolder, `picture-${SIZE}-v1.pack`))).size).toBe(20 * RECORD);
    await again.close();
  });

  it('notices damage on the disk, and repairs it with the next fill', async () => {
    const cache = await openCache(0);
    await cache.fill(dataset, dataset.samples);
    const pack = await openFile(join(cacheFolder, `picture-${SIZE}-v1.pack`), 'r+');
    await pack.write(Buffer.alloc(RECORD), 0, RECORD, 4 * RECORD);
    await pack.close();
    await expect(cache.read(dataset.samples, new Uint8Array(20 * RECORD))).rejects.toMatchObject({
      code: 'data-changed',
    });
    await cache.close();
    const again = await openCache(0);
    await again.fill(dataset, dataset.samples);
    await expectRight(again, dataset.samples);
    await again.close();
  });

  it('reports files that are gone, changed or broken, and keeps the rest', async () => {
    await rm(join(dataset.root, 'a/0.jpg'));
    await writeFile(join(dataset.root, 'a/1.jpg'), await patchworkJpeg(777));
    const cache = await openCache();
    const problems = await cache.fill(dataset, dataset.samples);
    expect(problems.map((problem) => problem.file)).toEqual(['a/0.jpg', 'a/1.jpg']);
    expect(dataset.samples.filter((sample) => cache.has(sample))).toHaveLength(18);
    await expectRight(cache, dataset.samples.slice(2));
    await cache.close();
  });

  it('stops when told to, and keeps what is done', async () => {
    const cache = await openCache();
    const stop = new AbortController();
    const filling = cache.fill(dataset, dataset.samples, {
      signal: stop.signal,
      onProgress: (done) => done === 7 && stop.abort(),
    });
    await expect(filling).rejects.toMatchObject({ code: 'cancelled' });
    const kept = dataset.samples.filter((sample) => cache.has(sample));
    expect(kept.length).toBeGreaterThanOrEqual(7);
    await expectRight(cache, kept);
    await cache.fill(dataset, dataset.samples);
    await expectRight(cache, dataset.samples);
    await cache.close();
  });

  it('lets two writers take turns, each picture decoded once', async () => {
    const [one, two] = [await openCache(), await openCache()];
    let decoded = 0;
    const control = (): Promise<void> => {
      decoded++;
      return Promise.resolve();
    };
    await Promise.all([one, two].map((cache) => cache.fill(dataset, dataset.samples, { control })));
    expect(decoded).toBe(20);
    await expectRight(one, dataset.samples);
    await expectRight(two, dataset.samples);
    expect((await readdir(cacheFolder)).sort()).toEqual([`picture-${SIZE}-v1.index`, `picture-${SIZE}-v1.pack`]);
    await one.close();
    await two.close();
  });

  it('goes on after kill -9 of the filling process, whose lock is not waited for', async () => {
    const script = join(root, 'fill.ts');
    const here = import.meta.dirname;
    await writeFile(
      script,
      `import { PixelCache } from ${JSON.stringify(join(here, 'pixel-cache.ts'))};
       import { openDataset } from ${JSON.stringify(join(here, '../open-data.ts'))};
       const dataset = await openDataset(${JSON.stringify(dataset.root)}, { seed: 0 });
       const cache = await PixelCache.open(${JSON.stringify(cacheFolder)}, { kind: 'picture', size: ${SIZE} });
       await cache.fill(dataset, dataset.samples.slice(0, 5));
       let started = 0;
       await cache.fill(dataset, dataset.samples, {
         control: async () => { if (++started > 6) { process.send('working'); await new Promise(() => setInterval(() => {}, 1000)); } },
       });`,
    );
    const child = fork(script, { execArgv: ['--experimental-strip-types', '--no-warnings'] });
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await readdir(cacheFolder)).toContain(`picture-${SIZE}-v1.lock`);
    const cache = await openCache();
    await cache.fill(dataset, dataset.samples);
    await expectRight(cache, dataset.samples);
    await cache.close();
  });

  it('keeps masks as 0 and 1', async () => {
    const circle = await patchwork(1).threshold(128).png().toBuffer();
    await writeFiles(dataset.root, { 'masks/a/3.png': circle });
    const masked = await openDataset(dataset.root, { seed: 0 });
    const cache = await PixelCache.open(cacheFolder, { kind: 'mask', size: 8 });
    expect(await cache.fill(masked, masked.samples)).toEqual([]);
    const sample = masked.samples.find(({ id }) => id === 'a/3.jpg') as Sample;
    const out = new Uint8Array(64);
    await cache.read([sample], out);
    expect(new Set(out)).toEqual(new Set([0, 1]));
    expect(masked.samples.filter((candidate) => cache.has(candidate))).toEqual([sample]);
    await cache.close();
  });
});

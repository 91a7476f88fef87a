import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SHAPES, temporaryFolder, writeShapes } from '../../jobs/tiny-study.fixture.ts';
import { createStudyFrom } from '../create-study.ts';
import { LibraryClient } from './client.ts';

/** Pictures of each class, where there are many. */
const COPIES = 2000;

/** Nobody said how the folder is to be read. */
const AS_IT_IS = { format: null, choices: {} };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let pictures: string;
let study: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  pictures = join(folder.path, 'shapes');
  study = join(folder.path, 'study');
  await writeShapes(pictures, 12);
  await createStudyFrom(study, { data: pictures, name: 'Shapes' });
});

afterAll(() => folder.remove());

describe('the library in its threads', () => {
  let library = LibraryClient.start();

  afterEach(async () => {
    await library.close();
    library = LibraryClient.start();
  });

  afterAll(() => library.close());

  it('looks at a folder, shows its pictures, and makes the study without reading again', async () => {
    const told: [number, number | null][] = [];
    const found = await library.inspect(pictures, AS_IT_IS, folder.path, {
      onProgress: (done, total) => told.push([done, total]),
    });
    expect(told.at(-1)).toEqual([72, 72]);
    expect(found.view).toMatchObject({ pictures: 36, masks: 36, medianSize: [32, 32] });
    expect(found.view.classes.map(({ name, examples }) => [name, examples.length])).toEqual([
      ['bar', 8],
      ['disc', 8],
      ['frame', 8],
    ]);
    expect(found.suggestedFolder).toBe(join(folder.path, 'shapes 2'));
    const page = await library.classPictures(found.id, 1, null, 10, 10);
    expect([page.total, page.pictures.length]).toEqual([12, 2]);
    const body = await library.resource(null, { kind: 'picture', hash: page.pictures[0].hash, size: 96 });
    expect((await sharp(body.body).metadata()).width).toBe(32);
    const made = join(folder.path, 'made');
    await library.createStudy(found.id, 'Made', made);
    const state = await library.openStudy(made, []);
    expect(state).toMatchObject({ name: 'Made', runs: [], data: { pictures: 36, missing: false } });
    // While a study is open, a picture that only the inspection knows is found all the same.
    const other = join(folder.path, 'other');
    await writeShapes(other, 3);
    await sharp({ create: { width: 60, height: 50, channels: 3, background: '#123456' } })
      .png()
      .toFile(join(other, 'bar', 'extra.png'));
    const second = await library.inspect(other, AS_IT_IS, folder.path);
    const extra = (await library.classPictures(second.id, 0, null, 3, 1)).pictures[0];
    expect(extra.width).toBe(60);
    expect((await library.resource(made, { kind: 'picture', hash: extra.hash, size: 96 })).type).toBe('image/jpeg');
  });

  it('says in words what is wrong, also across the threads', async () => {
    await expect(library.openStudy(join(folder.path, 'nothing'), [])).rejects.toMatchObject({
      name: 'SteadygazeError',
      code: 'not-found',
    });
    await expect(library.resource(study, { kind: 'picture', hash: '0'.repeat(64), size: 96 })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(library.createStudy('gone', 'x', join(folder.path, 'x'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('stops when it is asked to, before and in the middle', async () => {
    await expect(
      library.inspect(pictures, AS_IT_IS, folder.path, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    // So many that reading them takes far longer than the word that it is to stop.
    const many = join(folder.path, 'many');
    await writeShapes(many, 4);
    for (const shape of SHAPES) {
      for (let i = 4; i < COPIES; i++) await copyFile(join(many, shape, `${i % 4}.png`), join(many, shape, `${i}.png`));
    }
    const controller = new AbortController();
    let done = 0;
    const reading = library.inspect(many, AS_IT_IS, folder.path, {
      signal: controller.signal,
      onProgress: (now) => {
        done = now;
        if (now > 0) controller.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(3 * COPIES);
  });

  it('copies the sample', async () => {
    const copy = join(folder.path, 'copy');
    await library.copySample(study, copy);
    expect(await library.openStudy(copy, [])).toMatchObject({ name: 'Shapes', data: { pictures: 36 } });
    await expect(library.copySample(study, copy)).rejects.toMatchObject({ code: 'study-exists' });
  });
});

it('rejects what is waited for when a thread dies, and starts another', async () => {
  const entry = join(folder.path, 'mortal.mjs');
  // Dies when it is asked about the study "/die", and is the real one otherwise.
  await writeFile(
    entry,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ args }) => {
       if (args?.[0] === '/die') throw new Error('boom');
     });
     await import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)});`,
  );
  const library = LibraryClient.start({ entry: pathToFileURL(entry) });
  try {
    expect(await library.openStudy(study, [])).toMatchObject({ name: 'Shapes' });
    const waiting = await Promise.allSettled([
      library.dataView('/die'),
      library.dataView(study),
      library.inspect(pictures, AS_IT_IS, folder.path),
    ]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(waiting[0]).toMatchObject({ reason: { name: 'SteadygazeError', code: 'job-crashed' } });
    expect(await library.openStudy(study, [])).toMatchObject({ name: 'Shapes' });
  } finally {
    await library.close();
  }
  await expect(library.openStudy(study, [])).rejects.toMatchObject({ code: 'cancelled' });
});

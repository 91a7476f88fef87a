import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder, writeShapes } from '../../jobs/tiny-study.fixture.ts';
import { openStudy } from '../../workspace/study.ts';
import { readDataset } from '../../workspace/study-data.ts';
import { createStudyFrom } from '../create-study.ts';
import { copySample } from './copy-sample.ts';
import { writeRun } from './library.fixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let sample: string;
let studies: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  sample = join(folder.path, 'sample');
  studies = join(folder.path, 'studies');
  // As the sample that comes with the app: the pictures lie inside.
  await writeShapes(join(sample, 'pictures'), 6);
  const { study } = await createStudyFrom(sample, { data: join(sample, 'pictures'), name: 'Sample' });
  await writeRun(study, { arm: 'plain' }, 0, 1);
  await mkdir(join(sample, 'cache'));
  await writeFile(join(sample, 'cache', 'old'), '');
  await mkdir(studies);
});

afterEach(() => folder.remove());

it('copies pictures and runs, which are found where they are now', async () => {
  const copy = join(studies, 'Sample');
  let told = [0, 0];
  await copySample(sample, copy, { onProgress: (done, total) => (told = [done, total ?? 0]) });
  expect(told[0]).toBe(told[1]);
  const study = await openStudy(copy);
  expect(study.dataRoot).toBe(join(copy, 'pictures'));
  expect((await readDataset(study)).samples).toHaveLength(18);
  expect(await readdir(join(copy, 'runs'))).toEqual(['001-plain-s0']);
  expect(await readdir(copy)).not.toContain('cache');
  await expect(copySample(sample, copy)).rejects.toMatchObject({ code: 'study-exists' });
});

it('leaves nothing behind when it is stopped', async () => {
  const controller = new AbortController();
  const copying = copySample(sample, join(studies, 'Sample'), {
    signal: controller.signal,
    onProgress: (done) => {
      if (done === 3) controller.abort();
    },
  });
  await expect(copying).rejects.toMatchObject({ code: 'cancelled' });
  expect(await readdir(studies)).toEqual([]);
});

it('copies nothing that is no study, and overwrites nothing', async () => {
  await expect(copySample(folder.path, join(studies, 'x'))).rejects.toMatchObject({ code: 'not-found' });
  await writeFile(join(studies, 'mine'), '');
  await expect(copySample(sample, studies)).rejects.toMatchObject({ code: 'study-exists' });
  await expect(copySample(sample, join(studies, 'mine'))).rejects.toMatchObject({ code: 'study-exists' });
  expect(await readdir(studies)).toEqual(['mine']);
});

import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendEvent, readEvents } from './events.ts';
import { exampleDataset, beginning, exampleFigures, exampleSummary, settings } from './records.fixture.ts';
import { createRun, listRuns, lockRun, readRun, recordRound, updateRun } from './run.ts';
import { createStudy, openStudy, openStudyForWriting } from './study.ts';
import { readDataset } from './study-data.ts';
import { eventsFile, runFile, runFolder } from './study-layout.ts';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'steadygaze-study-'));
  folder = join(base, 'study');
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('creating a study', () => {
  it('writes a study that opens with the same data, and leaves no lock', async () => {
    const dataset = exampleDataset(join(base, 'pictures'));
    const created = await createStudy(folder, dataset, { name: 'Boots' });
    expect(await openStudy(folder)).toEqual(created);
    expect(created.record).toMatchObject({ name: 'Boots', data: { pictures: 4, path: join(base, 'pictures') } });
    expect(await readDataset(created)).toEqual(dataset);
    expect((await readdir(folder)).sort()).toEqual(['data.json', 'study.json', 'study.json.bak']);
  });

  it('can be moved together with pictures that lie inside', async () => {
    await mkdir(join(folder, 'my', 'pictures'), { recursive: true });
    await createStudy(folder, exampleDataset(join(folder, 'my', 'pictures')));
    await rename(folder, join(base, 'moved'));
    const moved = await openStudy(join(base, 'moved'));
    expect(moved.record.data.path).toBe('my/pictures');
    expect((await readDataset(moved)).root).toBe(join(base, 'moved', 'my', 'pictures'));
  });

  it('refuses a folder that is in use, and does not touch it', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    await expect(createStudy(folder, exampleDataset(base))).rejects.toMatchObject({ code: 'study-exists' });
    expect(await readdir(folder)).toEqual(['thesis.txt']);
    await writeFile(join(base, 'file'), '');
    await expect(createStudy(join(base, 'file'), exampleDataset('/x'))).rejects.toMatchObject({ code: 'study-exists' });
  });

  it('refuses a second study in the same place; of several at once one is made', async () => {
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => createStudy(folder, exampleDataset('/x'))));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of tries) {
      if (each.status === 'rejected')
        expect(['study-exists', 'study-locked']).toContain((each.reason as { code: unknown }).code);
    }
    await expect(createStudy(folder, exampleDataset('/x'))).rejects.toMatchObject({ code: 'study-exists' });
    expect((await openStudy(folder)).warnings).toEqual([]);
  });

  it('says when the place cannot be written to', async () => {
    await writeFile(join(base, 'file'), '');
    await expect(createStudy(join(base, 'file', 'study'), exampleDataset('/x'))).rejects.toMatchObject({
      code: 'study-unwritable',
    });
    expect(await readdir(base)).toEqual(['file']);
  });
});

describe('opening a study', () => {
  it('says that there is none, without leaving anything there', async () => {
    await mkdir(folder);
    await expect(openStudy(folder)).rejects.toMatchObject({ code: 'not-found' });
    await expect(openStudyForWriting(folder)).rejects.toMatchObject({ code: 'not-found' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('falls back to the last good copy, says so, and repairs when it may write', async () => {
    const { record } = await createStudy(folder, exampleDataset('/x'));
    await writeFile(join(folder, 'study.json'), '{"format":"stea');
    const read = await openStudy(folder);
    expect(read.record).toEqual(record);
    expect(read.warnings[0]).toContain('damaged');
    const { lock } = await openStudyForWriting(folder);
    lock.release();
    expect((await openStudy(folder)).warnings).toEqual([]);
  });

  it('refuses when both copies are damaged, and never falls back from a newer version', async () => {
    await createStudy(folder, exampleDataset('/x'));
    await writeFile(join(folder, 'study.json'), '{"format":"steadygaze-study","version":2}');
    await expect(openStudy(folder)).rejects.toMatchObject({ code: 'study-newer' });
    await writeFile(join(folder, 'study.json'), '');
    await writeFile(join(folder, 'study.json.bak'), '');
    await expect(openStudy(folder)).rejects.toMatchObject({ code: 'study-corrupt' });
  });

  it('lets one writer in', async () => {
    await createStudy(folder, exampleDataset('/x'));
    const { lock } = await openStudyForWriting(folder);
    await expect(openStudyForWriting(folder)).rejects.toMatchObject({
      code: 'study-locked',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    });
    lock.release();
    (await openStudyForWriting(folder)).lock.release();
  });

  it('notices a list of pictures that is damaged or of another study', async () => {
    const study = await createStudy(folder, exampleDataset('/x'));
    const text = await readFile(join(folder, 'data.json'), 'utf8');
    await writeFile(join(folder, 'data.json'), text.replace('"label":1', '"label":0'));
    await expect(readDataset(study)).rejects.toMatchObject({ code: 'study-corrupt' });
    await rm(join(folder, 'data.json'));
    await expect(readDataset(study)).rejects.toMatchObject({ code: 'study-corrupt' });
  });
});

describe('runs', () => {
  beforeEach(async () => {
    await createStudy(folder, exampleDataset('/x'));
  });

  it('get the next number, also when several begin at once', async () => {
    const ids = (await Promise.all([1, 2, 3].map(() => createRun(folder, beginning)))).map(({ id }) => id);
    expect(ids.sort()).toEqual(['001-consistency-s3', '002-consistency-s3', '003-consistency-s3']);
    const plain = await createRun(folder, { ...beginning, settings: { ...settings, arm: 'plain' } });
    expect(plain.id).toBe('004-plain-s3');
    expect((await listRuns(folder)).runs.map(({ id }) => id)).toEqual([...ids, '004-plain-s3']);
  });

  it('keep what is recorded', async () => {
    const { id } = await createRun(folder, beginning);
    await recordRound(folder, id, exampleSummary(1));
    await recordRound(folder, id, exampleSummary(0));
    await recordRound(folder, id, { ...exampleSummary(1), accuracy: 1 });
    const written = await updateRun(folder, id, { state: 'finished', figures: exampleFigures, seconds: 12.5 });
    expect(await readRun(folder, id)).toEqual(written);
    expect(written.rounds.map(({ round, accuracy }) => [round, accuracy])).toEqual([
      [0, 0.5],
      [1, 1],
    ]);
    await expect(updateRun(folder, id, { seconds: NaN })).rejects.toMatchObject({ code: 'internal' });
    expect(await readRun(folder, id)).toEqual(written);
  });

  it('refuse ids that are paths or not there, and list around a damaged one', async () => {
    const { id } = await createRun(folder, beginning);
    const second = await createRun(folder, beginning);
    for (const bad of ['../..', '009-plain-s0', '']) {
      await expect(readRun(folder, bad)).rejects.toMatchObject({ code: 'not-found' });
      await expect(lockRun(folder, bad)).rejects.toMatchObject({ code: 'not-found' });
    }
    await writeFile(runFile(runFolder(folder, id)), '{}');
    await mkdir(join(folder, 'runs', '007-plain-s0'));
    const listed = await listRuns(folder);
    expect(listed.runs).toEqual([second]);
    expect(listed.problems).toEqual([expect.stringContaining(id)]);
    await expect(readRun(folder, id)).rejects.toMatchObject({ code: 'study-corrupt' });
  });

  it('log events, and a torn line does not swallow the next', async () => {
    const { id } = await createRun(folder, beginning);
    const run = runFolder(folder, id);
    expect(await readEvents(run)).toEqual({ events: [], damagedLines: 0 });
    await appendEvent(run, { type: 'checkpoint', run: id, step: 5 });
    await writeFile(eventsFile(run), '{"time":"2026-01', { flag: 'a' });
    await appendEvent(run, {
      type: 'progress',
      run: id,
      phase: 'train',
      round: 0,
      epoch: 0,
      done: 1,
      total: 2,
      overall: 0,
      secondsLeft: null,
      imagesPerSecond: 1,
      loss: null,
      memory: 0,
    });
    await appendEvent(run, { type: 'round', run: id, summary: exampleSummary(0) });
    const { events, damagedLines } = await readEvents(run);
    expect(damagedLines).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['checkpoint', 'round']);
  });
});

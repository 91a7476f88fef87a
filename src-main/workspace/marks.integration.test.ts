import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mark } from '../contract/sample-view.ts';
import { appendMarks, compactMarks, readMarks } from './marks.ts';
import { marksFile } from './study-layout.ts';

let study: string;
beforeEach(async () => {
  study = await mkdtemp(join(tmpdir(), 'steadygaze-marks-'));
});
afterEach(() => rm(study, { recursive: true, force: true }));

const mark = (id: string, note: string): Mark => ({ id, verdict: null, note, correction: null, time: '2026-01-01' });

it('adds after half a line of a killed writer', async () => {
  expect((await readMarks(study)).marks.size).toBe(0);
  await appendMarks(study, [mark('a', '1')]);
  await appendFile(marksFile(study), '{"id":"torn');
  await appendMarks(study, [mark('b', '2')]);
  const { marks, damagedLines } = await readMarks(study);
  expect([[...marks.keys()], damagedLines]).toEqual([['a', 'b'], 1]);
});

it('is written anew only where most of it is no longer so', async () => {
  await appendMarks(study, [mark('a', '1'), mark('a', '2')]);
  expect(await compactMarks(study, await readMarks(study))).toBe(false);
  await appendMarks(
    study,
    Array.from({ length: 1200 }, (_, i) => mark(`${i % 7}`, `${i}`)),
  );
  const before = await readMarks(study);
  expect(await compactMarks(study, before)).toBe(true);
  const after = await readMarks(study);
  expect([...after.marks]).toEqual([...before.marks]);
  expect((await readFile(marksFile(study), 'utf8')).trim().split('\n')).toHaveLength(8);
});

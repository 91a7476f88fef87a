import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../src-main/datasets/open-data.ts';
import { hardSamples } from '../src-main/service/hard-samples.ts';
import { reportRuns } from '../src-main/service/report-runs.ts';
import { readRoundMaps, readRoundTable } from '../src-main/workspace/round-tables.ts';
import { listRuns } from '../src-main/workspace/run.ts';
import { openStudy } from '../src-main/workspace/study.ts';
import { readDataset } from '../src-main/workspace/study-data.ts';
import { runFolder } from '../src-main/workspace/study-layout.ts';
import { makeBigStudy } from './big-study.ts';

const COUNT = 600;

let root: string;
let study: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-big-'));
  study = join(root, 'study');
  await makeBigStudy(study, COUNT);
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('is what the reader of pictures finds in its folder', async () => {
  const stored = await readDataset(await openStudy(study));
  expect(stored.samples).toHaveLength(COUNT + 2 * (COUNT / 100));
  expect(new Set(stored.samples.map(({ hash }) => hash)).size).toBeGreaterThan(200);
  expect((await openDataset(join(study, 'pictures'), { seed: 0 })).fingerprint).toBe(stored.fingerprint);
});

it('has a run whose three assessments look like real ones', async () => {
  const { runs, problems } = await listRuns(study);
  expect(problems).toEqual([]);
  const [run] = runs;
  expect(run).toMatchObject({ state: 'finished', rounds: [{ round: 0 }, { round: 1 }, { round: 2 }] });
  if (run === undefined) return;
  const folder = runFolder(study, run.id);
  for (const { round, eMean, accuracy } of run.rounds) {
    const rows = await readRoundTable(folder, round);
    expect(rows).toHaveLength(COUNT);
    for (const { s, q, e } of rows) expect(e).toBeCloseTo(s * q, 6);
    expect(rows.reduce((sum, { v }) => sum + v, 0) / COUNT).toBeCloseTo(1, 4);
    expect(eMean).toBeGreaterThan(0.4);
    expect(eMean).toBeLessThan(0.98);
    expect(accuracy).toBeGreaterThan(0.6);
    const { count, height, width, data } = await readRoundMaps(folder, round, 'attacked');
    expect([count, height, width]).toEqual([COUNT, 8, 8]);
    expect(Math.max(...data)).toBe(255);
  }
  const means = run.rounds.map(({ eMean }) => eMean);
  expect(means).toEqual(means.toSorted((a, b) => a - b));
});

it('can be listed and reported', async () => {
  const [run] = (await listRuns(study)).runs;
  expect((await hardSamples(study, { run: run?.id ?? '', top: 5 })).samples).toHaveLength(5);
  expect((await reportRuns({ study, out: join(root, 'report') })).runs).toHaveLength(1);
});

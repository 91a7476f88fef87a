import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVALUATION_PARTS } from '../../src-main/contract/evaluation.ts';
import { openDataset } from '../../src-main/datasets/open-data.ts';
import { readHardest } from '../../src-main/jobs/hardest.ts';
import { reportRuns } from '../../src-main/service/report-runs.ts';
import { resumeRuns } from '../../src-main/service/resume-run.ts';
import { readEvaluation, readPerPicture } from '../../src-main/workspace/evaluation-store.ts';
import { readPredictions, readRoundMaps, readRoundTable } from '../../src-main/workspace/round-tables.ts';
import { listRuns } from '../../src-main/workspace/run.ts';
import { openStudy } from '../../src-main/workspace/study.ts';
import { readDataset } from '../../src-main/workspace/study-data.ts';
import { runFolder } from '../../src-main/workspace/study-layout.ts';
import { readWeights } from '../../src-main/workspace/weights-file.ts';

const SAMPLE = resolve(import.meta.dirname, '../sample');
const SAMPLE_STUDY = resolve(import.meta.dirname, '../sample-study');
/** Bytes: everybody who gets the source code gets this too. */
const MOST = 7.5e6;

let root: string;
let copy: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-sample-test-'));
  copy = join(root, 'copy');
  await cp(SAMPLE_STUDY, copy, { recursive: true });
  await cp(SAMPLE, join(copy, 'pictures'), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('is of the pictures as they are now', async () => {
  const study = await openStudy(copy);
  const stored = await readDataset(study);
  const now = await openDataset(SAMPLE, { seed: 0 });
  expect(stored.fingerprint).toBe(now.fingerprint);
  expect(stored.problems).toEqual(now.problems);
  expect(stored.root).toBe(join(copy, 'pictures'));
});

it('holds two finished runs with everything that is shown of a run', async () => {
  const { runs, problems } = await listRuns(copy);
  expect(problems).toEqual([]);
  expect(runs.map(({ settings, state }) => [settings.arm, settings.seed, state])).toEqual([
    ['plain', 1, 'finished'],
    ['consistency', 1, 'finished'],
  ]);
  const { fingerprint, samples } = await readDataset(await openStudy(copy));
  const trained = samples.filter(({ split }) => split === 'train').map(({ id }) => id);
  const measured = samples.filter(({ split }) => split === 'test').length;
  for (const run of runs) {
    expect(run.dataFingerprint).toBe(fingerprint);
    const folder = runFolder(copy, run.id);
    expect(run.rounds.map(({ round }) => round)).toEqual([0, 1, 2]);
    for (const { round } of run.rounds) {
      expect((await readRoundTable(folder, round)).map(({ id }) => id)).toEqual(trained);
      for (const kind of ['clean', 'attacked'] as const) {
        expect((await readRoundMaps(folder, round, kind)).count).toBe(trained.length);
      }
    }
    expect((await readWeights(folder, 2)).description.classes).toEqual(run.classes);
    expect((await readPredictions(folder)).filter(({ split }) => split === 'test')).toHaveLength(measured);
    const { parts, resampled } = await readEvaluation(folder, run);
    expect(Object.keys(parts)).toEqual([...EVALUATION_PARTS]);
    for (const result of Object.values(parts)) {
      expect(result.key.settings['seed']).toBe(0);
      const { ids, columns } = await readPerPicture(folder, result.part);
      expect(ids).toHaveLength(result.pictures);
      expect(Object.keys(columns).length).toBeGreaterThan(0);
      for (const key of Object.keys(result.figures)) expect(resampled[key]).toHaveLength(1000);
    }
    expect(parts.recognition?.pictures).toBe(measured);
    expect(run.figures?.top1).toEqual(parts.recognition?.figures['top1']);
    expect(run.figures?.debiasing?.bgGap).toEqual(parts.debiasing?.figures['bg_gap']);
    const hardest = await readHardest(folder, (round) => readRoundTable(folder, round));
    expect(hardest).toHaveLength(16);
    // Half precision must not be seen: an attack within eps stays one, to less than half a level of grey.
    for (const { picture, attacked } of hardest) {
      const most = Math.max(...attacked.map((value, i) => Math.abs(value - (picture[i] ?? 0) / 255)));
      expect(most).toBeGreaterThan(0.5 / 255);
      expect(most).toBeLessThan((run.eps ?? 0) + 0.5 / 255);
    }
  }
});

it('can be reported and gone on with from its copy', async () => {
  const { html } = await reportRuns({ study: copy, out: join(root, 'report') });
  expect(await readFile(html, 'utf8')).toContain('Explanation consistency');
  // Everything has finished: there is nothing to go on with, and nothing complains about what was left out.
  expect(await resumeRuns({ study: copy })).toEqual([]);
});

it('is small, and tells nothing about the computer that made it', async () => {
  let bytes = 0;
  for (const entry of await readdir(SAMPLE_STUDY, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    bytes += (await stat(path)).size;
    if (/json$/.test(entry.name)) expect(await readFile(path, 'utf8')).not.toMatch(/\/(tmp|home|root|work)\//);
  }
  expect(bytes).toBeLessThan(MOST);
});

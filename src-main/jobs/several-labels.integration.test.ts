/** A data set whose pictures are of several classes, from its folder to the last figure. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVALUATION_PARTS, EvaluationSettings } from '../contract/evaluation.ts';
import { RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { readEvaluation } from '../workspace/evaluation-store.ts';
import { readPredictions, readRoundMaps, readRoundTable } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { attackedPictureFile, runFolder } from '../workspace/study-layout.ts';
import { evaluateRuns } from './evaluate-runs.ts';
import { Explainer } from './explainer.ts';
import { readHardest } from './hardest.ts';
import { finalWeights, largestDifference, listen, newStudy, trainRequest, until } from './job.fixture.ts';
import { measurePlans } from './measure-plans.ts';
import { writeSeveralShapes } from './several-shapes.fixture.ts';
import { temporaryFolder, TINY } from './tiny-study.fixture.ts';

const RUN = '001-consistency-mix-s0';
const SETTINGS = { ...TINY, arm: 'consistency-mix' } as const;

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
let dataset: Dataset;

beforeAll(async () => {
  root = await temporaryFolder();
  await writeSeveralShapes(join(root.path, 'data'));
  study = await newStudy(root.path, join(root.path, 'data'));
  dataset = await readDataset(await openStudy(study));
  const { job } = listen(trainRequest(study, 'wasm', SETTINGS));
  expect(await job.outcome).toMatchObject({ kind: 'finished' });
});
afterAll(() => root.remove());

it('reads several classes a picture, and trains on them', async () => {
  expect(dataset.task).toBe('multi-label');
  expect(dataset.classes).toEqual(['bar', 'disc', 'frame']);
  const record = await readRun(study, RUN);
  expect(record).toMatchObject({ state: 'finished', task: 'multi-label' });
  expect(record.rounds.map(({ samples }) => samples)).toEqual([30, 30]);
  expect(record.eps).toBeGreaterThan(0);
  const rows = await readRoundTable(runFolder(study, RUN), 1);
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  for (const row of rows) {
    expect(row.labels).toEqual(samples.get(row.id)?.labels);
    expect(row.labels).toContain(row.label);
    expect(row.labelE).toHaveLength(row.labels?.length ?? 0);
    expect(samples.get(row.id)?.unsure ?? []).not.toContain(row.prediction);
  }
  expect(rows.some(({ labels }) => labels?.length === 2)).toBe(true);
  expect((await readRoundMaps(runFolder(study, RUN), 1, 'clean')).count).toBe(30);
  const hardest = await readHardest(runFolder(study, RUN), () => Promise.resolve(rows));
  expect(hardest).toHaveLength(24);
});

it('sums up what was measured when training ended', async () => {
  const { figures } = await readRun(study, RUN);
  const { parts } = await readEvaluation(runFolder(study, RUN), await readRun(study, RUN));
  expect(figures?.map).toEqual(parts.recognition?.figures['map']);
  expect(figures?.map?.n).toBe(12);
  expect(figures?.debiasing).toBeNull();
  // 12 test pictures, 6 of one shape and 6 of two; the second of those whose number ends in 5 is not known: 38 to 49.
  expect(parts.localization?.details).toMatchObject({ boxed: 17, targeted: 17, target: 'box', thresholdFrom: 'val' });
  expect(figures?.localization?.energy.n).toBe(12);
  expect(parts.localization?.notes[0]).toMatch(/17 pairs of a picture and one of its classes/);
  const predictions = await readPredictions(runFolder(study, RUN));
  const right = predictions.filter(({ label, prediction }) => label === prediction).length;
  expect(right / predictions.length).toBeCloseTo(figures?.top1.value ?? -1, 12);
});

it('measures every other part, or says why not', async () => {
  const settings = v.parse(EvaluationSettings, {
    faithfulness: { steps: 4, pictures: 4, sanityPictures: 4 },
    robustness: { eps: [4], restarts: 1, pictures: 4 },
    corruptions: { pictures: 3 },
    challenge: { backgrounds: 3, pictures: 6 },
    consistency: { pictures: 6 },
    stability: { pictures: 4 },
  });
  const { parts } = await evaluateRuns(study, 'wasm', { runs: [RUN], parts: EVALUATION_PARTS, settings, again: false });
  const unmeasurable = parts.flatMap((part) => ('unmeasurable' in part ? [[part.part, part.unmeasurable]] : []));
  const why = 'This part needs pictures of exactly one class each; here a picture may be of several.';
  expect(unmeasurable).toEqual([
    ['debiasing', why],
    ['groups', why],
  ]);
  const { parts: stored } = await readEvaluation(runFolder(study, RUN), await readRun(study, RUN));
  const value = (key: string) => Object.values(stored).find(({ figures }) => key in figures)?.figures[key].value ?? NaN;
  expect(value('e_mean')).toBeGreaterThan(0);
  expect(value('e_mean')).toBeLessThanOrEqual(1);
  expect(value('acc_pgd10_all_4')).toBeLessThanOrEqual(value('acc_clean'));
  expect(value('gini')).toBeGreaterThan(0);
  expect(value('insertion')).toBeGreaterThan(0);
  expect(value('challenge_right')).toBeLessThanOrEqual(value('challenge'));
  expect(stored.stability?.pictures).toBe(4);
  expect(value('filter_locality')).toBeGreaterThan(0);
});

it('ends the same after it was stopped and resumed', async () => {
  const request = trainRequest(study, 'wasm', { ...SETTINGS, seed: 1 });
  const { job } = listen(request);
  let checkpoints = 0;
  await until(job, ({ type }) => type === 'checkpoint' && ++checkpoints === 9);
  job.cancel();
  expect(await job.outcome).toMatchObject({ kind: 'stopped' });
  const id = '002-consistency-mix-s1';
  expect(await listen({ kind: 'resume', study, engine: 'wasm', run: id }).job.outcome).toMatchObject({
    kind: 'finished',
  });
  expect(await listen(request).job.outcome).toMatchObject({ kind: 'finished' });
  const [resumed, whole] = [await finalWeights(study, id), await finalWeights(study, '003-consistency-mix-s1')];
  expect(largestDifference(resumed, whole)).toBeLessThan(1e-5);
});

it('shows the attack of any picture, and takes a correction to mean one class alone', async () => {
  const rows = await readRoundTable(runFolder(study, RUN), 1);
  const double = rows.findIndex(({ labels }) => labels?.length === 2);
  const explainer = new Explainer({ study, engine: 'wasm' });
  try {
    await explainer.explain(RUN, 1, [double]);
    expect((await stat(attackedPictureFile(study, RUN, 1, double))).size).toBeGreaterThan(0);
  } finally {
    explainer.close();
  }
  const training = { ...TINY.training, warmupEpochs: 1, rounds: 0 };
  const corrections = [{ id: rows[double].id, label: rows[double].labels?.[0] ?? 0 }];
  const { job } = listen({ ...trainRequest(study, 'wasm', { ...TINY, training, seed: 5 }), corrections });
  const outcome = await job.outcome;
  expect(outcome).toMatchObject({ kind: 'finished' });
  const corrected = (await readRoundTable(runFolder(study, '004-consistency-s5'), 0))[double];
  expect(corrected).toMatchObject({ id: rows[double].id, labels: [corrections[0].label] });
});

it('can be estimated before it is begun', async () => {
  const { estimates } = await measurePlans(study, 'wasm', [v.parse(RunSettings, SETTINGS)]);
  expect(estimates[0].seconds).toBeGreaterThan(0);
  expect(estimates[0]).not.toHaveProperty('problem');
});

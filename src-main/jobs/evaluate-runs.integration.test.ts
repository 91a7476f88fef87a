import { existsSync, statSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedEngines } from '../compute/installed.ts';
import { EvaluationSettings, TRAINING_PARTS } from '../contract/evaluation.ts';
import type { EvaluationPart } from '../contract/evaluation.ts';
import { readEvaluation } from '../workspace/evaluation-store.ts';
import { readPredictions } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { evaluationFolder, partialRowsFile, runFolder, runLockFile, weightsFile } from '../workspace/study-layout.ts';
import { evaluateRuns } from './evaluate-runs.ts';
import type { Job } from './host.ts';
import { listen, newStudy, trainRequest } from './job.fixture.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

const PLAIN = '001-plain-s0';
const OTHER = '002-plain-s1';
const settings = v.parse(EvaluationSettings, { faithfulness: { steps: 20 } });
const [fastest] = installedEngines().filter((id) => id === 'native' || id === 'wasm');

let root: Awaited<ReturnType<typeof temporaryFolder>>;
/** Two trained runs; each test that changes something works on a copy. */
let study: string;

beforeAll(async () => {
  root = await temporaryFolder();
  await writeShapes(join(root.path, 'data'), 40);
  study = await newStudy(root.path, join(root.path, 'data'));
  for (const seed of [0, 1]) {
    const training = { ...TINY.training, rounds: 0 };
    const { job } = listen(trainRequest(study, fastest, { ...TINY, training, arm: 'plain', seed }));
    expect(await job.outcome).toMatchObject({ kind: 'finished' });
  }
});
afterAll(() => root.remove());

let copies = 0;
async function copyOfStudy(): Promise<string> {
  const copy = join(root.path, `copy${++copies}`);
  await cp(study, copy, { recursive: true });
  return copy;
}
const storedOf = async (folder: string, id = PLAIN) => readEvaluation(runFolder(folder, id), await readRun(folder, id));
const request = (parts: readonly EvaluationPart[], runs = [PLAIN], again = false) => ({ runs, parts, settings, again });

it('measures at the end of a training what the record of the run sums up', async () => {
  const { parts, resampled } = await storedOf(study);
  expect(Object.keys(parts)).toEqual([...TRAINING_PARTS]);
  const { figures } = await readRun(study, PLAIN);
  expect(figures?.top1).toEqual(parts.recognition?.figures['top1']);
  expect(figures?.localization?.maxboxaccV2).toEqual(parts.localization?.figures['maxboxacc_v2']);
  expect(figures?.localization?.maxboxaccCurve).toEqual(parts.localization?.details.curve);
  expect(figures?.debiasing?.bgGap).toEqual(parts.debiasing?.figures['bg_gap']);
  expect(figures?.debiasing?.others?.['only_fg']).toEqual(parts.debiasing?.figures['acc_only_fg']);
  expect(resampled['bg_gap']).toHaveLength(1000);
  const predictions = await readPredictions(runFolder(study, PLAIN));
  const right = predictions.filter(({ label, prediction }) => label === prediction).length;
  expect(right / predictions.length).toBeCloseTo(figures?.top1.value ?? -1, 12);
  // It is known by its hash: asked for again, nothing is measured.
  const { parts: kept } = await evaluateRuns(study, fastest, request(TRAINING_PARTS));
  expect(kept.map((part) => 'result' in part && part.kept)).toEqual([true, true, true]);
});

describe('measuring finished runs', () => {
  it('goes on after it was killed at any moment, and ends with the same', async () => {
    const [killed, whole] = [await copyOfStudy(), await copyOfStudy()];
    const rows = partialRowsFile(runFolder(killed, PLAIN), 'faithfulness');
    const jobs: Job[] = [];
    const first = evaluateRuns(killed, fastest, request(['consistency', 'faithfulness']), {
      onJob: (job) => jobs.push(job),
    });
    const watch = setInterval(() => {
      const pid = jobs[0]?.pid;
      if (pid === undefined || !existsSync(rows) || statSync(rows).size === 0) return;
      // Once: a moment later there is no such process any more.
      clearInterval(watch);
      process.kill(pid, 'SIGKILL');
    }, 1);
    await expect(first)
      .rejects.toMatchObject({
        code: 'job-crashed',
        hint: expect.stringContaining('is kept') as string,
      })
      .finally(() => clearInterval(watch));
    expect(statSync(rows).size).toBeGreaterThan(0);
    expect(Object.keys((await storedOf(killed)).parts)).toEqual([...TRAINING_PARTS, 'consistency']);

    const progress: number[] = [];
    const { parts } = await evaluateRuns(killed, fastest, request(['consistency', 'faithfulness']), {
      onProgress: ({ part, done }) => part === 'faithfulness' && progress.push(done),
    });
    expect(parts.map((part) => [part.part, 'result' in part && part.kept])).toEqual([
      ['consistency', true],
      ['faithfulness', false],
    ]);
    expect(progress[0]).toBeGreaterThan(0);
    expect(existsSync(rows)).toBe(false);
    await evaluateRuns(whole, fastest, request(['faithfulness']));
    const [a, b] = [await storedOf(killed), await storedOf(whole)];
    expect(a.parts.faithfulness?.figures).toEqual(b.parts.faithfulness?.figures);
    expect(a.parts.faithfulness?.details).toEqual(b.parts.faithfulness?.details);
    expect(a.resampled['insertion']).toEqual(b.resampled['insertion']);
  });

  it('leaves out what a process that was lost has measured, where all was to be measured again', async () => {
    const copy = await copyOfStudy();
    const measured = [{ run: PLAIN, part: 'recognition' }] as const;
    const { job } = listen({
      ...{ kind: 'evaluate', study: copy, engine: fastest, measured },
      ...request(['recognition', 'localization'], [PLAIN], true),
    });
    const kept: unknown[] = [];
    job.on('evaluated', (part) => kept.push([part.part, 'result' in part && part.kept]));
    expect(await job.outcome).toMatchObject({ kind: 'finished' });
    expect(kept).toEqual([
      ['recognition', true],
      ['localization', false],
    ]);
  });

  it('stops when it is asked to, keeps what it has, and can be paused', async () => {
    const copy = await copyOfStudy();
    const stop = new AbortController();
    const stopped = evaluateRuns(copy, fastest, request(['stability', 'faithfulness'], [PLAIN, OTHER]), {
      signal: stop.signal,
      onPart: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'cancelled',
      hint: expect.stringContaining('goes on') as string,
    });
    expect(existsSync(runLockFile(runFolder(copy, PLAIN)))).toBe(false);
    let resumed = false;
    await evaluateRuns(copy, fastest, request(['stability', 'faithfulness']), {
      onJob: (job) => {
        job.pause();
        setTimeout(() => {
          resumed = true;
          job.resume();
        }, 1500);
      },
    });
    expect(resumed).toBe(true);
    expect(Object.keys((await storedOf(copy)).parts)).toContain('stability');
  });

  it('asks several models where the objects are, where nothing else says it', async () => {
    const copy = await copyOfStudy();
    const models = v.parse(EvaluationSettings, { debiasing: { foreground: 'models' } });
    const asked = { parts: ['debiasing', 'recognition'], settings: models, again: false } as const;
    const alone = await evaluateRuns(copy, fastest, { ...asked, runs: [PLAIN] });
    expect(alone.parts.find(({ part }) => part === 'debiasing')).toMatchObject({
      unmeasurable: expect.stringContaining('at least two models') as string,
    });
    const { parts } = await evaluateRuns(copy, fastest, { ...asked, runs: [PLAIN, OTHER] });
    const hashes = await Promise.all([PLAIN, OTHER].map(async (id) => (await readRun(copy, id)).weightsHash ?? ''));
    const results = parts.flatMap((part) => ('result' in part ? [part.result] : []));
    expect(results.map(({ part, key }) => [part, key.judges])).toEqual([
      ['recognition', []],
      ['debiasing', hashes.sort()],
      ['recognition', []],
      ['debiasing', hashes.sort()],
    ]);
    expect(results[1]?.notes.join(' ')).toContain('No annotation was used');
  });

  it('says what is wrong with a run before it measures anything', async () => {
    const copy = await copyOfStudy();
    const folder = runFolder(copy, OTHER);
    const weights = weightsFile(folder, 0);
    const measure = (...runs: string[]) => evaluateRuns(copy, fastest, request(['stability'], runs));
    await writeFile(weights, Buffer.concat([await readFile(weights), Buffer.from([0])]));
    await expect(measure(PLAIN, OTHER)).rejects.toMatchObject({ code: 'weights-invalid' });
    await rm(weights);
    await expect(measure(PLAIN, OTHER)).rejects.toMatchObject({ code: 'not-found' });
    const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as Record<string, unknown>;
    const rewrite = (changes: object) => writeFile(join(folder, 'run.json'), JSON.stringify({ ...record, ...changes }));
    await rewrite({ dataFingerprint: '0'.repeat(64) });
    await expect(measure(PLAIN, OTHER)).rejects.toMatchObject({ code: 'data-changed' });
    await rewrite({ state: 'stopped' });
    await expect(measure(PLAIN, OTHER)).rejects.toMatchObject({ code: 'bad-argument' });
    await expect(measure('009-plain-s9')).rejects.toMatchObject({ code: 'not-found' });
    expect(existsSync(join(evaluationFolder(runFolder(copy, PLAIN)), 'stability.json'))).toBe(false);
  });

  it.runIf(installedEngines().length > 1)('comes to the same on another engine', async () => {
    const copy = await copyOfStudy();
    const slowest = installedEngines().at(-1) ?? fastest;
    const { engine } = await evaluateRuns(copy, slowest, request(TRAINING_PARTS, [PLAIN], true));
    expect(engine.id).not.toBe(fastest);
    const [here, there] = [await storedOf(study), await storedOf(copy)];
    for (const part of TRAINING_PARTS) {
      const expected = here.parts[part]?.figures ?? {};
      expect(there.parts[part]?.engine).toBe(slowest);
      for (const [key, { value }] of Object.entries(expected)) {
        expect(Math.abs((there.parts[part]?.figures[key].value ?? NaN) - value), key).toBeLessThan(1e-3);
      }
    }
  });
});

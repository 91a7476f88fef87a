import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Correction } from '../contract/run.ts';
import { trainRun } from '../service/train-run.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { correctionsFile, runFolder } from '../workspace/study-layout.ts';
import { finalWeights, listen, newStudy, trainRequest, until } from './job.fixture.ts';
import { temporaryFolder, TINY, TINY_ARGUMENTS, writeShapes } from './tiny-study.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
/** The first training picture is left out, the second becomes a frame. */
let corrections: readonly [Correction, Correction];
let trained: readonly { readonly id: string; readonly label: number }[];
const RUN = '001-consistency-s0';

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data);
  const dataset = await readDataset(await openStudy(await newStudy(root.path, data, 'looked-at')));
  const samples = dataset.samples.filter(({ split }) => split === 'train');
  const frame = dataset.classes.indexOf('frame');
  expect(samples[1].label).not.toBe(frame);
  corrections = [
    { id: samples[0].id, label: null },
    { id: samples[1].id, label: frame },
  ];
  trained = samples.slice(1).map(({ id, label }, i) => ({ id, label: i === 0 ? frame : label }));
});
afterAll(() => root.remove());

const correctedRequest = (study: string) => ({ ...trainRequest(study, 'wasm', TINY), corrections });

describe('a run with corrections', () => {
  it('trains on what was corrected, also when it is killed and resumed', async () => {
    const alone = await newStudy(root.path, data, 'alone');
    await listen(correctedRequest(alone)).job.outcome;

    const study = await newStudy(root.path, data, 'killed');
    const first = listen(correctedRequest(study));
    await until(first.job, ({ type }) => type === 'round');
    process.kill(first.job.pid ?? 0, 'SIGKILL');
    await first.job.outcome;
    const second = listen({ kind: 'resume', study, engine: 'wasm', run: RUN });
    expect(await second.job.outcome).toEqual({ kind: 'finished', run: RUN });

    expect(await finalWeights(study, RUN)).toEqual(await finalWeights(alone, RUN));
    const record = await readRun(study, RUN);
    expect(record.corrections).toMatchObject({ relabelled: 1, leftOut: 1 });
    expect(record.dataFingerprint).toBe((await readDataset(await openStudy(study))).fingerprint);
    expect(record.rounds.map(({ samples }) => samples)).toEqual([trained.length, trained.length]);
    for (const round of [0, 1]) {
      const rows = await readRoundTable(runFolder(study, RUN), round);
      expect(rows.map(({ id, label }) => ({ id, label }))).toEqual(trained);
    }
  });

  it('is not resumed with other corrections than it began with', async () => {
    const study = await newStudy(root.path, data, 'changed');
    const { job } = listen(correctedRequest(study));
    await until(job, ({ type }) => type === 'epoch');
    job.cancel();
    await job.outcome;
    const path = correctionsFile(runFolder(study, RUN));
    const text = await readFile(path, 'utf8');
    const resumed = () => listen({ kind: 'resume', study, engine: 'wasm', run: RUN }).job.outcome;
    await writeFile(path, text.replace('null', '0'));
    expect(await resumed()).toMatchObject({ kind: 'failed', error: { code: 'study-corrupt' } });
    await rm(path);
    expect(await resumed()).toMatchObject({ kind: 'failed', error: { code: 'study-corrupt' } });
    await writeFile(path, text);
    expect(await resumed()).toEqual({ kind: 'finished', run: RUN });
  });

  it('shares its warm-up only with runs of the same corrections', async () => {
    const study = await newStudy(root.path, data, 'warm-up');
    const settings = { ...TINY, arm: 'plain' as const };
    await listen(trainRequest(study, 'wasm', settings)).job.outcome;
    const sharesWith = async (request: ReturnType<typeof trainRequest>) => {
      const { job, events } = listen(request);
      await job.outcome;
      const warning = events.find((event) => event.type === 'warning');
      return warning?.type === 'warning' ? (/run (\S+),/.exec(warning.message)?.[1] ?? null) : null;
    };
    expect(await sharesWith({ ...trainRequest(study, 'wasm', settings), corrections })).toBe(null);
    expect(await sharesWith(correctedRequest(study))).toBe('002-plain-s0');
    expect(await sharesWith(trainRequest(study, 'wasm', TINY))).toBe('001-plain-s0');
  });

  it('is refused before anything is written', async () => {
    const study = await newStudy(root.path, data, 'refused');
    const wrong = { study, engine: 'wasm' as const, set: TINY_SET, corrections: [{ id: 'no.png', label: 0 }] };
    await expect(trainRun(wrong)).rejects.toMatchObject({ code: 'bad-argument' });
    const request = { ...trainRequest(study, 'wasm', TINY), corrections: [{ id: 'no.png', label: 0 }] };
    expect(await listen(request).job.outcome).toMatchObject({ kind: 'failed', run: null });
    expect((await listRuns(study)).runs).toEqual([]);
    await trainRun({ study, engine: 'wasm', set: TINY_SET, corrections: [{ ...corrections[0] }] });
    expect((await readRun(study, RUN)).corrections).toMatchObject({ relabelled: 0, leftOut: 1 });
  });
});

const TINY_SET = TINY_ARGUMENTS.filter((argument) => argument !== '--set');

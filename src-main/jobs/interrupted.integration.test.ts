import { watch } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedEngines } from '../compute/installed.ts';
import type { JobEvent } from '../contract/run.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { checkpointsFolder, runFolder } from '../workspace/study-layout.ts';
import { finalWeights, largestDifference, listen, newStudy, trainRequest, until } from './job.fixture.ts';
import type { Job } from './host.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
const RUN = '001-consistency-s0';

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data);
});
afterAll(() => root.remove());

const kill = ({ pid }: Job): void => {
  if (pid === undefined) throw new Error('the job has no process');
  process.kill(pid, 'SIGKILL');
};

/**
 * Resolves at a checkpoint after an event: with one at every batch they tell exactly where the run is, while progress
 * is only told now and then.
 */
async function checkpointsAfter(job: Job, wanted: (event: JobEvent) => boolean, count: number): Promise<void> {
  let seen = -1;
  await until(job, (event) => {
    if (seen < 0 && wanted(event)) seen = 0;
    return seen >= 0 && event.type === 'checkpoint' && ++seen === count;
  });
}

/** Kills the process at a moment of its run. */
const MOMENTS: Readonly<Record<string, (job: Job, study: string) => Promise<void>>> = {
  async 'in the middle of an epoch'(job) {
    // The first is stored at the end of the epoch before, the others after batches of the next.
    await checkpointsAfter(job, ({ type }) => type === 'epoch', 3);
    kill(job);
  },
  async 'in the middle of an attack'(job) {
    // The end of the epoch, the chosen eps, a batch of the assessment.
    await checkpointsAfter(job, (event) => event.type === 'epoch' && event.epoch === 1, 4);
    kill(job);
  },
  async 'in the middle of the last round'(job) {
    await checkpointsAfter(job, ({ type }) => type === 'round', 3);
    kill(job);
  },
  async 'while a file is written'(job, study) {
    await until(job, ({ type }) => type === 'epoch');
    await new Promise<void>((resolve) => {
      const watcher = watch(checkpointsFolder(runFolder(study, RUN)), (_, name) => {
        if (name?.endsWith('.tmp') !== true) return;
        kill(job);
        watcher.close();
        resolve();
      });
    });
  },
  async 'while it is measured'(job) {
    await until(job, (event) => isProgress(event, 'evaluate'));
    kill(job);
  },
};

type Progress = Extract<JobEvent, { type: 'progress' }>;
const isProgress = (event: JobEvent, phase: Progress['phase']): event is Progress =>
  event.type === 'progress' && event.phase === phase;

const engines = (['wasm', 'native'] as const).filter((id) => installedEngines().includes(id));

describe.each(engines)('a run on %s that is killed', (engine) => {
  let undisturbed: Float32Array;
  let table: Awaited<ReturnType<typeof readRoundTable>>;

  beforeAll(async () => {
    const study = await newStudy(root.path, data, `undisturbed-${engine}`);
    const { job } = listen(trainRequest(study, engine, TINY));
    expect(await job.outcome).toEqual({ kind: 'finished', run: RUN });
    undisturbed = await finalWeights(study, RUN);
    table = await readRoundTable(runFolder(study, RUN), 1);
  });

  it.each(Object.keys(MOMENTS))('%s ends, resumed, with the weights of one never disturbed', async (moment) => {
    const study = await newStudy(root.path, data, `${engine} ${moment}`);
    const first = listen(trainRequest(study, engine, TINY));
    await MOMENTS[moment](first.job, study);
    expect(await first.job.outcome).toMatchObject({ kind: 'failed', run: RUN, crashed: true });
    expect(await readRun(study, RUN)).toMatchObject({ state: 'failed', error: { code: 'job-crashed' } });
    expect(first.events.at(-1)).toMatchObject({
      type: 'failed',
      error: { hint: expect.stringContaining('resume') as string },
    });

    const second = listen({ kind: 'resume', study, engine, run: RUN });
    expect(await second.job.outcome).toEqual({ kind: 'finished', run: RUN });
    const record = await readRun(study, RUN);
    expect(record).toMatchObject({ state: 'finished', error: null });
    expect(record.rounds.map(({ round }) => round)).toEqual([0, 1]);
    const difference = largestDifference(await finalWeights(study, RUN), undisturbed);
    expect(difference).toBeLessThanOrEqual(engine === 'wasm' ? 0 : 1e-5);
    const rows = await readRoundTable(runFolder(study, RUN), 1);
    if (engine === 'wasm') expect(rows).toEqual(table);
    expect(rows.map(({ id }) => id)).toEqual(table.map(({ id }) => id));
  });
});

describe('a run with damaged checkpoints', () => {
  const killedInRoundOne = async (name: string) => {
    const study = await newStudy(root.path, data, name);
    const { job } = listen(trainRequest(study, 'wasm', TINY));
    await until(job, (event) => isProgress(event, 'train') && event.round === 1);
    kill(job);
    await job.outcome;
    const folder = checkpointsFolder(runFolder(study, RUN));
    return { study, files: (await readdir(folder)).sort().map((file) => join(folder, file)) };
  };

  it('goes on from the one before, and says so', async () => {
    const { study, files } = await killedInRoundOne('newest damaged');
    const newest = files.at(-1) ?? '';
    await writeFile(newest, (await readFile(newest)).subarray(0, 1000));
    const { job, events } = listen({ kind: 'resume', study, engine: 'wasm', run: RUN });
    expect(await job.outcome).toEqual({ kind: 'finished', run: RUN });
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings).toContainEqual(expect.stringMatching(/checkpoint .* was passed over/));
  });

  it('says in one sentence when there is none left', async () => {
    const { study, files } = await killedInRoundOne('all damaged');
    for (const file of files) await writeFile(file, 'nothing');
    const { job } = listen({ kind: 'resume', study, engine: 'wasm', run: RUN });
    expect(await job.outcome).toMatchObject({ kind: 'failed', error: { code: 'checkpoint-corrupt' } });
  });
});

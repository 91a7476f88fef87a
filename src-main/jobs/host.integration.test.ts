import { fork } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobEvent } from '../contract/run.ts';
import { readEvents } from '../workspace/events.ts';
import { lockHolder } from '../workspace/lock.ts';
import { readRun } from '../workspace/run.ts';
import { runFolder, runLockFile } from '../workspace/study-layout.ts';
import { probeEngines, startEngineJob } from './engine-job.ts';
import { startJob } from './host.ts';
import { finalWeights, listen, newStudy, trainRequest, until } from './job.fixture.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
const RUN = '001-consistency-s0';
const isTraining = (event: JobEvent) => event.type === 'progress' && event.phase === 'train' && event.epoch === 1;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data);
});
afterAll(() => root.remove());

describe('a job', () => {
  it('pauses, goes on, stops, and ends with the same weights as one left alone', async () => {
    const alone = await newStudy(root.path, data, 'alone');
    await listen(trainRequest(alone, 'wasm', TINY)).job.outcome;

    const study = await newStudy(root.path, data, 'paused');
    const first = listen(trainRequest(study, 'wasm', TINY));
    await until(first.job, isTraining);
    first.job.pause();
    await until(first.job, ({ type }) => type === 'paused');
    expect((await readRun(study, RUN)).state).toBe('paused');
    const said = first.events.length;
    await pause(500);
    expect(first.events.length).toBe(said);
    first.job.resume();
    await until(first.job, ({ type }) => type === 'resumed');
    await until(first.job, ({ type }) => type === 'round');
    first.job.cancel();
    expect(await first.job.outcome).toEqual({ kind: 'stopped', run: RUN });
    expect(first.events.at(-1)).toEqual({ type: 'stopped', run: RUN });
    const stopped = await readRun(study, RUN);
    expect(stopped.state).toBe('stopped');

    const second = listen({ kind: 'resume', study, engine: 'wasm', run: RUN });
    expect(await second.job.outcome).toEqual({ kind: 'finished', run: RUN });
    expect((await readRun(study, RUN)).seconds).toBeGreaterThan(stopped.seconds);
    expect(await finalWeights(study, RUN)).toEqual(await finalWeights(alone, RUN));
    expect(await readdir(runFolder(study, RUN))).not.toContain('checkpoints');
  });

  it('can be stopped while it is paused, and before its engine is up', async () => {
    const study = await newStudy(root.path, data, 'stopped');
    const first = listen(trainRequest(study, 'wasm', TINY));
    await until(first.job, isTraining);
    first.job.pause();
    await until(first.job, ({ type }) => type === 'paused');
    first.job.cancel();
    expect(await first.job.outcome).toEqual({ kind: 'stopped', run: RUN });

    const early = startJob(trainRequest(study, 'wasm', TINY));
    early.cancel();
    expect(await early.outcome).toMatchObject({ kind: 'failed', run: null, error: { code: 'cancelled' } });
    expect(await readdir(join(study, 'runs'))).toEqual([RUN]);
  });

  it('is killed when it does not stop in time, and can be resumed', async () => {
    const study = await newStudy(root.path, data, 'grace');
    const job = startJob(trainRequest(study, 'wasm', TINY), { grace: 0 });
    await until(job, isTraining);
    job.cancel();
    expect(await job.outcome).toEqual({ kind: 'stopped', run: RUN });
    const second = listen({ kind: 'resume', study, engine: 'wasm', run: RUN });
    expect(await second.job.outcome).toEqual({ kind: 'finished', run: RUN });
  });

  it('ends when the process that started it is killed', async () => {
    const study = await newStudy(root.path, data, 'orphan');
    const script = join(root.path, 'parent.mjs');
    const host = new URL('./host.ts', import.meta.url).href;
    const request = trainRequest(study, 'wasm', { ...TINY, training: { ...TINY.training, warmupEpochs: 500 } });
    await writeFile(
      script,
      `import { startJob } from ${JSON.stringify(host)};
       const job = startJob(${JSON.stringify(request)});
       job.on('event', (event) => event.type === 'epoch' && process.send(job.pid));`,
    );
    const parent = fork(script, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const pid = await new Promise<number>((resolve) => parent.once('message', (message) => resolve(Number(message))));
    expect((await lockHolder(runLockFile(runFolder(study, RUN))))?.pid).toBe(pid);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 300_000;
    while (isAlive(pid) && Date.now() < deadline) await pause(50);
    expect(isAlive(pid)).toBe(false);
    expect(await lockHolder(runLockFile(runFolder(study, RUN)))).toBeNull();
  });

  it('stops with a sentence when a picture of the study is gone, and keeps what it said', async () => {
    const other = join(root.path, 'changing');
    await writeShapes(other, 8);
    const study = await newStudy(root.path, other, 'changed');
    await writeFile(join(other, 'disc', '0.png'), 'not this picture');
    const { job } = listen(trainRequest(study, 'wasm', TINY));
    const outcome = await job.outcome;
    expect(outcome).toMatchObject({ kind: 'failed', run: RUN, error: { code: 'data-changed' } });
    expect(await readRun(study, RUN)).toMatchObject({ state: 'failed', error: { code: 'data-changed' } });
    const { events } = await readEvents(runFolder(study, RUN));
    expect(events.map(({ type }) => type)).toEqual(['started', 'failed']);
  });
});

describe('the warm-up', () => {
  it('is shared by arms of a seed, and changes nothing', async () => {
    const study = await newStudy(root.path, data, 'shared');
    await listen(trainRequest(study, 'wasm', { ...TINY, arm: 'plain' })).job.outcome;
    const shared = listen(trainRequest(study, 'wasm', TINY));
    expect(await shared.job.outcome).toEqual({ kind: 'finished', run: '002-consistency-s0' });
    expect(shared.events).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('001-plain-s0') as string }),
    );
    expect(shared.events.some(isTraining)).toBe(true);
    expect(
      shared.events.some((event) => event.type === 'progress' && event.round === 0 && event.phase === 'train'),
    ).toBe(false);
    const own = await newStudy(root.path, data, 'own');
    await listen(trainRequest(own, 'wasm', TINY)).job.outcome;
    expect(await finalWeights(study, '002-consistency-s0')).toEqual(await finalWeights(own, RUN));
    const plain = await readRun(study, '001-plain-s0');
    const [first] = (await readRun(study, '002-consistency-s0')).rounds;
    expect(first).toEqual(plain.rounds[0]);

    const otherSeed = listen(trainRequest(study, 'wasm', { ...TINY, seed: 1 }));
    await until(otherSeed.job, (event) => event.type === 'progress' && event.round === 0 && event.phase === 'train');
    otherSeed.job.kill();
    await otherSeed.job.outcome;
  });
});

describe('engines', () => {
  it('are probed each in its own process, and refused with a reason', async () => {
    const [cuda, wasm] = await probeEngines(['cuda', 'wasm']);
    expect(wasm).toMatchObject({
      id: 'wasm',
      usable: true,
      description: expect.stringContaining('WebAssembly') as string,
    });
    if (!cuda.usable) expect(cuda.reason).toMatch(/cuda.*\.$/);
  });

  it('are tried one after the other until one works', async () => {
    const study = await newStudy(root.path, data, 'auto');
    const tried: string[] = [];
    const { job, engine } = await startEngineJob('auto', (id) => {
      tried.push(id);
      return trainRequest(study, id, TINY);
    });
    expect(tried.at(-1)).toBe(engine.id);
    job.kill();
    expect((await job.outcome).kind).not.toBe('refused');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

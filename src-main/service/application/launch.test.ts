import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunBrief } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Input } from '../../contract/operations.ts';
import { resolveSettings } from '../settings.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import type { FakeRun, TestApplication } from './application.fixture.ts';

const LAUNCH: Input<'train.launch'> = {
  ...{ preset: 'quick', arms: ['plain', 'consistency'], seeds: [0], engine: 'auto', settings: {} },
  ...{ applyCorrections: false, estimate: null },
};
const CRASH = new SteadygazeError('job-crashed', 'The computing process ended unexpectedly.', 'Go on with it.');

let test: TestApplication;
beforeEach(async () => {
  test = await testApplication();
  await test.call('study.open', { folder: STUDY });
});
afterEach(() => {
  vi.useRealTimers();
  return test.close();
});

async function launch(input: Partial<Input<'train.launch'>> = {}): Promise<FakeRun> {
  const first = test.work.next();
  await test.call('train.launch', { ...LAUNCH, ...input });
  const run = await first;
  run.say({ type: 'started', run: '001-plain-s0', engine: 'wasm', arm: 'plain', seed: 0 });
  return run;
}

function brief(id: string, changes: Partial<RunBrief> = {}): RunBrief {
  return {
    ...{ id, name: id, arm: 'plain', seed: 0, preset: 'quick', status: 'stopped', created: '', engine: 'wasm' },
    ...{ engineDescription: '', assessments: [0], roundsPlanned: 3, eMean: null, top1: null, bgGap: null },
    ...{ maxboxacc: null, measured: [], seconds: 1, corrections: null, error: null, resumable: true, ...changes },
  };
}

const statuses = () => test.app.state.launch?.runs.map(({ status }) => status);

describe('a launch', () => {
  it('works on every arm of every seed, one after the other, and says when all is done', async () => {
    const settings = { 'method.eps': 0.01, 'training.flip': false };
    const first = await launch({ arms: ['plain', 'noise'], seeds: [3, 3, 4], settings, applyCorrections: true });
    expect(first.plan.how).toEqual({
      ...{ kind: 'train', preset: 'quick', engine: 'auto', corrections: [{ id: 'cat/1.png', label: null }] },
      settings: resolveSettings({ training: { rounds: 1 } }, ['eps=0.01', 'flip=false', 'arm=plain', 'seed=3']),
    });
    expect(test.app.working).toBe(true);
    expect(test.app.state.launch).toMatchObject({ status: 'running', engine: { id: 'wasm' }, current: 0 });
    expect(statuses()).toEqual(['running', 'waiting', 'waiting', 'waiting']);
    for (let run = first, i = 1; i <= 4; i++) {
      const next = test.work.next();
      run.end({ run: `00${i}-plain-s3`, stopped: false });
      if (i < 4) run = await next;
    }
    await test.launchUntil(({ status }) => status === 'finished');
    expect(test.work.runs.map(({ plan: { arm, seed } }) => `${arm} ${seed}`)).toEqual([
      ...['plain 3', 'noise 3', 'plain 4', 'noise 4'],
    ]);
    await expect.poll(() => test.events.at(-1)).toMatchObject({ type: 'notice', kind: 'done' });
    expect(test.app.working).toBe(false);
  });

  it('pauses and goes on, also between two runs', async () => {
    const first = await launch();
    await test.call('train.pause', {});
    expect(first.told).toEqual(['pause']);
    expect(test.app.state.launch?.status).toBe('pausing');
    first.say({ type: 'paused', run: '001-plain-s0' });
    expect(test.app.state.launch).toMatchObject({ status: 'paused', runs: [{ status: 'paused' }, {}] });
    await test.call('train.resume', {});
    first.say({ type: 'resumed', run: '001-plain-s0' });
    expect(test.app.state.launch).toMatchObject({ status: 'running', runs: [{ status: 'running' }, {}] });

    await test.call('train.pause', {});
    first.end({ run: '001-plain-s0', stopped: false });
    await test.launchUntil(({ status }) => status === 'paused');
    expect(test.work.runs).toHaveLength(1);
    const second = test.work.next();
    await test.call('train.resume', {});
    expect((await second).told).toEqual([]);
  });

  it('does not take a pause for one that was taken back meanwhile', async () => {
    const first = await launch();
    await test.call('train.pause', {});
    await test.call('train.resume', {});
    first.say({ type: 'paused', run: '001-plain-s0' });
    expect(test.app.state.launch?.status).toBe('running');
  });

  it('drops the runs after one that is stopped', async () => {
    const first = await launch();
    await test.call('train.stop', {});
    expect(first.told).toEqual(['stop']);
    first.end({ run: '001-plain-s0', stopped: true });
    const { runs, current } = await test.launchUntil(({ status }) => status === 'stopped');
    expect(runs).toEqual([{ run: '001-plain-s0', arm: 'plain', seed: 0, status: 'stopped' }]);
    expect(current).toBe(0);
    await expect(test.call('train.stop', {})).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leaves nothing behind when it is stopped before anything began', async () => {
    const begun = test.work.next();
    await test.call('train.launch', LAUNCH);
    const first = await begun;
    await test.call('train.stop', {});
    first.fail(new SteadygazeError('cancelled', 'Stopped on request.'));
    await expect.poll(() => test.app.state.launch).toBeNull();
    expect(test.events.filter(({ type }) => type === 'notice')).toEqual([]);
  });

  it('survives a crash, says so, and goes on with what is left', async () => {
    const first = await launch();
    first.fail(CRASH);
    const failed = await test.launchUntil(({ status }) => status === 'failed');
    expect(failed).toMatchObject({
      error: { code: 'job-crashed' },
      runs: [{ status: 'failed' }, { status: 'waiting' }],
    });
    await expect.poll(() => test.events.at(-1)).toMatchObject({ type: 'notice', kind: 'error', text: CRASH.message });

    test.library.runs = [brief('001-plain-s0', { status: 'failed' })];
    const again = test.work.next();
    await test.call('train.goOn', { runs: ['001-plain-s0'] });
    expect(statuses()).toEqual(['waiting', 'waiting']);
    const resumed = await again;
    expect(resumed.plan.how).toEqual({ kind: 'resume', run: '001-plain-s0' });
    const last = test.work.next();
    resumed.end({ run: '001-plain-s0', stopped: false });
    expect((await last).plan.how).toMatchObject({ kind: 'train', settings: { arm: 'consistency', seed: 0 } });
  });

  it('goes on only with what can be gone on with', async () => {
    const diverged = new SteadygazeError('training-diverged', 'Training diverged.').toValue();
    test.library.runs = [
      brief('001-plain-s0', { status: 'finished', resumable: false }),
      brief('002-plain-s0', { status: 'interrupted', seed: 7 }),
      brief('003-plain-s0', { status: 'failed', error: diverged }),
    ];
    await expect(test.call('train.goOn', { runs: ['001-plain-s0'] })).rejects.toMatchObject({ code: 'bad-argument' });
    await expect(test.call('train.goOn', { runs: ['009-plain-s0'] })).rejects.toMatchObject({ code: 'not-found' });
    const begun = test.work.next();
    await test.call('train.goOn', { runs: [] });
    expect((await begun).plan).toMatchObject({ seed: 7, weight: 0.75, how: { kind: 'resume', run: '002-plain-s0' } });
    expect(test.app.state.launch?.runs).toHaveLength(1);
  });

  it('refuses what would disturb it, and what cannot be', async () => {
    await expect(test.call('train.launch', { ...LAUNCH, settings: { 'method.eps': 7 } })).rejects.toThrow(
      'The setting method.eps cannot be 7.',
    );
    await expect(test.call('train.launch', { ...LAUNCH, settings: { 'arm=x': 7 } })).rejects.toMatchObject({
      code: 'unknown-setting',
    });
    test.work.locked = true;
    await expect(test.call('train.launch', LAUNCH)).rejects.toMatchObject({ code: 'study-locked' });
    test.work.locked = false;
    expect(test.app.state.launch).toBeNull();
    await launch();
    for (const refused of [
      test.call('train.launch', LAUNCH),
      test.call('train.goOn', { runs: [] }),
      test.call('study.open', { folder: '/studies/two' }),
      test.call('study.close', {}),
      test.call('study.create', { inspection: 'x', name: 'x', folder: '/studies/three', task: 't' }),
      test.call('train.deleteRun', { run: '001-plain-s0' }),
      test.call('train.measure', { engine: 'auto', presets: ['quick'], settings: {}, task: 't' }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'busy' });
    }
    await test.call('study.open', { folder: `${STUDY}/study.json` });
    expect(test.library.calls.at(-1)).toBe(`openStudy ${STUDY} [001-plain-s0]`);
  });

  it('tells its progress four times a second, the last of it soon, and none when it has ended', async () => {
    const first = await launch({ arms: ['plain'] });
    const say = (overall: number) =>
      first.say({
        ...{ type: 'progress', run: '001-plain-s0', phase: 'train', round: 0, epoch: 0, done: 1, total: 2, overall },
        ...{ secondsLeft: 1, imagesPerSecond: 1, loss: null, memory: 1 },
      });
    const told = () => test.events.flatMap((event) => (event.type === 'progress' ? [event.progress.overall] : []));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    for (const overall of [0, 0.1, 0.2, 0.3]) say(overall);
    expect(told()).toEqual([0]);
    expect(test.app.state.launch?.progress?.overall).toBe(0.3);
    vi.advanceTimersByTime(250);
    expect(told()).toEqual([0, 0.3]);
    say(0.4);
    first.end({ run: '001-plain-s0', stopped: false });
    await test.launchUntil(({ status }) => status === 'finished');
    vi.advanceTimersByTime(1_000);
    expect(told()).toEqual([0, 0.3]);
  });

  it('is stopped when the app ends', async () => {
    const first = await launch();
    const closed = test.app.close();
    await expect.poll(() => first.told).toEqual(['stop']);
    first.end({ run: '001-plain-s0', stopped: true });
    await closed;
    expect(test.library.closed).toBe(true);
    expect(await test.app.invoke('app.state', {})).toMatchObject({ ok: false, error: { code: 'disconnected' } });
  });
});

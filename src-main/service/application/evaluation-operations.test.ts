import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunBrief } from '../../contract/app-state.ts';
import type { Input } from '../../contract/operations.ts';
import { testApplication, STUDY } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';

let test: TestApplication;

const brief = (id: string, name: string, changes: Partial<RunBrief> = {}): RunBrief => ({
  ...{ id, name, arm: 'plain', seed: 0, preset: 'quick', status: 'finished', created: '', engine: 'wasm' },
  ...{ engineDescription: '', assessments: [0], roundsPlanned: 1, eMean: null, top1: null, bgGap: null },
  ...{ maxboxacc: null, measured: [], seconds: 1, corrections: null, error: null, resumable: false, ...changes },
});
const PLAIN = '001-plain-s0';
const STEADY = '002-consistency-s0';
const input = (changes: Partial<Input<'evaluation.measure'>> = {}): Input<'evaluation.measure'> => ({
  ...{ runs: [PLAIN], parts: ['stability'], again: false, engine: 'auto', task: 'measure-1' },
  ...changes,
});

beforeEach(async () => {
  test = await testApplication();
  test.library.runs = [brief(PLAIN, 'Plain training'), brief(STEADY, 'Explanation consistency')];
  await test.call('study.open', { folder: STUDY });
});
afterEach(() => test.close());

it('measures under the eyes of everybody, and tells at the end what has been measured', async () => {
  const measured = test.call('evaluation.measure', input({ runs: [PLAIN, STEADY, PLAIN] }));
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  const [{ study, wanted, follower, end }] = test.work.evaluations;
  expect([study, wanted]).toEqual([
    STUDY,
    { runs: [PLAIN, STEADY], parts: ['stability'], again: false, engine: 'auto' },
  ]);
  follower.onProgress({ run: STEADY, part: 'stability', overall: 0.25, secondsLeft: 90 });
  expect(test.app.state.tasks).toMatchObject([
    { id: 'measure-1', title: 'Measuring: Stability, Explanation consistency', cancellable: true },
  ]);
  test.library.runs = [brief(PLAIN, 'Plain training', { measured: ['stability'] })];
  end();
  await measured;
  expect(test.app.state.tasks).toEqual([]);
  expect(test.app.state.study?.runs[0]?.measured).toEqual(['stability']);
});

it('says so while the graphics card that was lost is waited for', async () => {
  const measured = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  const [{ follower, end }] = test.work.evaluations;
  const title = 'The graphics card was lost. Measuring goes on where it was.';
  follower.onRestart(title);
  // Pictures are read again: nothing is measured yet.
  follower.onProgress({ run: null, part: null, overall: 0.5, secondsLeft: null });
  expect(test.app.state.tasks).toMatchObject([{ title, cancellable: true }]);
  follower.onProgress({ run: PLAIN, part: 'stability', overall: 0.5, secondsLeft: null });
  expect(test.app.state.tasks).toMatchObject([{ title: 'Measuring: Stability, Plain training' }]);
  end();
  await measured;
});

it('ends when it is cancelled, and looks again at what has been measured until then', async () => {
  const measured = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  test.library.runs = [brief(PLAIN, 'Plain training', { measured: ['recognition'] })];
  expect(await test.call('app.cancelTask', { task: 'measure-1' })).toBe(true);
  await expect(measured).rejects.toMatchObject({ code: 'cancelled' });
  expect(test.app.state.study?.runs[0]?.measured).toEqual(['recognition']);
  // It can be asked for again.
  const again = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(2);
  test.work.evaluations[1].end();
  await again;
});

it('refuses a run that is being measured, one that is not finished, and one that is not there', async () => {
  test.library.runs = [...test.library.runs, brief('003-plain-s1', 'Plain training (seed 1)', { status: 'stopped' })];
  await test.call('study.open', { folder: STUDY });
  const first = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  const second = (runs: string[]) => test.call('evaluation.measure', input({ runs, task: 'measure-2' }));
  await expect(second([STEADY, PLAIN])).rejects.toMatchObject({
    code: 'busy',
    message: '"Plain training" is being measured already.',
  });
  await expect(second(['003-plain-s1'])).rejects.toMatchObject({ code: 'bad-argument' });
  await expect(second(['009-plain-s9'])).rejects.toMatchObject({ code: 'not-found' });
  // Another run is free.
  const other = second([STEADY]);
  await expect.poll(() => test.work.evaluations.length).toBe(2);
  for (const { end } of test.work.evaluations) end();
  await Promise.all([first, other]);
});

it('measures nothing while a model is being trained', async () => {
  const run = test.work.next();
  await test.call('train.launch', {
    ...{ preset: 'quick', arms: ['plain'], seeds: [0], engine: 'auto', settings: {} },
    ...{ applyCorrections: false, estimate: null },
  });
  await run;
  await expect(test.call('evaluation.measure', input())).rejects.toMatchObject({ code: 'busy' });
  expect(test.work.evaluations).toEqual([]);
});

it('ends with the study', async () => {
  const measured = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  await test.call('study.close', {});
  await expect(measured).rejects.toMatchObject({ code: 'cancelled' });
  expect(test.app.state.tasks).toEqual([]);
});

it('trains nothing while a model is being measured', async () => {
  const measured = test.call('evaluation.measure', input());
  await expect.poll(() => test.work.evaluations.length).toBe(1);
  await expect(test.call('train.goOn', { runs: [] })).rejects.toMatchObject({ code: 'busy' });
  test.work.evaluations[0].end();
  await measured;
  await expect(test.call('train.goOn', { runs: [] })).rejects.toThrow('There is no run to go on');
});

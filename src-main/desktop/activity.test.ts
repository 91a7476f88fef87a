import { expect, test, vi } from 'vitest';
import type { AppEvent } from '../contract/app-events.ts';
import type { LaunchState } from '../contract/app-state.ts';

vi.mock('electron', () => ({}));
const { keepsAwake, taskbarProgress, wordsFor } = await import('./activity.ts');

const launch = (status: LaunchState['status'], overallLaunch = 0.25): LaunchState => ({
  ...{ id: '1', preset: null, runs: [], current: 0, status, engine: null, started: '', estimate: null, error: null },
  progress: {
    ...{ run: 'r', phase: 'train', round: 0, epoch: 0, done: 1, total: 2, overall: 0.5, overallLaunch },
    ...{ secondsLeft: null, imagesPerSecond: 1, loss: null, memory: 0 },
  },
});

test('the machine stays awake while a run works, and not while it is paused or over', () => {
  const all = ['starting', 'running', 'pausing', 'stopping', 'paused', 'finished', 'stopped', 'failed'] as const;
  expect(all.filter((status) => keepsAwake(launch(status)))).toEqual(['starting', 'running', 'pausing', 'stopping']);
  expect(keepsAwake(null)).toBe(false);
});

test('the taskbar shows the whole launch', () => {
  expect(taskbarProgress(launch('running'))).toEqual({ share: 0.25, mode: 'normal' });
  expect(taskbarProgress(launch('paused'))).toEqual({ share: 0.25, mode: 'paused' });
  expect(taskbarProgress(launch('finished')).share).toBe(-1);
  expect(taskbarProgress(null).share).toBe(-1);
});

test('the end of a run is worth a word, an epoch is not', () => {
  const job = (event: object) => ({ seq: 1, type: 'job', event }) as AppEvent;
  const none = { study: null };
  expect(wordsFor(job({ type: 'finished', run: 'r' }), none)).toEqual({
    title: 'Training is done',
    body: 'Training has finished.',
  });
  expect(wordsFor(job({ type: 'round', run: 'r', summary: { round: 2, eMean: 0.512 } }), none)?.body).toContain('0.51');
  expect(wordsFor(job({ type: 'epoch', run: 'r' }), none)).toBeNull();
  expect(wordsFor({ seq: 1, type: 'marks' }, none)).toBeNull();
});

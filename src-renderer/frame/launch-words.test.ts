import { expect, it } from 'vitest';
import type { LaunchState, LiveProgress, RunBrief } from '../../src-main/contract/app-state.ts';
import { headlineOf, phaseWords } from './launch-words.ts';

const progress: LiveProgress = {
  ...{ run: '001-plain-s0', phase: 'train', round: 0, epoch: 2, done: 1, total: 9, overall: 0.1, overallLaunch: 0.05 },
  ...{ secondsLeft: 60, imagesPerSecond: 9, loss: 1, memory: 1 },
};
const launch: LaunchState = {
  ...{ id: 'a', preset: 'quick', current: 1, status: 'running', engine: null, progress, started: '', estimate: null },
  runs: [
    { run: '001-plain-s0', arm: 'plain', seed: 0, status: 'finished' },
    { run: '002-consistency-s0', arm: 'consistency', seed: 0, status: 'running' },
  ],
  error: null,
};
const run = { name: 'Plain training', roundsPlanned: 3 } as RunBrief;

it('says which model of how many', () => {
  expect(headlineOf(launch)).toBe('Training model 2 of 2');
  expect(headlineOf({ ...launch, runs: launch.runs.slice(0, 1), current: 0 })).toBe('Training');
  expect(headlineOf({ ...launch, status: 'paused' })).toBe('Paused');
});

it('says what is done this moment', () => {
  expect(phaseWords(launch, run)).toBe('Plain training: warm-up, learning (epoch 3)');
  const assessing: LaunchState = { ...launch, progress: { ...progress, phase: 'assess', round: 2 } };
  expect(phaseWords(assessing, run)).toBe('Plain training: round 2 of 3, disturbing backgrounds and watching the gaze');
  expect(phaseWords({ ...launch, progress: { ...progress, phase: 'decode' } }, null)).toBe('reading the pictures');
  expect(phaseWords({ ...launch, status: 'starting', progress: null }, run)).toBe('Plain training');
});

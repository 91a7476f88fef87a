import { expect, it } from 'vitest';
import type { RunBrief } from '../../../src-main/contract/app-state.ts';
import { choosePair } from './pair.ts';

const run = (id: string, arm: RunBrief['arm'], more: Partial<RunBrief> = {}): RunBrief => ({
  ...{ id, name: id, arm, seed: 0, preset: 'quick', status: 'finished', created: '', engine: 'wasm' },
  ...{ engineDescription: '', assessments: [0], roundsPlanned: 1, eMean: 0.5, top1: null, bgGap: null },
  ...{ maxboxacc: null, seconds: 1, corrections: null, error: null, resumable: false },
  ...more,
});

it('chooses explanation consistency against plain training of the same seed', () => {
  const runs = [
    run('1', 'plain'),
    run('2', 'consistency'),
    run('3', 'plain', { seed: 1 }),
    run('4', 'consistency', { seed: 1 }),
    run('5', 'loss', { seed: 1 }),
  ];
  expect(choosePair(runs)).toEqual({ a: '3', b: '4' });
  expect(choosePair(runs.slice(0, 3))).toEqual({ a: '1', b: '2' });
});

it('prefers finished runs, and never one that has assessed nothing', () => {
  const runs = [
    run('1', 'plain'),
    run('2', 'consistency'),
    run('3', 'consistency', { status: 'running' }),
    run('4', 'consistency', { assessments: [] }),
  ];
  expect(choosePair(runs)).toEqual({ a: '1', b: '2' });
});

it('takes the two newest where nothing fits better, and none of fewer than two', () => {
  expect(choosePair([run('1', 'loss'), run('2', 'mix'), run('3', 'random')])).toEqual({ a: '2', b: '3' });
  expect(choosePair([run('1', 'plain')])).toBeNull();
});

it('keeps what was chosen while both runs are there', () => {
  const runs = [run('1', 'plain'), run('2', 'consistency'), run('3', 'loss')];
  expect(choosePair(runs, { a: '3', b: '1' })).toEqual({ a: '3', b: '1' });
  expect(choosePair(runs, { a: '3', b: '9' })).toEqual({ a: '1', b: '2' });
  expect(choosePair(runs, { a: '1', b: '1' })).toEqual({ a: '1', b: '2' });
});

import { expect, it } from 'vitest';
import type { RunBrief } from '../../../src-main/contract/app-state.ts';
import { chooseRuns, chosenFromParams, chosenParams, withBaseline, withRun } from './chosen-runs.ts';

const run = (id: string, arm: RunBrief['arm'], more: Partial<RunBrief> = {}): RunBrief => ({
  ...{ id, name: id, arm, seed: 0, preset: 'quick', status: 'finished', created: '', engine: 'wasm' },
  ...{ engineDescription: '', assessments: [0], roundsPlanned: 1, eMean: 0.5, top1: null, bgGap: null },
  ...{ maxboxacc: null, measured: [], seconds: 1, corrections: null, error: null, resumable: false },
  ...more,
});
const five = [
  run('1', 'plain'),
  run('2', 'consistency'),
  run('3', 'plain', { seed: 1 }),
  run('4', 'consistency', { seed: 1 }),
  run('5', 'loss', { seed: 1 }),
];

it('begins with the newest explanation consistency and plain training of the same seed', () => {
  expect(chooseRuns(five)).toEqual({ baseline: '3', runs: ['3', '4'] });
  expect(chooseRuns(five.slice(0, 3))).toEqual({ baseline: '1', runs: ['1', '2'] });
});

it('prefers finished runs, and never one that has assessed nothing', () => {
  const runs = [
    run('1', 'plain'),
    run('2', 'consistency'),
    run('3', 'consistency', { status: 'running' }),
    run('4', 'consistency', { assessments: [] }),
  ];
  expect(chooseRuns(runs)).toEqual({ baseline: '1', runs: ['1', '2'] });
});

it('takes the two newest where nothing fits better, and none of fewer than two', () => {
  const runs = [run('1', 'loss'), run('2', 'mix'), run('3', 'random')];
  expect(chooseRuns(runs)).toEqual({ baseline: '2', runs: ['2', '3'] });
  expect(chooseRuns([run('1', 'plain')])).toBeNull();
});

it('keeps what was chosen while two of the runs are there', () => {
  const kept = { baseline: '5', runs: ['5', '2', '1'] };
  expect(chooseRuns(five, kept)).toEqual({ baseline: '5', runs: ['5', '1', '2'] });
  // The baseline was deleted: plain training takes its place.
  expect(chooseRuns(five.slice(0, 4), kept)).toEqual({ baseline: '1', runs: ['1', '2'] });
  expect(chooseRuns(five, { baseline: '9', runs: ['9', '1'] })).toEqual({ baseline: '3', runs: ['3', '4'] });
});

it('puts runs in and takes them out, arm by arm, and never fewer than two', () => {
  const pair = { baseline: '3', runs: ['3', '4'] };
  const three = withRun(five, pair, '2', true);
  expect(three).toEqual({ baseline: '3', runs: ['3', '2', '4'] });
  expect(withRun(five, three, '3', false)).toEqual({ baseline: '2', runs: ['2', '4'] });
  expect(withRun(five, pair, '4', false)).toBe(pair);
  expect(withBaseline(five, pair, '4')).toEqual({ baseline: '4', runs: ['4', '3'] });
  expect(withBaseline(five, pair, '5')).toEqual({ baseline: '5', runs: ['5', '3', '4'] });
});

it('stands in the address', () => {
  const chosen = { baseline: '3', runs: ['3', '2', '4'] };
  expect(chosenFromParams(chosenParams(chosen))).toEqual(chosen);
  expect(chosenFromParams({})).toBeNull();
});

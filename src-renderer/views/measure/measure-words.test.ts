import { expect, it } from 'vitest';
import type { PartOverview } from '../../../src-main/contract/evaluation-view.ts';
import { openRuns, stateSentence, stillMissing, timeToMeasure, type PartState } from './measure-words.ts';

const part = (states: readonly PartState[], more: Partial<PartOverview> = {}): PartOverview => ({
  ...{ part: 'stability', label: '', question: '', obstacle: null, seconds: 60 },
  runs: states.map((state, i) => ({ run: String(i), state })),
  ...more,
});

it('says for how many runs something has been measured', () => {
  expect(stateSentence(part(['measured', 'measured']))).toBe('Measured');
  expect(stateSentence(part(['missing', 'missing']))).toBe('Not measured');
  expect(stateSentence(part(['outdated', 'outdated']))).toBe('Out of date');
  expect(stateSentence(part(['measured', 'missing', 'outdated']))).toBe('Measured for 1 of 3 runs, out of date for 1');
  expect(stateSentence(part(['missing', 'outdated']))).toBe('Out of date for 1');
});

it('leaves alone what is measured and what cannot be', () => {
  expect(openRuns(part(['measured', 'missing', 'outdated']))).toEqual(['1', '2']);
  expect(openRuns(part(['missing'], { obstacle: 'No.' }))).toEqual([]);
});

it('names the runs that are missing where others are there', () => {
  const names = (states: readonly PartState[]) => stillMissing(part(states), (run) => `run ${run}`);
  expect(names(['measured', 'missing'])).toBe('Still missing: run 1');
  expect(names(['missing', 'missing', 'measured', 'outdated', 'missing'])).toBe(
    'Still missing: run 0, run 1 and 2 more',
  );
  expect(names(['missing', 'missing'])).toBeNull();
  expect(names(['measured', 'measured'])).toBeNull();
});

it('adds up the time of what is open, and never promises less than is known', () => {
  const nbsp = '\u00a0';
  expect(timeToMeasure([part(['measured', 'missing']), part(['missing', 'missing'])])).toBe(`about 3${nbsp}min`);
  expect(timeToMeasure([part(['missing']), part(['missing'], { seconds: null })])).toBe(`at least 1${nbsp}min`);
  expect(timeToMeasure([part(['missing'], { seconds: null })])).toBeNull();
  expect(timeToMeasure([part(['measured'])])).toBeNull();
});

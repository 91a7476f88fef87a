import { describe, expect, it } from 'vitest';
import type { LaunchState, RunBrief, StudyState } from '../../src-main/contract/app-state.ts';
import { VIEWS } from '../../src-main/contract/preferences.ts';
import { isWorking, stepNote } from './step-notes.ts';

const run = (status: RunBrief['status'], assessments: number[]) => ({ status, assessments }) as unknown as RunBrief;
const study = (runs: RunBrief[], missing = false, marks = 0) =>
  ({ runs, data: { pictures: 1240, missing }, marks: { total: marks, corrections: 0 } }) as unknown as StudyState;
const launch = (status: LaunchState['status']) => ({ status }) as unknown as LaunchState;

describe('stepNote', () => {
  it('asks for a study everywhere but where one begins', () => {
    expect(VIEWS.map((view) => stepNote(view, null, null).ready)).toEqual([true, false, false, false, false]);
  });

  it('opens the steps one after the other', () => {
    const ready = (runs: RunBrief[]) => VIEWS.filter((view) => stepNote(view, study(runs), null).ready);
    expect(ready([])).toEqual(['data', 'train']);
    expect(ready([run('running', [0])])).toEqual(['data', 'train', 'inspect']);
    expect(ready([run('finished', [0, 1])])).toEqual(['data', 'train', 'inspect', 'report']);
    expect(ready([run('finished', [0]), run('finished', [0])])).toEqual([...VIEWS]);
  });

  it('says how much there is', () => {
    expect(stepNote('data', study([]), null).text).toBe('1,240 pictures');
    expect(stepNote('train', study([run('finished', [])]), null).text).toBe('1 run');
    expect(stepNote('inspect', study([run('finished', [0])], false, 12), null).text).toBe('12 marked');
    expect(stepNote('data', study([], true), null)).toEqual({ text: 'Pictures missing', ready: false });
  });

  it('says that it works', () => {
    expect(stepNote('train', study([]), launch('running')).text).toBe('At work');
    expect(stepNote('train', study([]), launch('paused')).text).toBe('Paused');
  });
});

it.each(['finished', 'stopped', 'failed'] as const)('%s is no work', (status) => {
  expect(isWorking(launch(status))).toBe(false);
});

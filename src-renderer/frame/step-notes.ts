import type { LaunchState, StudyState } from '../../src-main/contract/app-state.ts';
import type { View } from '../../src-main/contract/preferences.ts';
import { count } from '../lib/format.ts';

/** What stands under a step: what it holds, or what it still needs. */
export interface StepNote {
  readonly text: string;
  /** False: it can be looked at, but there is nothing to do there yet. */
  readonly ready: boolean;
}

const needs = (text: string): StepNote => ({ text: `Needs ${text}`, ready: false });
const holds = (text: string): StepNote => ({ text, ready: true });
const many = (n: number, one: string, more: string): string => `${count(n)} ${n === 1 ? one : more}`;

/** States of a launch in which nothing is computed (any more). */
const ENDED: readonly LaunchState['status'][] = ['finished', 'stopped', 'failed'];

/** Whether runs are being worked on, paused ones included. */
export function isWorking(launch: LaunchState | null): launch is LaunchState {
  return launch !== null && !ENDED.includes(launch.status);
}

/** What a step has to say, from the open study and the runs that are worked on. */
export function stepNote(view: View, study: StudyState | null, launch: LaunchState | null): StepNote {
  if (!study) return view === 'data' ? holds('Choose pictures') : needs('a study');
  const assessed = study.runs.filter((run) => run.assessments.length > 0).length;
  const finished = study.runs.filter((run) => run.status === 'finished').length;
  switch (view) {
    case 'data':
      return study.data.missing
        ? { text: 'Pictures missing', ready: false }
        : holds(many(study.data.pictures, 'picture', 'pictures'));
    case 'train':
      if (isWorking(launch)) return holds(launch.status === 'paused' ? 'Paused' : 'At work');
      return holds(study.runs.length === 0 ? 'Nothing trained yet' : many(study.runs.length, 'run', 'runs'));
    case 'inspect':
      if (assessed === 0) return needs('a run');
      return holds(study.marks.total === 0 ? 'Hard pictures' : `${count(study.marks.total)} marked`);
    case 'compare':
      return finished < 2 ? needs('two runs') : holds(many(finished, 'run', 'runs'));
    case 'report':
      return finished === 0 ? needs('a finished run') : holds('Ready to write');
  }
}

import type { LaunchState } from '../../src-main/contract/app-state.ts';
import type { Phase } from '../../src-main/contract/run.ts';

const PHASES: Readonly<Record<Phase, string>> = {
  decode: 'Reading the pictures',
  train: 'Training',
  calibrate: 'Choosing how strong the attack is',
  assess: 'Attacking every picture',
  evaluate: 'Measuring',
};

const STATUSES: Readonly<Record<LaunchState['status'], string>> = {
  starting: 'Starting',
  running: 'At work',
  pausing: 'Pausing after this step',
  paused: 'Paused',
  stopping: 'Storing where it is',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Something went wrong',
};

/** What is done at this moment, in a few words. */
export function launchWords({ status, progress }: LaunchState): string {
  return status === 'running' && progress ? PHASES[progress.phase] : STATUSES[status];
}

/** "Run 2 of 4"; empty for a single one. */
export function launchPlace({ runs, current }: LaunchState): string {
  return runs.length < 2 ? '' : `Run ${Math.min(current + 1, runs.length)} of ${runs.length}`;
}

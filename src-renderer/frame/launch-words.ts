/** What a launch is doing this moment, in words that need no explanation. */
import type { LaunchState, RunBrief } from '../../src-main/contract/app-state.ts';
import type { Phase } from '../../src-main/contract/run.ts';

const HEADLINES: Readonly<Record<LaunchState['status'], string>> = {
  starting: 'Starting…',
  running: 'Training',
  pausing: 'Pausing after this step…',
  paused: 'Paused',
  stopping: 'Storing where it is…',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Ended early',
};

const PHASES: Readonly<Record<Phase, string>> = {
  decode: 'reading the pictures',
  train: 'learning',
  project: 'finding the training patches that are most like the prototypes',
  calibrate: 'choosing how strongly to disturb the background',
  assess: 'disturbing backgrounds and watching the gaze',
  evaluate: 'measuring on the pictures kept aside',
};

/** "Training model 1 of 2". */
export function headlineOf({ status, runs, current }: LaunchState): string {
  const words = status === 'running' && runs.every(({ arm }) => arm === 'given') ? 'Measuring' : HEADLINES[status];
  return status === 'running' && runs.length > 1
    ? `${words} model ${String(current + 1)} of ${String(runs.length)}`
    : words;
}

/** "Plain training: round 1 of 2, learning (epoch 3)." */
export function phaseWords(launch: LaunchState, run: RunBrief | null): string {
  const name = run?.name ?? '';
  const { progress } = launch;
  if (progress === null || launch.status === 'starting') return name;
  const { phase, round, epoch } = progress;
  const planned = run?.roundsPlanned ?? 0;
  const where = round === 0 ? 'warm-up' : `round ${String(round)}${planned > 0 ? ` of ${String(planned)}` : ''}`;
  const detail = phase === 'train' ? ` (epoch ${String(epoch + 1)})` : '';
  // What was not trained here has no warm-up.
  const isPlain = phase === 'decode' || phase === 'evaluate' || run?.arm === 'given';
  const step = isPlain ? PHASES[phase] : `${where}, ${PHASES[phase]}${detail}`;
  return name === '' ? step : `${name}: ${step}`;
}

/** "Model 2 of 4"; empty for a single one. */
export function launchPlace({ runs, current }: LaunchState): string {
  return runs.length < 2 ? '' : `Model ${String(Math.min(current + 1, runs.length))} of ${String(runs.length)}`;
}

/** What a progress bar over a whole launch is about: "Both models". */
export function launchExtent({ runs }: LaunchState): string {
  if (runs.length === 1) return 'This model';
  return runs.length === 2 ? 'Both models' : `All ${String(runs.length)} models`;
}

/** Which runs stand side by side, and which of them the others are compared with. */
import type { RunBrief } from '../../../src-main/contract/app-state.ts';
import { RUN_ARMS } from '../../../src-main/contract/settings.ts';

/** `runs`: ids, the baseline first. */
export interface ChosenRuns {
  readonly baseline: string;
  readonly runs: readonly string[];
}

/** So many runs can be compared at once: the contract takes no more. */
export const MOST_RUNS = 20;

/** Runs that can be compared: those that have assessed their pictures. */
export function comparable(runs: readonly RunBrief[]): readonly RunBrief[] {
  return runs.filter((run) => run.assessments.length > 0);
}

/**
 * What is compared: what the person chose, as far as it is still there; else the newest run of explanation consistency
 * with plain training of the same seed and preset; else the two newest runs. Finished runs before others.
 * @param kept what was chosen before
 * @returns null with fewer than two runs
 */
export function chooseRuns(runs: readonly RunBrief[], kept: ChosenRuns | null = null): ChosenRuns | null {
  const candidates = comparable(runs);
  const left = (kept?.runs ?? []).filter((id) => candidates.some((run) => run.id === id));
  if (kept !== null && left.length >= 2) {
    return inOrder(runs, left, left.includes(kept.baseline) ? kept.baseline : baselineOf(candidates, left));
  }
  const newestFirst = [...candidates]
    .reverse()
    .sort((x, y) => Number(y.status === 'finished') - Number(x.status === 'finished'));
  for (const steady of newestFirst.filter((run) => run.arm === 'consistency')) {
    const plain = newestFirst.find(
      (run) => run.arm === 'plain' && run.seed === steady.seed && run.preset === steady.preset,
    );
    if (plain !== undefined) return inOrder(runs, [plain.id, steady.id], plain.id);
  }
  const [newest, before] = newestFirst;
  return newest === undefined || before === undefined ? null : inOrder(runs, [before.id, newest.id], before.id);
}

/** The choice with a run put in or taken out. A choice of one run is none: then it stays as it was. */
export function withRun(runs: readonly RunBrief[], chosen: ChosenRuns, id: string, isIn: boolean): ChosenRuns {
  const ids = isIn ? [...chosen.runs, id] : chosen.runs.filter((each) => each !== id);
  if (ids.length < 2 || ids.length > MOST_RUNS) return chosen;
  const baseline = ids.includes(chosen.baseline) ? chosen.baseline : baselineOf(comparable(runs), ids);
  return inOrder(runs, ids, baseline);
}

/** The choice with another baseline, which is put in where it was not. */
export function withBaseline(runs: readonly RunBrief[], chosen: ChosenRuns, id: string): ChosenRuns {
  return inOrder(runs, [...new Set([...chosen.runs, id])].slice(-MOST_RUNS), id);
}

/** As it stands in the address of the view. */
export const chosenParams = ({ runs, baseline }: ChosenRuns): Record<string, string> => ({
  runs: runs.join(' '),
  baseline,
});

export function chosenFromParams({ runs, baseline }: Readonly<Record<string, string>>): ChosenRuns | null {
  if (runs === undefined || baseline === undefined) return null;
  return { runs: [...new Set(runs.split(' '))].slice(0, MOST_RUNS), baseline };
}

/** Plain training where there is one: whatever else was done, it was done to improve on that. */
function baselineOf(candidates: readonly RunBrief[], ids: readonly string[]): string {
  const plain = candidates.findLast((run) => run.arm === 'plain' && ids.includes(run.id));
  return plain?.id ?? ids[0] ?? '';
}

/** The baseline, then arm by arm, each from the smallest seed. */
function inOrder(all: readonly RunBrief[], ids: readonly string[], baseline: string): ChosenRuns {
  const rest = all
    .filter((run) => ids.includes(run.id) && run.id !== baseline)
    .sort((x, y) => RUN_ARMS.indexOf(x.arm) - RUN_ARMS.indexOf(y.arm) || x.seed - y.seed)
    .map((run) => run.id);
  return { baseline, runs: [baseline, ...rest] };
}

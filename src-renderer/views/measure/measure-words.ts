/** What is said of the parts of an evaluation, and of the time that they take. */
import type { PartOverview } from '../../../src-main/contract/evaluation-view.ts';
import { duration } from '../../lib/format.ts';

export type PartState = PartOverview['runs'][number]['state'];

export const STATE_WORDS: Readonly<Record<PartState, string>> = {
  measured: 'measured',
  missing: 'not measured',
  outdated: 'measured before something changed',
};

/** Runs of a part that would be measured: those where it is missing or outdated. */
export const openRuns = ({ runs, obstacle }: PartOverview): readonly string[] =>
  obstacle === null ? runs.filter(({ state }) => state !== 'measured').map(({ run }) => run) : [];

/** "Measured", "Measured for 1 of 2 runs", "Not measured", with what is out of date. */
export function stateSentence({ runs }: PartOverview): string {
  const of = (state: PartState): number => runs.filter((run) => run.state === state).length;
  const [measured, outdated, all] = [of('measured'), of('outdated'), runs.length];
  if (measured === all) return 'Measured';
  if (outdated === all) return 'Out of date';
  if (measured + outdated === 0) return 'Not measured';
  const said = measured === 0 ? [] : [`Measured for ${String(measured)} of ${String(all)} runs`];
  if (outdated > 0) said.push(`${said.length === 0 ? 'Out' : 'out'} of date for ${String(outdated)}`);
  return said.join(', ');
}

/** Which runs are still missing, where only some are: "Still missing: Plain training (seed 1)". */
export function stillMissing(part: PartOverview, nameOf: (run: string) => string): string | null {
  const open = openRuns(part);
  if (open.length === 0 || open.length === part.runs.length) return null;
  const named = open.slice(0, 2).map(nameOf).join(', ');
  return `Still missing: ${named}${open.length > 2 ? ` and ${String(open.length - 2)} more` : ''}`;
}

/**
 * How long it takes to measure all that is open.
 * @returns null where there is nothing to say; "at least" where only a part of it can be told
 */
export function timeToMeasure(parts: readonly PartOverview[]): string | null {
  const open = parts
    .map((part) => ({ seconds: part.seconds, runs: openRuns(part).length }))
    .filter(({ runs }) => runs > 0);
  const known = open.filter(({ seconds }) => seconds !== null);
  if (known.length === 0) return null;
  const total = known.reduce((sum, { seconds, runs }) => sum + (seconds ?? 0) * runs, 0);
  const text = duration(total);
  return known.length === open.length ? text : `at least ${text.replace(/^about /, '')}`;
}

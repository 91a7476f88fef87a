/** Which two runs are compared when nobody has chosen. */
import type { RunBrief } from '../../../src-main/contract/app-state.ts';

export interface Pair {
  readonly a: string;
  readonly b: string;
}

/** Runs that can be compared: those that have assessed their pictures. */
export function comparable(runs: readonly RunBrief[]): readonly RunBrief[] {
  return runs.filter((run) => run.assessments.length > 0);
}

/**
 * The newest run of explanation consistency against plain training of the same seed; else the two newest runs that
 * differ. Finished runs before others.
 * @param kept what was chosen before; stays as long as both runs are there
 * @returns null with fewer than two runs
 */
export function choosePair(runs: readonly RunBrief[], kept: Pair | null = null): Pair | null {
  const candidates = comparable(runs);
  const has = (id: string): boolean => candidates.some((run) => run.id === id);
  if (kept !== null && kept.a !== kept.b && has(kept.a) && has(kept.b)) return kept;
  const newestFirst = [...candidates]
    .reverse()
    .sort((x, y) => Number(y.status === 'finished') - Number(x.status === 'finished'));
  for (const b of newestFirst.filter((run) => run.arm === 'consistency')) {
    const a = newestFirst.find((run) => run.arm === 'plain' && run.seed === b.seed && run.preset === b.preset);
    if (a !== undefined) return { a: a.id, b: b.id };
  }
  const [b, a] = newestFirst;
  return a === undefined || b === undefined ? null : { a: a.id, b: b.id };
}

/** Which runs a report can be about. */
import type { RunBrief } from '../../../src-main/contract/app-state.ts';

/** Those that have assessed their pictures at least once, in the order they began. */
export function reportable(runs: readonly RunBrief[]): readonly RunBrief[] {
  return runs.filter((run) => run.assessments.length > 0);
}

/** Which run of a study is meant where its assessment is made in shards. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import { listRuns, readRun } from '../workspace/run.ts';

/**
 * The run of this id; without one the only run of the study that has not finished, or null where all have.
 * @throws SteadygazeError `not-found`; `bad-argument` where there are several
 */
export async function assessedRun(study: string, id: string | undefined): Promise<RunRecord | null> {
  if (id !== undefined) return readRun(study, id);
  const unfinished = (await listRuns(study)).runs.filter(({ state }) => state !== 'finished');
  if (unfinished.length <= 1) return unfinished[0] ?? null;
  throw new SteadygazeError(
    'bad-argument',
    `Several runs of this study have not finished: ${unfinished.map((run) => run.id).join(', ')}.`,
    'Say which one is meant with --run.',
  );
}

/** Said where there is none. */
export const NO_RUN = {
  notDue: 'No run of this study waits for an assessment.',
  hint: 'Begin one: steadygaze train STUDY --until-assessment',
};

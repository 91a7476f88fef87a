/** Which run of a study is meant where its assessment is made in shards. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import { listRuns, readRun } from '../workspace/run.ts';

/**
 * The run of this id; without one the only run of the study that has not finished.
 * @throws SteadygazeError `not-found`; `bad-argument` where there are several
 */
export async function assessedRun(study: string, id: string | undefined): Promise<RunRecord> {
  if (id !== undefined) return readRun(study, id);
  const unfinished = (await listRuns(study)).runs.filter(({ state }) => state !== 'finished');
  if (unfinished.length === 1) return unfinished[0];
  if (unfinished.length === 0) {
    throw new SteadygazeError(
      'not-found',
      'No run of this study waits for an assessment.',
      'Begin one: steadygaze train STUDY --until-assessment',
    );
  }
  throw new SteadygazeError(
    'bad-argument',
    `Several runs of this study have not finished: ${unfinished.map((run) => run.id).join(', ')}.`,
    'Say which one is meant with --run.',
  );
}

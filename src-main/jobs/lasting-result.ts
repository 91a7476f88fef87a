/** Short work that says its one result at its end, and is begun anew where the graphics card was lost meanwhile. */
import type { EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { EngineChoice } from './engine-job.ts';
import type { EngineInfo, Job } from './host.ts';
import { isLoss, lastingJob, lostForGood, ONCE } from './lasting-job.ts';
import type { Lasting } from './lasting-job.ts';
import type { JobRequest } from './protocol.ts';

interface Wanted<Result> extends Pick<Lasting, 'stop' | 'kill' | 'job'> {
  /** Gets every job that is started. @param found is told the result */
  readonly onStart: (job: Job, found: (result: Result) => void) => void;
}

/** @throws SteadygazeError `cancelled`, `engine-unavailable`, `engine-lost`, `job-crashed`, what is wrong with the work */
export async function resultOfLasting<Result>(
  choice: EngineChoice,
  requestFor: (engine: EngineId) => JobRequest,
  { onStart, ...wanted }: Wanted<Result>,
): Promise<{ readonly result: Result; readonly engine: EngineInfo }> {
  const results: Result[] = [];
  const { engine, outcome, gone } = await lastingJob(choice, requestFor, {
    ...{ ...wanted, losses: ONCE },
    again: (mishap) => (results.length > 0 ? null : requestFor(mishap.engine)),
    onStart: (job) => onStart(job, (result) => results.push(result)),
  });
  const [result] = results.slice(-1);
  if (result !== undefined) return { result, engine };
  if (outcome.kind === 'failed' && isLoss(outcome.error)) {
    throw lostForGood(outcome.error, gone, 'Try again, or choose another engine.');
  }
  if (outcome.kind === 'failed' || outcome.kind === 'refused') throw SteadygazeError.fromValue(outcome.error);
  throw new SteadygazeError('internal', 'The computing process ended without a result.');
}

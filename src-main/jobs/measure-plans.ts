/** Estimates of the time that runs would take, from a compute process that measures for a few seconds. */
import type { EngineId } from '../compute/engine.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { EngineChoice } from './engine-job.ts';
import type { EngineInfo } from './host.ts';
import { resultOfLasting } from './lasting-result.ts';
import type { LastingJobOptions } from './lasting-job.ts';
import type { MeasureRequest, PlanEstimate } from './protocol.ts';

export interface MeasuredPlans {
  /** The engine that the estimates are for. */
  readonly engine: EngineInfo;
  /** In the order of the plans. */
  readonly estimates: readonly PlanEstimate[];
}

export interface MeasureOptions {
  /** Aborting ends the measurement. */
  readonly signal?: AbortSignal;
  readonly job?: LastingJobOptions;
}

/**
 * Measures how long runs with these settings would take, at most some four seconds for each different network.
 * A plan that cannot be carried out here (out of memory) says so in its `problem`.
 * @param study absolute path of the study; no lock is needed
 * @throws SteadygazeError `cancelled`, `engine-unavailable`, `engine-lost`, `job-crashed`, what is wrong with the study
 */
export async function measurePlans(
  study: string,
  engine: EngineChoice,
  plans: readonly RunSettings[],
  { signal, job: jobOptions }: MeasureOptions = {},
): Promise<MeasuredPlans> {
  const requestFor = (id: EngineId): MeasureRequest => ({ kind: 'measure', study, engine: id, plans });
  const { result: estimates, engine: used } = await resultOfLasting<readonly PlanEstimate[]>(engine, requestFor, {
    onStart: (job, found) => job.on('measured', found),
    ...{ kill: signal, job: jobOptions },
  });
  return { engine: used, estimates };
}

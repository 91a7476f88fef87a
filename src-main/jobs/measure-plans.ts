/** Estimates of the time that runs would take, from a compute process that measures for a few seconds. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import { startEngineJob } from './engine-job.ts';
import type { EngineChoice, EngineJobOptions } from './engine-job.ts';
import type { EngineInfo, Job } from './host.ts';
import type { PlanEstimate } from './protocol.ts';

export interface MeasuredPlans {
  /** The engine that the estimates are for. */
  readonly engine: EngineInfo;
  /** In the order of the plans. */
  readonly estimates: readonly PlanEstimate[];
}

export interface MeasureOptions {
  /** Aborting ends the measurement. */
  readonly signal?: AbortSignal;
  readonly job?: EngineJobOptions;
}

/**
 * Measures how long runs with these settings would take, at most some four seconds for each different network.
 * A plan that cannot be carried out here (out of memory) says so in its `problem`.
 * @param study absolute path of the study; no lock is needed
 * @throws SteadygazeError `cancelled`, `engine-unavailable`, `job-crashed`, what is wrong with the study
 */
export async function measurePlans(
  study: string,
  engine: EngineChoice,
  plans: readonly RunSettings[],
  { signal, job: jobOptions }: MeasureOptions = {},
): Promise<MeasuredPlans> {
  let estimates: readonly PlanEstimate[] | null = null;
  let current: Job | null = null;
  const cancel = () => current?.kill();
  signal?.addEventListener('abort', cancel);
  try {
    const started = await startEngineJob(
      engine,
      (id) => ({ kind: 'measure', study, engine: id, plans }),
      (job) => {
        current = job;
        job.on('measured', (found) => (estimates = found));
        if (signal?.aborted === true) job.kill();
      },
      jobOptions,
    );
    const outcome = await started.job.outcome;
    if (estimates !== null) return { engine: started.engine, estimates };
    if (outcome.kind === 'failed' || outcome.kind === 'refused') throw SteadygazeError.fromValue(outcome.error);
    throw new SteadygazeError('internal', 'The computing process ended without an estimate.');
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

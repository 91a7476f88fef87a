/**
 * Going on after the graphics card was lost: its driver was reset, another program took all of it, the machine slept.
 * The run goes on from its last checkpoint in a new process, since nothing of the card survives in the old one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import type { EngineJob } from '../jobs/engine-job.ts';
import type { Job, JobOutcome } from '../jobs/host.ts';
import type { JobRequest, ResumeRequest } from '../jobs/protocol.ts';
import { appendEvent } from '../workspace/events.ts';
import { lockRun } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';

/** Losses in a row, with nothing stored between them, after which the run is given up. */
const MOST = 3;
/** A driver that was reset needs a moment. */
const REST_MS = 3_000;

export interface LossOptions {
  readonly tell?: (event: JobEvent) => void;
  /** Milliseconds to wait before going on. */
  readonly rest?: number;
  readonly stop?: AbortSignal;
  readonly kill?: AbortSignal;
}

type Loss = Extract<JobOutcome, { kind: 'failed' }> & { readonly run: string };

/** Whether this event only says what is going to be put right here. */
export function tellsOfLoss(event: JobEvent): boolean {
  return event.type === 'failed' && event.error.code === 'engine-lost';
}

/**
 * The end of a job, whatever losses lie between.
 * @param begun   the job that was begun
 * @param request for an engine
 * @param start   begins another one in its stead
 */
export async function outlastLosses(
  begun: EngineJob,
  request: (engine: EngineId) => JobRequest,
  start: (request: ResumeRequest) => Promise<EngineJob>,
  { tell, rest = REST_MS, stop, kill }: LossOptions,
): Promise<JobOutcome> {
  const engine = begun.engine.id;
  let furthest = -1;
  let losses = 0;
  const watch = (job: Job): void => {
    job.on('event', (event) => {
      if (event.type !== 'checkpoint' || event.step <= furthest) return;
      furthest = event.step;
      losses = 0;
    });
  };
  watch(begun.job);
  let outcome = await begun.job.outcome;
  while (isLoss(outcome)) {
    losses += 1;
    const again = resumeRequest(request(engine), outcome.run);
    if (losses > MOST || again === null || kill?.aborted === true) break;
    const message = 'The graphics card was lost. The run goes on from its last checkpoint.';
    const warning: JobEvent = { type: 'warning', run: outcome.run, message };
    tell?.(warning);
    await logOfRun(again.study, warning);
    if (stop?.aborted !== true) await sleep(rest, undefined, { signal: anyOf(stop, kill) }).catch(() => undefined);
    try {
      const { job } = await start(again);
      watch(job);
      outcome = await job.outcome;
    } catch (error) {
      // The card may take longer to come back; anything else ends it.
      if (!(error instanceof SteadygazeError) || error.code !== 'engine-unavailable') throw error;
    }
  }
  if (isLoss(outcome)) tell?.({ type: 'failed', run: outcome.run, error: outcome.error });
  return outcome;
}

function isLoss(outcome: JobOutcome): outcome is Loss {
  return outcome.kind === 'failed' && outcome.error.code === 'engine-lost' && outcome.run !== null;
}

/** Null for a job that has no run of its own. */
function resumeRequest(request: JobRequest, run: string): ResumeRequest | null {
  if (request.kind !== 'train' && request.kind !== 'resume') return null;
  const { study, engine, until } = request;
  return { kind: 'resume', study, engine, run, ...(until === undefined ? {} : { until }) };
}

/** Into the run's own log. Where that fails the run's failure will say so soon enough. */
export async function logOfRun(study: string, event: JobEvent): Promise<void> {
  try {
    const lock = await lockRun(study, event.run);
    try {
      await appendEvent(runFolder(study, event.run), event);
    } finally {
      lock.release();
    }
  } catch {
    return;
  }
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

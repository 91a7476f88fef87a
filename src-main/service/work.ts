/** Carrying out one run in compute processes, with somebody listening who may want it to stop. */
import { SteadygazeError } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import type { EngineId } from '../compute/engine.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import type { EngineInfo, Job, JobOutcome } from '../jobs/host.ts';
import { isLoss, lastingJob } from '../jobs/lasting-job.ts';
import type { LastingJobOptions } from '../jobs/lasting-job.ts';
import { MemoryWatch } from '../jobs/memory-watch.ts';
import type { JobRequest } from '../jobs/protocol.ts';
import { goingOn, markStopped } from './going-on.ts';
import { withAdvice } from './tuning/remembered.ts';

export interface WorkOptions {
  readonly onEvent?: (event: JobEvent) => void;
  /** The engine that was chosen. */
  readonly onEngine?: (engine: EngineInfo) => void;
  /** Every compute process that is started; its handle pauses and resumes. */
  readonly onJob?: (job: Job) => void;
  /** Aborting lets the run store a checkpoint and stop. */
  readonly stop?: AbortSignal;
  /** Aborting ends the process at once. */
  readonly kill?: AbortSignal;
  readonly job?: LastingJobOptions;
  /** That the engine computes with, where it has any to choose; absent: as was found to be fastest. */
  readonly threads?: number;
}

/** Losses of the graphics card in a row, with nothing stored between them, after which a run is given up. */
const LOSSES = 3;

/** How a run ended, when nothing went wrong. */
export interface WorkResult {
  readonly run: string;
  readonly stopped: boolean;
}

/**
 * Works until the run has ended.
 * @throws SteadygazeError what made it fail: `engine-unavailable`, `job-crashed`, ...
 */
export async function work(
  engine: EngineChoice,
  requestFor: (engine: EngineId) => JobRequest,
  options: WorkOptions,
): Promise<WorkResult> {
  const { stop, kill, onEvent, onJob, onEngine } = options;
  const memory = new MemoryWatch(options.job?.endedForMemory);
  // What the run is to do is the same on every engine.
  const planned = requestFor('wasm');
  const settings = planned.kind === 'train' ? planned.settings : null;
  let furthest = -1;
  const { outcome } = await lastingJob(engine, requestFor, {
    ...{ losses: LOSSES, memory, stop, kill, onEngine },
    job: await withAdvice(options.job, settings, options),
    again: (mishap) => goingOn(requestFor(mishap.engine), mishap, onEvent),
    onStart(job, kept) {
      job.on('event', (event) => {
        if (event.type === 'checkpoint' && event.step > furthest) {
          furthest = event.step;
          kept();
        }
        // Of what is put right here, only that it was.
        if (!tellsOfLoss(event) && !memory.tellsOfEnd(event)) onEvent?.(event);
      });
      onJob?.(job);
    },
  });
  if (outcome.kind === 'failed' && outcome.run !== null) {
    const { run, error } = outcome;
    if (isLoss(error)) onEvent?.({ type: 'failed', run, error });
    if (error.code === 'cancelled') {
      await markStopped(planned, run, onEvent);
      return { run, stopped: true };
    }
  }
  return resultOf(outcome);
}

function tellsOfLoss(event: JobEvent): boolean {
  return event.type === 'failed' && isLoss(event.error);
}

function resultOf(outcome: JobOutcome): WorkResult {
  switch (outcome.kind) {
    case 'stopped':
      return { run: outcome.run, stopped: true };
    case 'finished':
      if (outcome.run !== null) return { run: outcome.run, stopped: false };
      throw new SteadygazeError('internal', 'The computing process ended without a run.');
    default:
      throw SteadygazeError.fromValue(outcome.error);
  }
}

/** Carrying out one run in a compute process, with somebody listening who may want it to stop. */
import { SteadygazeError } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import type { EngineId } from '../compute/engine.ts';
import { startEngineJob } from '../jobs/engine-job.ts';
import type { EngineChoice, EngineJobOptions } from '../jobs/engine-job.ts';
import type { EngineInfo, Job } from '../jobs/host.ts';
import type { JobRequest } from '../jobs/protocol.ts';
import { MemoryWatch } from './after-crash.ts';
import { logOfRun, outlastLosses, tellsOfLoss } from './lost-engine.ts';
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
  readonly job?: EngineJobOptions;
  /** That the engine computes with, where it has any to choose; absent: as was found to be fastest. */
  readonly threads?: number;
  /** Milliseconds to wait before a run goes on whose graphics card was lost. */
  readonly rest?: number;
  /** Processes that the system has ended for want of memory so far; absent: as the system counts them. */
  readonly endedForMemory?: () => number;
}

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
  const jobs: Job[] = [];
  const memory = new MemoryWatch(options.endedForMemory);
  const cancel = () => jobs.forEach((job) => job.cancel());
  const end = () => jobs.forEach((job) => job.kill());
  stop?.addEventListener('abort', cancel);
  kill?.addEventListener('abort', end);
  try {
    const onStart = (job: Job) => {
      jobs.push(job);
      memory.watch(job);
      job.on('event', (event) => {
        if (!tellsOfLoss(event) && !memory.tellsOfEnd(event)) onEvent?.(event);
      });
      onJob?.(job);
      if (stop?.aborted) job.cancel();
    };
    // What the run is to do is the same on every engine.
    const planned = requestFor('wasm');
    const settings = planned.kind === 'train' ? planned.settings : null;
    const advised = await withAdvice(options.job, settings, options);
    const started = await startEngineJob(engine, requestFor, onStart, advised);
    onEngine?.(started.engine);
    const restart = (again: JobRequest) => startEngineJob(started.engine.id, () => again, onStart, advised);
    const lossOptions = {
      ...(onEvent === undefined ? {} : { tell: onEvent }),
      ...(options.rest === undefined ? {} : { rest: options.rest }),
      ...(stop === undefined ? {} : { stop }),
      ...(kill === undefined ? {} : { kill }),
    };
    let outcome = await outlastLosses(started, requestFor, restart, lossOptions);
    const less = memory.after(outcome, requestFor, started.engine.id);
    if (less !== null) {
      const { request, warning } = less;
      onEvent?.(warning);
      await logOfRun(request.study, warning);
      const { memoryShare } = request;
      const again = (next: JobRequest) => restart({ ...next, memoryShare });
      outcome = await outlastLosses(await again(request), () => request, again, lossOptions);
    }
    switch (outcome.kind) {
      case 'stopped':
        return { run: outcome.run, stopped: true };
      case 'finished':
        if (outcome.run !== null) return { run: outcome.run, stopped: false };
        throw new SteadygazeError('internal', 'The computing process ended without a run.');
      default:
        throw SteadygazeError.fromValue(outcome.error);
    }
  } finally {
    stop?.removeEventListener('abort', cancel);
    kill?.removeEventListener('abort', end);
  }
}

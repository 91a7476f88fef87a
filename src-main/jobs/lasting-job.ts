/**
 * A job that goes on after what ends its process through no fault of the work: the graphics card was lost (its driver
 * was reset, another program took all of it, the machine slept), or the system ended the process because memory was
 * full. Nothing of either survives in the old process, so that a new one goes on from what was kept, on the same engine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { ErrorValue } from '../contract/errors.ts';
import { startEngineJob } from './engine-job.ts';
import type { EngineChoice, EngineJob, EngineJobOptions } from './engine-job.ts';
import type { EngineInfo, Job, JobOutcome } from './host.ts';
import { SHARE_AFTERWARDS } from './memory-watch.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { JobRequest } from './protocol.ts';

/** Losses that are outlasted in a row by work that is no run: lost again with nothing kept between, it is told. */
export const ONCE = 1;
/** Times that a card which was lost is waited for. */
const TRIES = 3;
/** Milliseconds: a driver that was reset needs a moment. */
const REST = 3_000;

export interface LastingJobOptions extends EngineJobOptions {
  /** Milliseconds to wait before a job goes on whose graphics card was lost. */
  readonly rest?: number;
  /** Processes that the system has ended for want of memory so far; absent: as the system counts them. */
  readonly endedForMemory?: () => number;
}

/** What ended a process. */
export interface Mishap {
  readonly kind: 'engine-lost' | 'memory-full';
  /** That it computed with. */
  readonly engine: EngineId;
  /** That it worked on, where it had one of its own. */
  readonly run: string | null;
}

export interface Lasting {
  /** Losses in a row, with nothing kept between them, that are outlasted. */
  readonly losses: number;
  /** Where given, a process that was ended for want of memory is answered once, with half of it for each batch. */
  readonly memory?: MemoryWatch;
  /** Tells of it, and says what goes on; null where nothing can. */
  readonly again: (mishap: Mishap) => JobRequest | null | Promise<JobRequest | null>;
  /** Gets every job that is started, before it can say anything. @param kept is told that something was kept */
  readonly onStart: (job: Job, kept: () => void) => void;
  /** Called once, with the engine that was chosen. */
  readonly onEngine?: ((engine: EngineInfo) => void) | undefined;
  /** Aborting lets the job end at its next border; aborting `kill` ends it at once. */
  readonly stop?: AbortSignal | undefined;
  readonly kill?: AbortSignal | undefined;
  readonly job?: LastingJobOptions | undefined;
}

interface LastingOutcome {
  readonly engine: EngineInfo;
  /** `failed` with `cancelled` also where it was stopped while nothing worked. */
  readonly outcome: JobOutcome;
  /** The card was lost and did not come back. */
  readonly gone: boolean;
}

/**
 * Starts a job and waits for its end, whatever mishaps lie between.
 * @throws SteadygazeError `engine-unavailable` when the engine (or every engine) is refused; `cancelled`
 */
export async function lastingJob(
  choice: EngineChoice,
  requestFor: (engine: EngineId) => JobRequest,
  lasting: Lasting,
): Promise<LastingOutcome> {
  const { stop, kill } = lasting;
  const jobs: Job[] = [];
  const cancel = () => jobs.forEach((job) => job.cancel());
  const end = () => jobs.forEach((job) => job.kill());
  stop?.addEventListener('abort', cancel);
  kill?.addEventListener('abort', end);
  let losses = 0;
  const start = (engine: EngineChoice, request: (engine: EngineId) => JobRequest): Promise<EngineJob> =>
    startEngineJob(
      engine,
      request,
      (job) => {
        jobs.push(job);
        lasting.memory?.watch(job);
        lasting.onStart(job, () => (losses = 0));
        if (kill?.aborted === true) job.kill();
        else if (stop?.aborted === true) job.cancel();
      },
      lasting.job,
    );
  try {
    const begun = await start(choice, requestFor);
    const { engine } = begun;
    lasting.onEngine?.(engine);
    let outcome = await begun.job.outcome;
    let less: Pick<JobRequest, 'memoryShare'> = {};
    for (;;) {
      const mishap = mishapOf(outcome, engine.id, lasting.memory);
      if (mishap === null || (mishap.kind === 'engine-lost' && ++losses > lasting.losses)) break;
      const request = kill?.aborted === true ? null : await lasting.again(mishap);
      if (request === null) break;
      if (mishap.kind === 'memory-full') {
        lasting.memory?.answer();
        less = { memoryShare: SHARE_AFTERWARDS };
      }
      const next = await startAgain(mishap, lasting, () => start(engine.id, () => ({ ...request, ...less })));
      if (next === 'gone') return { engine, outcome, gone: true };
      outcome = next === 'stopped' ? cancelled(mishap.run) : ofRun(await next.job.outcome, mishap.run);
    }
    return { engine, outcome, gone: false };
  } finally {
    stop?.removeEventListener('abort', cancel);
    kill?.removeEventListener('abort', end);
  }
}

/** Whether the graphics card was lost. */
export function isLoss({ code }: Pick<ErrorValue, 'code'>): boolean {
  return code === 'engine-lost';
}

/** Gives a card that was lost time to come back. @param signals each ends the wait */
async function restAfterLoss(rest = REST, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  await sleep(rest, undefined, { signal }).catch(() => undefined);
}

/**
 * What a person reads where a loss is the end of a job that is no run.
 * @param hint what is kept, and what to do
 */
export function lostForGood(
  { details }: { readonly details?: string | undefined },
  gone: boolean,
  hint: string,
): SteadygazeError {
  const message = gone
    ? 'The graphics card was lost and did not come back.'
    : 'The graphics card was lost, and lost again after a new start.';
  return new SteadygazeError('engine-lost', message, hint, details);
}

function mishapOf(outcome: JobOutcome, engine: EngineId, memory: MemoryWatch | undefined): Mishap | null {
  if (outcome.kind !== 'failed') return null;
  const { error, run } = outcome;
  if (isLoss(error)) return { kind: 'engine-lost', engine, run };
  return error.code === 'job-crashed' && memory?.isDue === true ? { kind: 'memory-full', engine, run } : null;
}

/**
 * Starts a process in the stead of one that is lost.
 * @returns `gone`: the graphics card did not come back
 */
export async function startAgain(
  { kind }: Pick<Mishap, 'kind'>,
  { stop, kill, job }: Pick<Lasting, 'stop' | 'kill' | 'job'>,
  start: () => Promise<EngineJob>,
): Promise<EngineJob | 'stopped' | 'gone'> {
  const lost = kind === 'engine-lost';
  for (let i = 0; i < TRIES; i++) {
    if (lost) await restAfterLoss(job?.rest, stop, kill);
    if (stop?.aborted === true || kill?.aborted === true) return 'stopped';
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof SteadygazeError)) throw error;
      if (error.code === 'cancelled') return 'stopped';
      // The card may take longer to come back; anything else ends it.
      if (!lost || error.code !== 'engine-unavailable') throw error;
    }
  }
  return 'gone';
}

function cancelled(run: string | null): JobOutcome {
  return {
    kind: 'failed',
    run,
    error: new SteadygazeError('cancelled', 'Stopped on request.').toValue(),
    crashed: false,
  };
}

/** A process that was stopped before it had looked at the run it was to go on with does not name it. */
function ofRun(outcome: JobOutcome, run: string | null): JobOutcome {
  return outcome.kind === 'failed' && outcome.error.code === 'cancelled' && outcome.run === null
    ? { ...outcome, run }
    : outcome;
}

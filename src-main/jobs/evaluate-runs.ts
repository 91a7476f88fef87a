/** Measuring parts of an evaluation on finished runs, in a compute process, and in another where that one is lost. */
import { SteadygazeError } from '../contract/errors.ts';
import { CarriedProgress } from './carried-progress.ts';
import type { EngineChoice } from './engine-job.ts';
import type { EngineInfo, Job, JobOutcome } from './host.ts';
import { isLoss, lastingJob, lostForGood, ONCE } from './lasting-job.ts';
import type { LastingJobOptions, Mishap } from './lasting-job.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { EvaluatedPart, EvaluateRequest, EvaluationProgress } from './protocol.ts';

/** What is measured. */
export type EvaluationRequest = Pick<EvaluateRequest, 'runs' | 'parts' | 'settings' | 'again'>;

export interface EvaluateOptions {
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Called for each part of each run, as soon as it is stored. */
  readonly onPart?: (part: EvaluatedPart) => void;
  /** Plain sentences about the pictures: masks that cannot be read. */
  readonly onNotice?: (message: string) => void;
  /** A plain sentence, where the process was lost and another goes on. */
  readonly onRestart?: (message: string) => void;
  readonly onEngine?: (engine: EngineInfo) => void;
  /** Every compute process that is started; its handle pauses and resumes. */
  readonly onJob?: (job: Job) => void;
  /** Aborting ends the work after the batch it is at; what was measured is kept. */
  readonly signal?: AbortSignal;
  /** Aborting ends the process at once; the batch it was at is lost. */
  readonly kill?: AbortSignal;
  readonly job?: LastingJobOptions;
}

export interface Evaluated {
  readonly engine: EngineInfo;
  /** In the order of the runs and of the parts. */
  readonly parts: readonly EvaluatedPart[];
}

const RESTARTED: Readonly<Record<Mishap['kind'], string>> = {
  'engine-lost': 'The graphics card was lost. Measuring goes on where it was.',
  'memory-full':
    'The memory was full, and the system ended the computing process. Measuring goes on where it was, with half the memory for each batch.',
};
const KEPT = 'What was measured is kept: ask for the same again, and it goes on from there.';

/**
 * Measures what is missing or outdated; with `again` all that was asked for. Asked again after an interruption, it goes
 * on where it was. It does so by itself after a lost graphics card, unless nothing came of the last time, and once after
 * a full memory.
 * @param study absolute path of the study; no lock is needed, for each run is locked while it is measured
 * @throws SteadygazeError `cancelled`, `engine-unavailable`, `engine-lost`, `job-crashed`, `study-locked`, what is wrong
 * with the runs
 */
export async function evaluateRuns(
  study: string,
  engine: EngineChoice,
  request: EvaluationRequest,
  options: EvaluateOptions = {},
): Promise<Evaluated> {
  const told = new Told(options);
  const { engine: used, ...ended } = await lastingJob(
    engine,
    (id) => ({ kind: 'evaluate', study, engine: id, ...request }),
    {
      losses: ONCE,
      memory: new MemoryWatch(options.job?.endedForMemory),
      again(mishap) {
        told.carryOn();
        options.onRestart?.(RESTARTED[mishap.kind]);
        const measured = request.again ? { measured: told.measured } : {};
        return { kind: 'evaluate', study, engine: mishap.engine, ...request, ...measured };
      },
      onStart(job, kept) {
        told.listen(job, kept);
        options.onJob?.(job);
      },
      onEngine: options.onEngine,
      ...{ stop: options.signal, kill: options.kill, job: options.job },
    },
  );
  refuseUnfinished(ended);
  return { engine: used, parts: told.parts };
}

/** @throws SteadygazeError where it did not come to its end */
function refuseUnfinished({ outcome, gone }: { readonly outcome: JobOutcome; readonly gone: boolean }): void {
  if (outcome.kind === 'finished') return;
  if (outcome.kind === 'stopped') throw stopped();
  const { error } = outcome;
  if (error.code === 'cancelled') throw stopped();
  if (isLoss(error)) throw lostForGood(error, gone, `${KEPT} If the card is lost each time, choose another engine.`);
  if (error.code !== 'job-crashed') throw SteadygazeError.fromValue(error);
  throw new SteadygazeError('job-crashed', error.message, KEPT, error.details);
}

/** What has been told so far: a process that goes on tells of all parts, also of those before it. */
class Told {
  readonly #options: EvaluateOptions;
  readonly #parts = new Map<string, EvaluatedPart>();
  readonly #notices = new Set<string>();
  readonly #progress = new CarriedProgress();

  constructor(options: EvaluateOptions) {
    this.#options = options;
  }

  get parts(): readonly EvaluatedPart[] {
    return [...this.#parts.values()];
  }

  /** Those that need not be measured again, whatever was asked for. */
  get measured(): NonNullable<EvaluateRequest['measured']> {
    return this.parts.filter((part) => 'result' in part).map(({ run, part }) => ({ run, part }));
  }

  /** Another process goes on. */
  carryOn(): void {
    this.#progress.carryOn();
  }

  /** @param kept is told of every part that was measured */
  listen(job: Job, kept: () => void): void {
    const { onPart, onProgress, onNotice } = this.#options;
    job.on('evaluated', (part) => {
      const key = `${part.run}/${part.part}`;
      if (this.#parts.has(key)) return;
      this.#parts.set(key, part);
      if ('result' in part && !part.kept) kept();
      onPart?.(part);
    });
    job.on('evaluating', (progress) => onProgress?.(this.#progress.of(progress)));
    job.on('notice', (message) => {
      if (this.#notices.has(message)) return;
      this.#notices.add(message);
      onNotice?.(message);
    });
  }
}

function stopped(): SteadygazeError {
  return new SteadygazeError('cancelled', 'Stopped on request.', KEPT);
}

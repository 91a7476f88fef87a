/** Measuring parts of an evaluation on finished runs, in a compute process. */
import { SteadygazeError } from '../contract/errors.ts';
import { startEngineJob } from './engine-job.ts';
import type { EngineChoice, EngineJobOptions } from './engine-job.ts';
import type { EngineInfo, Job } from './host.ts';
import type { EvaluatedPart, EvaluateRequest, EvaluationProgress } from './protocol.ts';

/** What is measured. */
export type EvaluationRequest = Pick<EvaluateRequest, 'runs' | 'parts' | 'settings' | 'again'>;

export interface EvaluateOptions {
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Called for each part of each run, as soon as it is stored. */
  readonly onPart?: (part: EvaluatedPart) => void;
  /** Plain sentences about the pictures: masks that cannot be read. */
  readonly onNotice?: (message: string) => void;
  readonly onEngine?: (engine: EngineInfo) => void;
  /** Every compute process that is started; its handle pauses and resumes. */
  readonly onJob?: (job: Job) => void;
  /** Aborting ends the work after the batch it is at; what was measured is kept. */
  readonly signal?: AbortSignal;
  /** Aborting ends the process at once; the batch it was at is lost. */
  readonly kill?: AbortSignal;
  readonly job?: EngineJobOptions;
}

export interface Evaluated {
  readonly engine: EngineInfo;
  /** In the order of the runs and of the parts. */
  readonly parts: readonly EvaluatedPart[];
}

/**
 * Measures what is missing or outdated; with `again` all that was asked for. Asked again after an interruption, it goes
 * on where it was.
 * @param study absolute path of the study; no lock is needed, for each run is locked while it is measured
 * @throws SteadygazeError `cancelled`, `engine-unavailable`, `job-crashed`, `study-locked`, what is wrong with the runs
 */
export async function evaluateRuns(
  study: string,
  engine: EngineChoice,
  request: EvaluationRequest,
  options: EvaluateOptions = {},
): Promise<Evaluated> {
  const { signal, kill } = options;
  const parts: EvaluatedPart[] = [];
  let current: Job | null = null;
  const cancel = () => current?.cancel();
  const end = () => current?.kill();
  signal?.addEventListener('abort', cancel);
  kill?.addEventListener('abort', end);
  try {
    const started = await startEngineJob(
      engine,
      (id) => ({ kind: 'evaluate', study, engine: id, ...request }),
      (job) => {
        current = job;
        listen(job, parts, options);
        if (signal?.aborted === true) job.cancel();
      },
      options.job,
    );
    options.onEngine?.(started.engine);
    const outcome = await started.job.outcome;
    if (outcome.kind === 'finished') return { engine: started.engine, parts };
    if (outcome.kind === 'stopped') throw stopped();
    const error = SteadygazeError.fromValue(outcome.error);
    if (error.code === 'cancelled') throw stopped();
    if (error.code !== 'job-crashed') throw error;
    throw new SteadygazeError(
      'job-crashed',
      error.message,
      'What was measured is kept: ask for the same again, and it goes on from there.',
      error.details,
    );
  } finally {
    signal?.removeEventListener('abort', cancel);
    kill?.removeEventListener('abort', end);
  }
}

function listen(job: Job, parts: EvaluatedPart[], options: EvaluateOptions): void {
  job.on('evaluated', (part) => {
    parts.push(part);
    options.onPart?.(part);
  });
  if (options.onProgress !== undefined) job.on('evaluating', options.onProgress);
  if (options.onNotice !== undefined) job.on('notice', options.onNotice);
  options.onJob?.(job);
}

function stopped(): SteadygazeError {
  return new SteadygazeError(
    'cancelled',
    'Stopped on request.',
    'What was measured is kept: ask for the same again, and it goes on from there.',
  );
}

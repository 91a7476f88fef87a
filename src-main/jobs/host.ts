/**
 * Starts compute processes, listens to them, and ends them: politely first, then for certain. A process that dies
 * is an event that its run survives, and never takes the host with it.
 */
import { EventEmitter } from 'node:events';
import { SteadygazeError } from '../contract/errors.ts';
import type { ErrorValue } from '../contract/errors.ts';
import type { EngineId } from '../compute/engine.ts';
import type { JobEvent } from '../contract/run.ts';
import { appendEvent } from '../workspace/events.ts';
import { lockRun, updateRun } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { nodeHost } from './compute-host.ts';
import type { ComputeHost, ComputeProcess, ProcessExit } from './compute-host.ts';
import type {
  EvaluatedPart,
  EvaluationProgress,
  ExplainAnswer,
  JobRequest,
  LastReport,
  NetworkLogits,
  PlanEstimate,
  Question,
  Report,
  TunedRates,
} from './protocol.ts';

/** How a job ended. */
export type JobOutcome =
  | { readonly kind: 'finished'; readonly run: string | null }
  /** On request; `run` can be resumed. */
  | { readonly kind: 'stopped'; readonly run: string }
  /** The engine cannot be used here; nothing was written. */
  | { readonly kind: 'refused'; readonly error: ErrorValue }
  | { readonly kind: 'failed'; readonly run: string | null; readonly error: ErrorValue; readonly crashed: boolean };

export interface EngineInfo {
  readonly id: EngineId;
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
}

interface JobEvents {
  /** The engine is up and has proved itself. */
  engine: [EngineInfo];
  event: [JobEvent];
  /** Other arms of this seed can start from this run's warm-up. */
  warmup: [run: string];
  /** The answer to {@link Job.explain}. */
  answer: [ExplainAnswer];
  /** What was measured of the plans of the request. */
  measured: [readonly PlanEstimate[]];
  tuned: [TunedRates];
  logits: [NetworkLogits];
  /** How far an evaluation is, what it measured, and what it noticed of the pictures. */
  evaluating: [EvaluationProgress];
  evaluated: [EvaluatedPart];
  notice: [message: string];
  /** The process died without a word; `outcome` follows. */
  crash: [ProcessExit];
  /** The process has ended, in whatever way. */
  exit: [JobOutcome];
}

export interface JobOptions {
  readonly host?: ComputeHost;
  /** Milliseconds from {@link Job.cancel} until the process is killed. */
  readonly grace?: number;
}

/** Long enough for a batch and a checkpoint on a slow machine. */
const GRACE = 20_000;

export class Job extends EventEmitter<JobEvents> {
  /** Resolves when the process has ended. Never rejects. */
  readonly outcome: Promise<JobOutcome>;
  readonly #request: JobRequest;
  readonly #process: ComputeProcess;
  readonly #grace: number;
  #run: string | null;
  #last: LastReport | null = null;
  #cancelled = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(request: JobRequest, { host = nodeHost, grace = GRACE }: JobOptions = {}) {
    super();
    this.#request = request;
    this.#grace = grace;
    this.#run = request.kind === 'resume' ? request.run : null;
    this.#process = host.start(request.engine);
    this.#process.onReport((report) => this.#hear(report));
    this.outcome = new Promise((resolve) => {
      this.#process.onExit((exit) => {
        clearTimeout(this.#deadline);
        void this.#conclude(exit).then((outcome) => {
          resolve(outcome);
          this.emit('exit', outcome);
        });
      });
    });
    this.#process.send({ type: 'start', request });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  pause(): void {
    this.#process.send({ type: 'pause' });
  }

  resume(): void {
    this.#process.send({ type: 'resume' });
  }

  /** Asks a job that explains; an `answer` follows. */
  explain(question: Question): void {
    this.#process.send(question);
  }

  /** Lets it store a checkpoint and end; kills it when that takes too long. */
  cancel(): void {
    this.#cancelled = true;
    this.#process.send({ type: 'stop' });
    this.#deadline ??= setTimeout(() => this.#process.kill(), this.#grace);
  }

  /** Ends it at once. What it did since its last checkpoint is lost. */
  kill(): void {
    this.#cancelled = true;
    this.#process.kill();
  }

  #hear(report: Report): void {
    switch (report.type) {
      case 'event':
        this.#run = report.event.run;
        this.emit('event', report.event);
        break;
      case 'engine':
        this.emit('engine', { id: report.id, description: report.description, versions: report.versions });
        break;
      case 'warmup':
        this.emit('warmup', report.run);
        break;
      case 'measured':
        this.emit('measured', report.estimates);
        break;
      case 'tuned':
        this.emit('tuned', report.rates);
        break;
      case 'logits':
        this.emit('logits', report.result);
        break;
      case 'evaluating':
        this.emit('evaluating', report.progress);
        break;
      case 'evaluated':
        this.emit('evaluated', report.part);
        break;
      case 'notice':
        this.emit('notice', report.message);
        break;
      case 'explained':
      case 'explain-failed':
        this.emit('answer', report);
        break;
      default:
        this.#last = report;
        this.#process.send({ type: 'end' });
    }
  }

  async #conclude(exit: ProcessExit): Promise<JobOutcome> {
    const last = this.#last;
    if (last?.type === 'refused') return { kind: 'refused', error: last.error };
    if (last?.type === 'failed') return { kind: 'failed', run: last.run, error: last.error, crashed: false };
    if (last?.type === 'done') {
      return last.stopped && last.run !== null
        ? { kind: 'stopped', run: last.run }
        : { kind: 'finished', run: last.run };
    }
    return this.#afterCrash(exit);
  }

  async #afterCrash(exit: ProcessExit): Promise<JobOutcome> {
    this.emit('crash', exit);
    const run = this.#run;
    // Of the others none has a run of its own: a shard only reads the one that it belongs to.
    if (run === null || (this.#request.kind !== 'train' && this.#request.kind !== 'resume')) {
      const reason = this.#cancelled ? new SteadygazeError('cancelled', 'Stopped on request.') : crashError(exit, null);
      return { kind: 'failed', run: null, error: reason.toValue(), crashed: true };
    }
    const { study } = this.#request;
    const error = crashError(exit, run).toValue();
    // Killed on request, because it did not stop in time: as resumable as if it had.
    const event: JobEvent = this.#cancelled ? { type: 'stopped', run } : { type: 'failed', run, error };
    try {
      const lock = await lockRun(study, run);
      try {
        await updateRun(study, run, this.#cancelled ? { state: 'stopped' } : { state: 'failed', error });
        await appendEvent(runFolder(study, run), event);
      } finally {
        lock.release();
      }
    } catch {
      // The record keeps saying "running" while nobody holds its lock: `resume` knows what that means.
    }
    this.emit('event', event);
    return this.#cancelled ? { kind: 'stopped', run } : { kind: 'failed', run, error, crashed: true };
  }
}

/** Starts a compute process and gives it its work. */
export function startJob(request: JobRequest, options?: JobOptions): Job {
  return new Job(request, options);
}

function crashError({ code, signal, errorOutput }: ProcessExit, run: string | null): SteadygazeError {
  const killed = signal === 'SIGKILL';
  const how = killed ? 'was ended from outside, perhaps because the memory was full' : 'ended unexpectedly';
  const hint =
    run === null
      ? 'Try again, or choose another engine.'
      : `The run ${run} can be resumed: it goes on from its last checkpoint.`;
  const details = `exit code ${code ?? 'none'}, signal ${signal ?? 'none'}\n${errorOutput}`.trim();
  return new SteadygazeError('job-crashed', `The computing process ${how}.`, hint, details);
}

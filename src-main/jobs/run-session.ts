/**
 * A run that this process works on: its lock, its record on disk, its log, and what it tells. Everything that
 * is said about a run is also written down, in the same order.
 */
import { release, type } from 'node:os';
import type { Engine } from '../compute/engine.ts';
import type { JobEvent, RoundSummary, RunRecord } from '../contract/run.ts';
import { appendEvent } from '../workspace/events.ts';
import type { Lock } from '../workspace/lock.ts';
import { lockRun, readRun, recordRound, updateRun } from '../workspace/run.ts';
import type { RunChanges } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';

type Unnamed<Event> = Event extends JobEvent ? Omit<Event, 'run'> : never;
/** An event of this run; the session adds whose it is. */
export type RunEvent = Unnamed<JobEvent>;

export class RunSession {
  readonly study: string;
  readonly id: string;
  /** The run's folder. */
  readonly folder: string;
  /** The record as it was when this session began. */
  readonly record: RunRecord;
  readonly #lock: Lock;
  readonly #emit: (event: JobEvent) => void;
  readonly #started = performance.now();
  #pausedFor: () => number = () => 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(study: string, record: RunRecord, lock: Lock, emit: (event: JobEvent) => void) {
    this.study = study;
    this.id = record.id;
    this.folder = runFolder(study, record.id);
    this.record = record;
    this.#lock = lock;
    this.#emit = emit;
  }

  /** Takes the run's lock. @throws SteadygazeError `not-found`, `study-locked` */
  static async open(study: string, id: string, emit: (event: JobEvent) => void): Promise<RunSession> {
    const lock = await lockRun(study, id);
    try {
      return new RunSession(study, await readRun(study, id), lock, emit);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Waiting is not work. @param pausedFor milliseconds waited so far */
  countPauses(pausedFor: () => number): void {
    this.#pausedFor = pausedFor;
  }

  /** Seconds of work on this run so far, in this and earlier processes. */
  get seconds(): number {
    return this.record.seconds + (performance.now() - this.#started - this.#pausedFor()) / 1000;
  }

  /** Changes `run.json`. @throws the system's error, also that of an earlier write of this session */
  async update(changes: RunChanges): Promise<void> {
    await this.#inTurn(() => updateRun(this.study, this.id, { seconds: this.seconds, ...changes }));
  }

  /** Adds the figures of an assessment to `run.json`. */
  async recordRound(summary: RoundSummary): Promise<void> {
    await this.#inTurn(() => recordRound(this.study, this.id, summary));
    await this.update({});
  }

  /** Tells an event and logs it in the background; a failure to log comes out at the next change of the record. */
  tell(event: RunEvent): void {
    const whole = { ...event, run: this.id } as JobEvent;
    if (event.type !== 'progress') this.#inTurn(() => appendEvent(this.folder, whole)).catch(() => undefined);
    this.#emit(whole);
  }

  /** Waits until everything told is logged. @throws the system's error when it could not be */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Lets the last words after a failed write be written all the same. */
  forgiveWrites(): void {
    this.#writing = Promise.resolve();
  }

  release(): void {
    this.#lock.release();
  }

  async #inTurn(write: () => Promise<unknown>): Promise<void> {
    const turn = this.#writing.then(write);
    this.#writing = turn;
    // Whoever waits for it gets the error; an error nobody waits for yet must not end the process.
    turn.catch(() => undefined);
    await turn;
  }
}

/** What a run records of the software and the machine it ran on. */
export function versionsOf(engine: Engine): Record<string, string> {
  return { ...engine.versions, node: process.versions.node, system: `${type()} ${release()} ${process.arch}` };
}

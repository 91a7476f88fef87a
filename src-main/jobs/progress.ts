/** From "this batch is done" to what a person wants to know: how far, how fast, how long still. */
import type { JobEvent, Phase } from '../contract/run.ts';

type ProgressEvent = Extract<JobEvent, { type: 'progress' }>;

/** What the work reports at a batch border. */
export interface WorkDone {
  readonly phase: Phase;
  readonly round: number;
  readonly epoch: number;
  readonly done: number;
  readonly total: number;
  readonly loss: number | null;
  /** Work done and to do in the whole run, in forward passes of one picture. */
  readonly work: number;
  readonly workTotal: number;
}

/** Four messages a second are smooth to the eye and cost nothing. */
const INTERVAL = 250;
/** Speed is measured over this many milliseconds: long enough for a batch of a slow engine, or several. */
const WINDOW = 8_000;
/** Before so much was measured, time left would be a guess. */
const SETTLED = 1_500;

export class ProgressMeter {
  readonly #run: string;
  readonly #emit: (event: ProgressEvent) => void;
  readonly #now: () => number;
  #lastEmit = -Infinity;
  #lastPhase = '';
  /** Oldest first: time, done, and work at batch borders of this phase. */
  #recent: { time: number; done: number; work: number }[] = [];
  /** Work and milliseconds of the whole run, without decoding and pauses. */
  #workSeen = 0;
  #timeSeen = 0;
  #last: { readonly time: number; readonly work: number } | null = null;

  constructor(run: string, emit: (event: ProgressEvent) => void, now: () => number = () => performance.now()) {
    this.#run = run;
    this.#emit = emit;
    this.#now = now;
  }

  /** Forget the speed: the work has waited. */
  restart(): void {
    this.#recent = [];
    this.#lastPhase = '';
    this.#last = null;
  }

  update(done: WorkDone): void {
    const now = this.#now();
    const key = `${done.phase}/${done.round}/${done.epoch}`;
    if (key !== this.#lastPhase) {
      this.#recent = [];
      this.#lastPhase = key;
    }
    if (this.#last !== null) {
      this.#workSeen += done.work - this.#last.work;
      this.#timeSeen += now - this.#last.time;
    }
    this.#last = done.phase === 'decode' ? null : { time: now, work: done.work };
    this.#recent.push({ time: now, done: done.done, work: done.work });
    while (this.#recent.length > 2 && now - this.#recent[1].time > WINDOW) this.#recent.shift();
    const ended = done.done === done.total;
    if (now - this.#lastEmit < INTERVAL && !ended) return;
    this.#lastEmit = now;
    const first = this.#recent[0];
    const span = now - first.time;
    this.#emit({
      type: 'progress',
      run: this.#run,
      phase: done.phase,
      round: done.round,
      epoch: done.epoch,
      done: done.done,
      total: done.total,
      overall: done.workTotal > 0 ? Math.min(1, done.work / done.workTotal) : 0,
      secondsLeft: this.#secondsLeft(done.workTotal - done.work),
      imagesPerSecond: span > 0 ? (1000 * (done.done - first.done)) / span : 0,
      loss: done.loss !== null && Number.isFinite(done.loss) ? done.loss : null,
      memory: process.memoryUsage.rss(),
    });
  }

  /** From the speed over the whole run: training and attacks alternate, and each has its own. */
  #secondsLeft(workLeft: number): number | null {
    if (this.#timeSeen < SETTLED || this.#workSeen <= 0) return null;
    return Math.max(0, (workLeft * this.#timeSeen) / this.#workSeen / 1000);
  }
}

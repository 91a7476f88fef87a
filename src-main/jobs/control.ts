/**
 * Pausing and stopping. The work asks at every batch border; before it waits or ends, it gets the chance to
 * store where it is.
 */
import { SteadygazeError } from '../contract/errors.ts';

export interface ControlOptions {
  /** Between checkpoints inside an epoch or an assessment. */
  readonly checkpointSeconds: number;
  /** Called when a pause begins (the work waits) and when it ends. */
  readonly onPause: () => Promise<void>;
  readonly onResume: () => Promise<void>;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

export class JobControl {
  readonly #options: ControlOptions;
  readonly #now: () => number;
  #wanted: 'work' | 'pause' | 'stop' = 'work';
  #wake: (() => void) | null = null;
  /** A checkpoint was stored since the last wish to pause or stop. */
  #stored = false;
  /** Borders passed since that wish at which no checkpoint was possible. */
  #passed = 0;
  #lastCheckpoint: number;
  #pausedFor = 0;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#lastCheckpoint = this.#now();
  }

  pause(): void {
    if (this.#wanted === 'work') this.#want('pause');
  }

  resume(): void {
    if (this.#wanted === 'pause') this.#want('work');
  }

  stop(): void {
    this.#want('stop');
  }

  /** Milliseconds spent waiting so far. */
  get pausedFor(): number {
    return this.#pausedFor;
  }

  checkpointDue(): boolean {
    if (this.#wanted !== 'work') return !this.#stored;
    return this.#now() - this.#lastCheckpoint >= this.#options.checkpointSeconds * 1000;
  }

  /** A checkpoint is durable. */
  checkpointed(): void {
    this.#lastCheckpoint = this.#now();
    this.#stored = true;
  }

  /**
   * Resolves when the work may go on.
   * @throws SteadygazeError `cancelled` when it shall stop
   */
  async control(): Promise<void> {
    if (this.#wanted === 'work') return;
    // Where the work cannot store its state (while it decodes, say), it is not asked to go on for long.
    if (!this.#stored && this.#passed++ < 1) return;
    if (this.#wanted === 'pause') {
      const from = this.#now();
      await this.#options.onPause();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        // The wish may have changed while the pause was written down.
        if (this.#wanted !== 'pause') resolve();
      });
      this.#pausedFor += this.#now() - from;
      if (this.#isWanted('work')) await this.#options.onResume();
    }
    if (this.#isWanted('stop')) {
      throw new SteadygazeError('cancelled', 'Stopped on request.', 'The run can be resumed where it stopped.');
    }
  }

  #isWanted(state: 'work' | 'pause' | 'stop'): boolean {
    return this.#wanted === state;
  }

  #want(state: 'work' | 'pause' | 'stop'): void {
    const waits = this.#wake !== null;
    this.#wanted = state;
    // What waits has stored its state already.
    if (!waits) {
      this.#stored = false;
      this.#passed = 0;
    }
    this.#wake?.();
    this.#wake = null;
  }
}

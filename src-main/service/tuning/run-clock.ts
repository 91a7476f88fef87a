/** How long the parts of a run really take, from what the run says while it works. */
import type { JobEvent } from '../../contract/run.ts';
import type { RunSeconds } from '../../jobs/protocol.ts';
import { ratiosOf } from './correction.ts';
import type { CorrectedPart } from './correction.ts';

/** What was expected of the run, without any correction. */
interface ExpectedRates {
  readonly parts: RunSeconds;
  readonly trainingImagesPerSecond: number;
  readonly assessmentImagesPerSecond: number;
}

type Progress = Extract<JobEvent, { type: 'progress' }>;

/** Parts whose pictures are counted. Calibration goes over few pictures many times, and is left out. */
const PART_OF: Partial<Record<Progress['phase'], CorrectedPart>> = {
  train: 'training',
  assess: 'assessment',
  evaluate: 'evaluation',
};

export class RunClock {
  readonly #now: () => number;
  readonly #seconds = { training: 0, assessment: 0, evaluation: 0 };
  /** Pictures trained on and assessed; of the evaluation the share that was done. */
  readonly #done = { training: 0, assessment: 0, evaluation: 0 };
  #last: number;
  /** Where the present epoch, assessment or evaluation stands. */
  #at = { key: '', done: 0 };
  #part: CorrectedPart | null = null;

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#last = now();
  }

  hear(event: JobEvent): void {
    const now = this.#now();
    const passed = (now - this.#last) / 1000;
    this.#last = now;
    if (event.type === 'progress') this.#progress(event, passed);
    // What follows the last picture of the evaluation: figures are made, and written.
    else if (event.type === 'finished' && this.#part === 'evaluation') this.#seconds.evaluation += passed;
    // A pause takes no time of its own; what came before it does.
    else if (event.type !== 'resumed' && this.#part !== null && this.#part !== 'evaluation') {
      this.#seconds[this.#part] += passed;
    }
  }

  /** Real / expected of the parts that took long enough to tell. */
  ratios({ parts, trainingImagesPerSecond, assessmentImagesPerSecond }: ExpectedRates) {
    const expected = {
      training: 1 / trainingImagesPerSecond,
      assessment: 1 / assessmentImagesPerSecond,
      evaluation: parts.evaluation,
    };
    return ratiosOf(this.#seconds, expected, this.#done);
  }

  #progress({ phase, round, epoch, done, total }: Progress, passed: number): void {
    const part = PART_OF[phase] ?? null;
    const key = `${phase}/${String(round)}/${String(epoch)}`;
    const before = key === this.#at.key ? this.#at.done : 0;
    this.#at = { key, done };
    this.#part = part;
    if (part === null) return;
    this.#seconds[part] += passed;
    this.#done[part] += part === 'evaluation' ? (done - before) / Math.max(1, total) : done - before;
  }
}

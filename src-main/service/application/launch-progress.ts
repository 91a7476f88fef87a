/** How far a launch is and how long it still takes, from what its runs say of themselves. */
import type { JobEvent } from '../../contract/run.ts';
import type { RunSettings } from '../../contract/settings.ts';

type Progress = Extract<JobEvent, { type: 'progress' }>;

/**
 * The share of a run's work that is left to an arm which starts from the warm-up of another arm (jobs/warmup.ts),
 * in (0,1]. Counted in forward passes of a picture as in method/cost.ts: a training step is 3, an attack of n steps
 * is 2 + 2n.
 */
export function shareAfterWarmup({ training, method }: Pick<RunSettings, 'training' | 'method'>): number {
  const steps = method.attack === 'noise' ? 0 : method.attack === 'fgsm' ? 1 : method.steps;
  const assessment = 2 + 2 * steps;
  const shared = 3 * training.warmupEpochs + assessment;
  const own = training.rounds * (3 * training.epochsPerRound + assessment);
  // The figures at the end of a run are its own, however few rounds it has.
  return Math.max(0.02, own / (own + shared));
}

export class LaunchProgress {
  /** Work of each run, 1 is a whole one. */
  readonly #weights: number[];
  /** As it was estimated, then as the present run goes. */
  #secondsPerWork: number | null;
  readonly #now: () => number;
  #current = -1;
  /** Where the present run began: not at 0 when it goes on, or starts from a shared warm-up. */
  #from: number | null = null;
  /** Work done, and milliseconds it took, in the present run and in those before it. */
  #workDone = 0;
  #measuredWork = 0;
  #measuredTime = 0;
  #runTime = 0;
  #last: number | null = null;
  #farthest = 0;

  /**
   * @param weights  expected work of the runs
   * @param estimate seconds that all of them were estimated to take, where they were
   * @param now      milliseconds
   */
  constructor(weights: readonly number[], estimate: number | null, now: () => number = () => performance.now()) {
    this.#weights = [...weights];
    const work = weights.reduce((sum, weight) => sum + weight, 0);
    this.#secondsPerWork = estimate === null || work <= 0 ? null : estimate / work;
    this.#now = now;
  }

  begin(run: number): void {
    this.#current = run;
    this.#from = null;
    this.#runTime = 0;
    this.#last = null;
  }

  /** The present run waits, so that its time does not count. */
  rest(): void {
    this.#last = null;
  }

  end(): void {
    const weight = this.#weights[this.#current] ?? 0;
    this.#workDone += weight;
    if (this.#from !== null) {
      this.#measuredWork += weight;
      this.#measuredTime += this.#runTime;
    }
  }

  hear(progress: Progress): { readonly overallLaunch: number; readonly secondsLeft: number | null } {
    const now = this.#now();
    if (this.#last !== null) this.#runTime += now - this.#last;
    this.#last = now;
    // While pictures are decoded a run does not say yet where it begins.
    if (this.#from === null && progress.phase !== 'decode') {
      this.#from = Math.min(progress.overall, 0.99);
      this.#weights[this.#current] = 1 - this.#from;
    }
    const weight = this.#weights[this.#current] ?? 0;
    const share = this.#from === null ? 0 : Math.max(0, (progress.overall - this.#from) / (1 - this.#from));
    const after = this.#weights.slice(this.#current + 1).reduce((sum, each) => sum + each, 0);
    const total = this.#workDone + weight + after;
    // A run that turns out longer than was expected must not move the bar backwards.
    this.#farthest = Math.min(1, Math.max(this.#farthest, (this.#workDone + share * weight) / total));
    return { overallLaunch: this.#farthest, secondsLeft: this.#secondsLeft(progress, weight * (1 - share), after) };
  }

  /** @param left work left of this run  @param after work of the runs after it */
  #secondsLeft({ secondsLeft }: Progress, left: number, after: number): number | null {
    const pace = this.#pace(secondsLeft, left);
    const own = secondsLeft ?? (pace === null ? null : pace * left);
    if (own === null || after === 0) return own;
    return pace === null ? null : own + pace * after;
  }

  /** Seconds of a whole run: as the runs before took, else as this one goes, else as it was estimated. */
  #pace(secondsLeft: number | null, left: number): number | null {
    if (this.#measuredWork > 0 && this.#measuredTime > 0) return this.#measuredTime / 1000 / this.#measuredWork;
    // At the very end of a run there is nothing left to tell the pace from.
    if (secondsLeft !== null && left > 0.001) this.#secondsPerWork = secondsLeft / left;
    return this.#secondsPerWork;
  }
}

/** How far all of a measurement is where a second process goes on with what a first one left. */
import type { EvaluationProgress } from './protocol.ts';

/** A process knows only what is left for it; to whom follows, the whole goes on from where it was. */
export class CarriedProgress {
  /** Share of everything that was done before this process, 0..1. */
  #before = 0;
  /** What this process says first of its own share: rows of a part that were kept. Null: nothing yet. */
  #found: number | null = null;
  #told = 0;

  /** Another process goes on. */
  carryOn(): void {
    this.#before = this.#told;
    this.#found = null;
  }

  /** @returns the same, with `overall` of the work of all processes; it never goes down */
  of(progress: EvaluationProgress): EvaluationProgress {
    this.#told = Math.max(this.#told, this.#before === 0 ? progress.overall : this.#carried(progress));
    return { ...progress, overall: this.#told };
  }

  #carried({ run, overall }: EvaluationProgress): number {
    // While pictures are read again, nothing is known yet.
    if (run === null) return this.#before;
    const found = (this.#found ??= overall);
    const share = found < 1 ? (overall - found) / (1 - found) : 1;
    return this.#before + (1 - this.#before) * share;
  }
}

/** What the network itself says of the open picture: asked for when it is opened, and kept for going back and forth. */
import { toErrorValue, type ErrorValue } from '../../../../src-main/contract/errors.ts';
import type { Interpretation } from '../../../../src-main/contract/interpretation.ts';
import { client } from '../../../lib/client.ts';

/** Answers kept. */
const KEPT = 60;
/** Nothing is computed for pictures that one only leafs past. */
const LEAFING_MS = 150;

export class InterpretedSample {
  readonly #run: string;
  readonly #round: number;
  readonly #answers = new Map<number, Interpretation>();
  #row = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Null until it has come. */
  said = $state.raw<Interpretation | null>(null);
  failure = $state.raw<ErrorValue | null>(null);

  /** @param round of the assessment whose weights are asked */
  constructor(run: string, round: number) {
    this.#run = run;
    this.#round = round;
  }

  /** @param next the row that is likely to be opened next; null where there is none */
  show(row: number, next: number | null): void {
    clearTimeout(this.#timer);
    this.#row = row;
    this.failure = null;
    this.said = this.#answers.get(row) ?? null;
    this.#timer = setTimeout(() => void this.#load(row, next), this.said === null ? LEAFING_MS : 0);
  }

  /** Tries again what failed. */
  retry(): void {
    this.show(this.#row, null);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#row = -1;
  }

  async #load(row: number, next: number | null): Promise<void> {
    try {
      const said = await this.#ask(row);
      if (row !== this.#row) return;
      this.said = said;
      // Only once the picture one looks at has what it needs; nobody has asked for this one yet.
      if (next !== null) await this.#ask(next).catch(() => undefined);
    } catch (error) {
      if (row === this.#row) this.failure = toErrorValue(error);
    }
  }

  async #ask(row: number): Promise<Interpretation> {
    const known = this.#answers.get(row);
    if (known) return known;
    const said = await client.call('inspect.interpretation', { run: this.#run, round: this.#round, row });
    this.#answers.set(row, said);
    for (const old of this.#answers.keys()) {
      if (this.#answers.size <= KEPT) break;
      this.#answers.delete(old);
    }
    return said;
  }
}

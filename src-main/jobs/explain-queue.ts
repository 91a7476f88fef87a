/** Questions that wait for the job that answers them, which takes them one by one. */
import type { Question } from './protocol.ts';

export class ExplainQueue {
  readonly #waiting: Question[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  add(question: Question): void {
    this.#waiting.push(question);
    this.#wake?.();
  }

  /** Lets {@link next} say that nothing more comes. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The oldest question, as soon as there is one; null once closed. */
  async next(): Promise<Question | null> {
    while (!this.#closed && this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#closed ? null : (this.#waiting.shift() ?? null);
  }
}

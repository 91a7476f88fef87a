/** Commands that wait for the job that answers them, which takes them one by one. */
import type { ExplainCommand } from './protocol.ts';

export class ExplainQueue {
  readonly #waiting: ExplainCommand[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  add(command: ExplainCommand): void {
    this.#waiting.push(command);
    this.#wake?.();
  }

  /** Lets {@link next} say that nothing more comes. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The oldest command, as soon as there is one; null once closed. */
  async next(): Promise<ExplainCommand | null> {
    while (!this.#closed && this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#closed ? null : (this.#waiting.shift() ?? null);
  }
}

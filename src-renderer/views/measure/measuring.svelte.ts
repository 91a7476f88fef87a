/** Measuring of finished runs, for all views: it goes on while others are looked at, and after a reload. */
import type { TaskState } from '../../../src-main/contract/app-state.ts';
import type { EvaluationPart } from '../../../src-main/contract/evaluation.ts';
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';

/** Begins the ids of these tasks, so that a window that was opened later knows them. */
const PREFIX = 'measure-';

class Measuring {
  /** Asked for in this window, and not ended. */
  #asked = $state<string | null>(null);
  error = $state.raw<ErrorValue | null>(null);

  /** What the service says of it; null until it has begun, and when nothing is measured. */
  get task(): TaskState | null {
    return (
      app.tasks.find((task) => task.id === this.#asked) ?? app.tasks.find(({ id }) => id.startsWith(PREFIX)) ?? null
    );
  }

  get running(): boolean {
    return this.#asked !== null || this.task !== null;
  }

  /** Resolves when it has ended, however. What went wrong stands in {@link error}. */
  async start(runs: readonly string[], parts: readonly EvaluationPart[], again = false): Promise<void> {
    if (this.running) return;
    const task = `${PREFIX}${crypto.randomUUID()}`;
    this.#asked = task;
    this.error = null;
    try {
      await client.call('evaluation.measure', { runs: [...runs], parts: [...parts], again, engine: 'auto', task });
    } catch (thrown) {
      const error = toErrorValue(thrown);
      if (error.code !== 'cancelled') this.error = error;
    } finally {
      this.#asked = null;
    }
  }

  async cancel(): Promise<void> {
    const task = this.task?.id ?? this.#asked;
    if (task !== null) await client.call('app.cancelTask', { task }).catch(() => false);
  }
}

/** The one measuring of the window. */
export const measuring = new Measuring();

import type { TaskState } from '../../src-main/contract/app-state.ts';
import { toErrorValue, type ErrorValue } from '../../src-main/contract/errors.ts';
import { app } from './app.svelte.ts';
import { client } from './client.ts';
import { duration, percent } from './format.ts';

/** How far a task is, for a bar: its share, null until it can be told, and that in words with the time left. */
export function progressOf(task: TaskState | null): { readonly share: number | null; readonly detail: string } {
  if (!task?.total) return { share: null, detail: '' };
  const share = Math.min(1, task.done / task.total);
  const left = task.secondsLeft === null ? '' : `, ${duration(task.secondsLeft)} left`;
  return { share, detail: `${percent(share, 0)}${left}` };
}

/**
 * A long call that can be followed and cancelled: holds its id, what the service says of it, and how it failed.
 * One at a time; shown by frame/TaskProgress.
 */
export class LongCall {
  id = $state<string | null>(null);
  error = $state.raw<ErrorValue | null>(null);

  get running(): boolean {
    return this.id !== null;
  }

  /** Null until the service has begun. */
  get state(): TaskState | null {
    return app.tasks.find((task) => task.id === this.id) ?? null;
  }

  /**
   * @param call makes the call with the task's id
   * @returns the answer; null where it failed (see {@link error}) or was cancelled
   */
  async run<T>(call: (task: string) => Promise<T>): Promise<T | null> {
    const id = crypto.randomUUID();
    this.id = id;
    this.error = null;
    try {
      return await call(id);
    } catch (thrown) {
      const error = toErrorValue(thrown);
      if (error.code !== 'cancelled') this.error = error;
      return null;
    } finally {
      if (this.id === id) this.id = null;
    }
  }

  async cancel(): Promise<void> {
    if (this.id !== null) await client.call('app.cancelTask', { task: this.id }).catch(() => false);
  }
}

/** Long actions that are no run: everybody sees how far they are, and may cancel them. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { TaskState } from '../../contract/app-state.ts';
import type { Following } from '../library/library.ts';

/** Milliseconds between two messages of one task. */
const INTERVAL = 250;
/** Before so many milliseconds have gone by, the time left would be a guess. */
const SETTLED = 2_000;

/** How a task says how far it is. */
export interface TaskFollowing extends Required<Following> {
  /** @param secondsLeft where the work can tell better than by the time that went by; null: it cannot be told */
  readonly onProgress: (done: number, total: number | null, secondsLeft?: number | null) => void;
  /** What it is about from now on. */
  readonly retitle: (title: string) => void;
}

interface Task {
  state: TaskState;
  readonly stopping: AbortController;
  told: number;
}

export class TaskList {
  readonly #tasks = new Map<string, Task>();
  readonly #onChange: (tasks: readonly TaskState[]) => void;

  constructor(onChange: (tasks: readonly TaskState[]) => void) {
    this.#onChange = onChange;
  }

  /** @throws SteadygazeError `bad-argument` where a task of this id is under way */
  refuseTaken(id: string): void {
    if (!this.#tasks.has(id)) return;
    throw new SteadygazeError('bad-argument', 'Something is under way under this name already.', 'Wait until it ends.');
  }

  /**
   * Does the work under the eyes of everybody.
   * @param title "Reading the pictures"
   * @throws SteadygazeError `cancelled` when it was cancelled and therefore failed; what the work throws
   */
  async run<T>(id: string, title: string, work: (following: TaskFollowing) => Promise<T>): Promise<T> {
    this.refuseTaken(id);
    const stopping = new AbortController();
    const began = performance.now();
    const state: TaskState = { id, title, done: 0, total: null, secondsLeft: null, cancellable: true };
    const task: Task = { state, stopping, told: -Infinity };
    this.#tasks.set(id, task);
    this.#tell(task);
    try {
      return await work({
        signal: stopping.signal,
        retitle: (text) => {
          if (text === task.state.title) return;
          task.state = { ...task.state, title: text };
          this.#tell(task);
        },
        onProgress: (done, total, left) => {
          const secondsLeft = left === undefined ? secondsLeftOf(done, total, performance.now() - began) : left;
          task.state = { ...task.state, done, total, secondsLeft };
          if (performance.now() - task.told >= INTERVAL) this.#tell(task);
        },
      });
    } catch (error) {
      if (!stopping.signal.aborted || error instanceof SteadygazeError) throw error;
      throw new SteadygazeError('cancelled', 'Stopped on request.', '', String(error));
    } finally {
      this.#tasks.delete(id);
      this.#onChange(this.#states());
    }
  }

  /** @returns false where there is no such task (any more) */
  cancel(id: string): boolean {
    const task = this.#tasks.get(id);
    if (task === undefined) return false;
    task.stopping.abort();
    task.state = { ...task.state, cancellable: false };
    this.#tell(task);
    return true;
  }

  cancelAll(): void {
    for (const { stopping } of this.#tasks.values()) stopping.abort();
  }

  #tell(task: Task): void {
    task.told = performance.now();
    this.#onChange(this.#states());
  }

  #states(): TaskState[] {
    return [...this.#tasks.values()].map(({ state }) => state);
  }
}

function secondsLeftOf(done: number, total: number | null, milliseconds: number): number | null {
  if (total === null || done <= 0 || milliseconds < SETTLED) return null;
  return Math.max(0, ((total - done) * milliseconds) / done / 1000);
}

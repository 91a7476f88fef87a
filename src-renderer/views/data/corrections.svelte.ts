/** What people put right about the data of the open study: kept by the service, shown and changed here. */
import type { DataEdit, EditExportKind, EditsView, RefreshView } from '../../../src-main/contract/data-edits.ts';
import { client } from '../../lib/client.ts';
import { handOver } from '../../lib/download.ts';
import { sayError } from '../../lib/say-error.ts';
import { LongCall } from '../../lib/tasks.svelte.ts';
import { shownToasts, toast, type Toast } from '../../lib/toasts.svelte.ts';

class Corrections {
  /** Null until it was asked for. */
  view = $state.raw<EditsView | null>(null);
  /** One is being made. */
  busy = $state(false);
  /** The pictures are read again. */
  readonly refreshing = new LongCall();
  readonly exporting = new LongCall();
  /** What reading the pictures again found; null: not done, or put away. */
  found = $state.raw<RefreshView | null>(null);

  /** Number of the toast that says what was done last. */
  #told: number | null = null;

  async load(): Promise<void> {
    try {
      this.view = await client.call('data.edits', {});
    } catch (error) {
      sayError(error);
    }
  }

  /** Another study is open. */
  forget(): void {
    this.view = null;
    this.found = null;
    this.refreshing.error = null;
  }

  /** @returns whether it was made; where not, why was said */
  make(edit: DataEdit): Promise<boolean> {
    return this.#change(() => client.call('data.edit', { edit }));
  }

  /** Makes corrections of the data of what the marks ask of the next run. */
  makeFromMarks(): Promise<boolean> {
    return this.#change(() => client.call('data.editFromMarks', {}));
  }

  undo(): Promise<void> {
    return this.#step('data.undo', 'Taken back', 'There is nothing to take back.');
  }

  redo(): Promise<void> {
    return this.#step('data.redo', 'Done again', 'There is nothing to do again.');
  }

  /** Reads the pictures again; the answer is in {@link found}. */
  async refresh(): Promise<void> {
    if (this.refreshing.running) return;
    this.found = null;
    this.found = await this.refreshing.run((task) => client.call('data.refresh', { task }));
  }

  async export(kind: EditExportKind): Promise<void> {
    if (this.exporting.running) return;
    const file = await this.exporting.run((task) => client.call('data.exportEdits', { kind, task }));
    if (file !== null) handOver(file);
    else if (this.exporting.error !== null) sayError(this.exporting.error);
  }

  /** Takes the place of what was said before: its Undo would take back what was done since. */
  #tell(message: Toast): void {
    if (this.#told !== null) shownToasts.remove(this.#told);
    this.#told = toast(message);
  }

  async #change(call: () => Promise<EditsView>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const before = this.view?.edits.length ?? 0;
    try {
      this.view = await call();
      const made = this.view.edits.slice(before).map(({ sentence }) => sentence);
      const text = made.length > 1 ? `${made.length} corrections made.` : (made[0] ?? 'Done.');
      const undo = { label: 'Undo', run: () => void this.undo() };
      // What was several corrections would take several steps back.
      this.#tell({ kind: 'done', text, ...(made.length === 1 ? { action: undo } : {}) });
      return true;
    } catch (error) {
      sayError(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #step(name: 'data.undo' | 'data.redo', done: string, nothing: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const what = await client.call(name, {});
      const again =
        name === 'data.undo' && what !== null
          ? { action: { label: 'Do it again', run: (): void => void this.redo() } }
          : {};
      this.#tell({ kind: 'info', text: what === null ? nothing : `${done}: ${what}`, ...again });
    } catch (error) {
      sayError(error);
    } finally {
      this.busy = false;
    }
    await this.load();
  }
}

/** Those of the open study. */
export const corrections = new Corrections();

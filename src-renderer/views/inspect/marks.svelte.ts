/** What people said of pictures: kept by the service with the study, shown and changed here. */
import type { Input } from '../../../src-main/contract/operations.ts';
import type { Mark, Verdict } from '../../../src-main/contract/sample-view.ts';
import { client } from '../../lib/client.ts';
import { sayError } from '../../lib/say-error.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import type { SamplePaths } from './sample-paths.ts';
import { MARKED } from './sample-query.ts';

/** What is given is set, the rest stays; null takes back. */
export type MarkChange = Omit<Input<'marks.set'>, 'ids'>;

class Marks {
  /** By sample id; only pictures of which something is said. */
  byId = $state.raw<ReadonlyMap<string, Mark>>(new Map());

  readonly corrections = $derived([...this.byId.values()].filter(({ correction }) => correction !== null).length);

  get total(): number {
    return this.byId.size;
  }

  async load(): Promise<void> {
    try {
      const marks = await client.call('marks.list', {});
      this.byId = new Map(marks.filter(says).map((mark) => [mark.id, mark]));
    } catch (error) {
      sayError(error);
    }
  }

  forget(): void {
    this.byId = new Map();
  }

  async set(ids: readonly string[], change: MarkChange): Promise<boolean> {
    if (ids.length === 0) return false;
    try {
      const changed = await client.call('marks.set', { ids: [...ids], ...change });
      const byId = new Map(this.byId);
      for (const mark of changed) {
        if (says(mark)) byId.set(mark.id, mark);
        else byId.delete(mark.id);
      }
      this.byId = byId;
      return true;
    } catch (error) {
      sayError(error);
      return false;
    }
  }

  /** Says it of all of them; where all of them say it already, takes it back. */
  async toggle(ids: readonly string[], verdict: Verdict): Promise<Verdict | null> {
    const already = ids.every((id) => this.byId.get(id)?.verdict === verdict);
    const wanted = already ? null : verdict;
    await this.set(ids, { verdict: wanted });
    return wanted;
  }

  async undo(): Promise<void> {
    await this.#step('marks.undo', 'Taken back', 'There is nothing to take back.');
  }

  async redo(): Promise<void> {
    await this.#step('marks.redo', 'Done again', 'There is nothing to do again.');
  }

  /** Bits of {@link MARKED} for every row. */
  bits(paths: SamplePaths): Uint8Array {
    const bits = new Uint8Array(paths.count);
    for (const mark of this.byId.values()) {
      const row = paths.rowOf(mark.id);
      if (row === -1) continue;
      bits[row] =
        (mark.verdict === null ? 0 : MARKED[mark.verdict]) +
        (mark.correction === null ? 0 : MARKED.correction) +
        (mark.note === '' ? 0 : MARKED.note);
    }
    return bits;
  }

  async #step(name: 'marks.undo' | 'marks.redo', done: string, nothing: string): Promise<void> {
    try {
      const what = await client.call(name, {});
      toast({ kind: 'info', text: what === null ? nothing : `${done}: ${what}` });
      if (what !== null) await this.load();
    } catch (error) {
      sayError(error);
    }
  }
}

function says({ verdict, note, correction }: Mark): boolean {
  return verdict !== null || note !== '' || correction !== null;
}

/** The marks of the open study. */
export const marks = new Marks();

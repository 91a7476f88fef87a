/** What the Inspect view shows: which assessment, which of its pictures, in which order, and which one is open. */
import type { RunBrief } from '../../../src-main/contract/app-state.ts';
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import type { SampleGroup, Verdict } from '../../../src-main/contract/sample-view.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';
import { loadAssessment, type Assessment } from './assessment.ts';
import { HeatmapCache } from './heatmap-cache.svelte.ts';
import { marks } from './marks.svelte.ts';
import { answerQuery, WHOLE, type Answer, type SampleQuery } from './sample-query.ts';
import { Selection } from './selection.svelte.ts';

/** Numbers of an assessment. */
export interface Place {
  readonly run: string;
  readonly round: number;
}

type Loading =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'loading'; readonly place: Place }
  | { readonly kind: 'failed'; readonly place: Place; readonly error: ErrorValue }
  | {
      readonly kind: 'ready';
      readonly place: Place;
      readonly assessment: Assessment;
      readonly heatmaps: HeatmapCache;
    };

const NO_ROWS: Answer = { rows: new Uint32Array(0), histogram: new Uint32Array(0) };

class Inspect {
  loading = $state.raw<Loading>({ kind: 'nothing' });
  query = $state.raw<SampleQuery>(WHOLE);
  /** Null until they have come; empty where there are none. */
  groups = $state.raw<readonly SampleGroup[] | null>(null);
  /** The tile the keyboard is on: a place in {@link Answer.rows}. */
  focused = $state(0);
  /** The open picture: a place in a list that stays as it was when the picture was opened, whatever is marked since. */
  opened = $state.raw<{ readonly rows: Uint32Array; readonly at: number } | null>(null);
  readonly selection = new Selection();

  /** Runs with something to look at, newest first. */
  readonly runs: readonly RunBrief[] = $derived(
    (app.study?.runs ?? []).filter((run) => run.assessments.length > 0).toReversed(),
  );

  /** Where one looks unless one says otherwise: the newest assessment of the newest run of the method. */
  readonly usual: Place | null = $derived.by(() => {
    const run = this.runs.find(({ arm }) => arm.startsWith('consistency')) ?? this.runs[0];
    const round = run?.assessments.at(-1);
    return run === undefined || round === undefined ? null : { run: run.id, round };
  });

  readonly assessment: Assessment | null = $derived(this.loading.kind === 'ready' ? this.loading.assessment : null);
  readonly heatmaps: HeatmapCache | null = $derived(this.loading.kind === 'ready' ? this.loading.heatmaps : null);
  readonly place: Place | null = $derived(this.loading.kind === 'nothing' ? null : this.loading.place);
  readonly run: RunBrief | null = $derived(this.runs.find(({ id }) => id === this.place?.run) ?? null);

  /** Bits of MARKED for every row. */
  readonly markBits = $derived(this.assessment ? marks.bits(this.assessment.paths) : new Uint8Array(0));
  readonly #group = $derived.by(() => {
    const group = this.groups?.find(({ key }) => key === this.query.group);
    if (!group || !this.assessment) return null;
    const member = new Uint8Array(this.assessment.table.count);
    for (const row of group.rows) member[row] = 1;
    return member;
  });
  readonly #found = $derived.by(() => {
    const text = this.query.text.trim();
    return text === '' || !this.assessment ? null : this.assessment.paths.find(text);
  });

  readonly answer: Answer = $derived.by(() => {
    if (!this.assessment) return NO_ROWS;
    const { table, change } = this.assessment;
    const { count, columns, labels } = table;
    return answerQuery(
      { count, columns, labels, change, marks: this.markBits, group: this.#group, found: this.#found },
      this.query,
      this.assessment.rowsBy(this.query.order),
    );
  });

  /** The study whose assessment is loaded. */
  #study: string | null = null;
  #abort: AbortController | null = null;

  /** Bits of MARKED of a row. */
  marksOf(row: number): number {
    return this.markBits[row] ?? 0;
  }

  /** Shows another assessment; does nothing where it is shown already. */
  async show(place: Place | null): Promise<void> {
    const study = app.study?.id ?? null;
    const same = study === this.#study && place?.run === this.place?.run && place?.round === this.place?.round;
    if (same && this.loading.kind !== 'failed') return;
    if (study !== this.#study) {
      this.query = WHOLE;
      marks.forget();
      if (study !== null) void marks.load();
    }
    this.#study = study;
    this.#forget();
    if (place === null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = { kind: 'loading', place };
    try {
      const assessment = await loadAssessment(place.run, place.round, abort.signal);
      if (abort.signal.aborted) return;
      this.selection.reset(assessment.table.count);
      this.loading = { kind: 'ready', place, assessment, heatmaps: new HeatmapCache(place.run, place.round, 'clean') };
      await this.#loadGroups(place, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.loading = { kind: 'failed', place, error: toErrorValue(error) };
    }
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.loading.kind === 'failed') void this.show(this.loading.place);
  }

  ask(change: Partial<SampleQuery>): void {
    this.query = { ...this.query, ...change };
    this.focused = 0;
  }

  /** Opens the picture at a place of the shown order. */
  open(at: number): void {
    if (at < 0 || at >= this.answer.rows.length) return;
    this.focused = at;
    this.opened = { rows: this.answer.rows, at };
  }

  openRow(row: number): void {
    const at = this.answer.rows.indexOf(row);
    if (at !== -1) this.open(at);
    else this.opened = { rows: Uint32Array.of(row), at: 0 };
  }

  /** Goes to a neighbour of the open picture. @returns false at either end */
  step(by: number): boolean {
    const opened = this.opened;
    if (!opened || opened.at + by < 0 || opened.at + by >= opened.rows.length) return false;
    this.opened = { ...opened, at: opened.at + by };
    return true;
  }

  /** Closes the open picture; the keyboard is on its tile, or where it was. */
  close(): void {
    if (!this.opened) return;
    const at = this.answer.rows.indexOf(this.opened.rows[this.opened.at]);
    this.focused = at === -1 ? Math.min(this.opened.at, Math.max(0, this.answer.rows.length - 1)) : at;
    this.opened = null;
  }

  /** Sample ids of what a key in the grid is meant for: the selected pictures, else the one under the keyboard. */
  meant(): string[] {
    const { assessment, selection } = this;
    if (!assessment) return [];
    if (selection.size > 0) return selection.rows.map((row) => assessment.paths.at(row));
    const row = this.answer.rows[this.focused] as number | undefined;
    return row === undefined ? [] : [assessment.paths.at(row)];
  }

  async markMeant(verdict: Verdict): Promise<void> {
    await marks.toggle(this.meant(), verdict);
  }

  #forget(): void {
    this.#abort?.abort();
    this.heatmaps?.close();
    this.loading = { kind: 'nothing' };
    this.groups = null;
    this.opened = null;
    this.focused = 0;
    if (this.query.group !== null) this.query = { ...this.query, group: null };
    this.selection.reset(0);
  }

  async #loadGroups({ run, round }: Place, signal: AbortSignal): Promise<void> {
    try {
      const groups = await client.call('inspect.groups', { run, round });
      if (!signal.aborted) this.groups = groups;
    } catch {
      // The pictures can be looked at without their groups.
      if (!signal.aborted) this.groups = [];
    }
  }
}

/** The one state of the view: filters stay when one goes to another view and comes back. */
export const inspect = new Inspect();

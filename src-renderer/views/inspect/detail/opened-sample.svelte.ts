/** The open picture: everything the service knows of it, and whether its attack has been computed again. */
import { toErrorValue, type ErrorValue } from '../../../../src-main/contract/errors.ts';
import { resourcePath, type ExplainedKind } from '../../../../src-main/contract/resources.ts';
import type { SampleView } from '../../../../src-main/contract/sample-view.ts';
import { client } from '../../../lib/client.ts';
import { pictureUrl } from '../../../lib/pictures.ts';
import type { Assessment } from '../assessment.ts';
import { HeatmapCache } from '../heatmap-cache.svelte.ts';

export type Attack =
  { readonly kind: 'computing' } | { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly error: ErrorValue };

/** Views kept, for going back and forth. */
const KEPT = 60;
/** Nothing is computed for pictures that one only leafs past. */
const LEAFING_MS = 150;
/** Longest side of the large picture, CSS pixels. */
export const STAGE_SIDE = 768;

export class OpenedSample {
  readonly #assessment: Assessment;
  readonly clean: HeatmapCache;
  readonly attacked: HeatmapCache;
  row = $state(-1);
  /** Null until it has come. */
  view = $state.raw<SampleView | null>(null);
  failure = $state.raw<ErrorValue | null>(null);
  attack = $state.raw<Attack>({ kind: 'computing' });
  readonly #views = new Map<number, SampleView>();
  readonly #explained = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #neighbours: readonly number[] = [];

  constructor(assessment: Assessment) {
    this.#assessment = assessment;
    const { run, round } = assessment.table;
    this.clean = new HeatmapCache(run, round, 'clean');
    this.attacked = new HeatmapCache(run, round, 'attacked');
  }

  /** @param neighbours rows that are likely to be opened next, the likeliest first */
  show(row: number, neighbours: readonly number[]): void {
    clearTimeout(this.#timer);
    this.row = row;
    this.#neighbours = neighbours;
    this.failure = null;
    this.view = this.#views.get(row) ?? null;
    this.attack = { kind: this.#explained.has(row) ? 'ready' : 'computing' };
    this.clean.want([row, ...neighbours]);
    this.attacked.want([row, ...neighbours]);
    void this.#load(row);
    this.#timer = setTimeout(() => void this.#explain(row), LEAFING_MS);
  }

  /** Tries again what failed. */
  retry(): void {
    this.show(this.row, this.#neighbours);
  }

  /** Address of a picture of the attack; null until it is there. */
  explained(of: ExplainedKind): string | null {
    if (this.attack.kind !== 'ready') return null;
    const { run, round } = this.#assessment.table;
    return resourcePath({ kind: 'explained', run, round, row: this.row, of });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.row = -1;
    this.clean.close();
    this.attacked.close();
  }

  async #load(row: number): Promise<void> {
    try {
      const view = await this.#view(row);
      if (row === this.row) this.view = view;
    } catch (error) {
      if (row === this.row) this.failure = toErrorValue(error);
    }
  }

  async #view(row: number): Promise<SampleView> {
    const known = this.#views.get(row);
    if (known) return known;
    const { run, round } = this.#assessment.table;
    const view = await client.call('inspect.sample', { run, round, row });
    this.#views.set(row, view);
    if (view.explained) this.#explained.add(row);
    for (const old of this.#views.keys()) {
      if (this.#views.size <= KEPT) break;
      this.#views.delete(old);
    }
    return view;
  }

  async #explain(row: number): Promise<void> {
    try {
      await this.#compute([row]);
      if (row !== this.row) return;
      this.attack = { kind: 'ready' };
    } catch (error) {
      if (row === this.row) this.attack = { kind: 'failed', error: toErrorValue(error) };
      return;
    }
    // Only once the picture one looks at has all it needs.
    const neighbours = this.#neighbours;
    for (const next of neighbours) this.#prefetchPicture(next);
    await Promise.allSettled(neighbours.map((next) => this.#view(next)));
    if (row === this.row) await this.#compute(neighbours).catch(() => undefined);
  }

  async #compute(rows: readonly number[]): Promise<void> {
    const missing = rows.filter((row) => !this.#explained.has(row));
    if (missing.length === 0) return;
    const { run, round } = this.#assessment.table;
    await client.call('inspect.explain', { run, round, rows: missing });
    for (const row of missing) this.#explained.add(row);
  }

  #prefetchPicture(row: number): void {
    const hash = this.#assessment.hash(row);
    if (hash === null) return;
    const picture = new Image();
    picture.fetchPriority = 'low';
    picture.src = pictureUrl(hash, STAGE_SIDE);
  }
}

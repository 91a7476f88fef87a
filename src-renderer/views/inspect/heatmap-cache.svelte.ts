/** Heatmaps of the rows that can be seen, fetched many at a time and kept for a while. */
import { decodeMaps, type MapKind } from '../../../src-main/contract/resources.ts';
import type { Heatmap } from '../../components/heatmap-drawing.ts';
import { resourceUrl } from '../../lib/client.ts';

/** Maps kept: at most 28 by 28 bytes each, some 3 MB. */
const KEPT = 4000;
/** Rows of one request. */
const BATCH = 128;
/** Long enough for a wheel to come to rest. */
const WAIT_MS = 40;

export class HeatmapCache {
  readonly #address: { readonly run: string; readonly round: number; readonly of: MapKind };
  /** In the order in which they were last wanted. */
  readonly #maps = new Map<number, Heatmap>();
  #version = $state(0);
  #wanted: readonly number[] = [];
  #request: { readonly rows: ReadonlySet<number>; readonly abort: AbortController } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** After a failure it waits for the next wish. */
  #failed = false;

  constructor(run: string, round: number, of: MapKind) {
    this.#address = { run, round, of };
  }

  /** The map of a row where it is here; an effect that asked is run again when it comes. */
  get(row: number): Heatmap | null {
    void this.#version;
    return this.#maps.get(row) ?? null;
  }

  /** These rows are wanted now, the first of them first; whatever was wanted before no longer is. */
  want(rows: readonly number[]): void {
    this.#wanted = rows;
    this.#failed = false;
    for (const row of rows) this.#touch(row);
    if (this.#request && !rows.some((row) => this.#request?.rows.has(row))) this.#request.abort.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), WAIT_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#wanted = [];
    this.#request?.abort.abort();
    this.#maps.clear();
  }

  #touch(row: number): void {
    const map = this.#maps.get(row);
    if (!map) return;
    this.#maps.delete(row);
    this.#maps.set(row, map);
  }

  async #fetch(): Promise<void> {
    if (this.#request || this.#failed) return;
    const rows = this.#wanted.filter((row) => !this.#maps.has(row)).slice(0, BATCH);
    if (rows.length === 0) return;
    const abort = new AbortController();
    this.#request = { rows: new Set(rows), abort };
    try {
      const response = await fetch(resourceUrl({ kind: 'maps', ...this.#address, rows }), { signal: abort.signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      this.#keep(rows, await response.arrayBuffer());
    } catch {
      // A picture without its heatmap is still a picture: it is asked for again with the next wish.
      this.#failed = !abort.signal.aborted;
    } finally {
      this.#request = null;
    }
    void this.#fetch();
  }

  #keep(rows: readonly number[], bytes: ArrayBuffer): void {
    const { height, width, data } = decodeMaps(bytes);
    const area = height * width;
    rows.forEach((row, i) => this.#maps.set(row, { height, width, data: data.slice(i * area, (i + 1) * area) }));
    for (const row of this.#maps.keys()) {
      if (this.#maps.size <= KEPT) break;
      this.#maps.delete(row);
    }
    this.#version++;
  }
}

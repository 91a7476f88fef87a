/** The pictures of one assessment, as they lie in memory: columns, and what is worked out of them once. */
import { decodeSampleTable, flipsRow, labelsOfRow, type SampleTable } from '../../../src-main/contract/sample-table.ts';
import { SteadygazeError, type ErrorValue } from '../../../src-main/contract/errors.ts';
import { resourceUrl } from '../../lib/client.ts';
import { BINS, binOf, changeOfE, orderRows, TREND, type Order } from './sample-query.ts';
import { hashOf } from '../../lib/sample-hash.ts';
import { SamplePaths } from './sample-paths.ts';

/** How many pictures each choice of the filters would show by itself. */
export interface FilterCounts {
  readonly classes: Uint32Array;
  readonly flips: number;
  readonly right: number;
  readonly rising: number;
  readonly falling: number;
  readonly empty: number;
  /** E below one half: more of the explanation is lost than kept. */
  readonly belowHalf: number;
}

export class Assessment {
  readonly table: SampleTable;
  readonly paths: SamplePaths;
  /** E now minus E in the first assessment; NaN where there is only one. */
  readonly change: Float32Array;
  readonly counts: FilterCounts;
  /** All pictures by E. */
  readonly histogram: Uint32Array;
  readonly #orders = new Map<Order, Uint32Array>();

  constructor(table: SampleTable) {
    this.table = table;
    this.paths = new SamplePaths(table.ids, table.count);
    this.change = changeOfE(table.eByRound, table.rounds.length, table.count);
    this.histogram = new Uint32Array(BINS);
    this.counts = this.#count();
  }

  /** All rows in an order, sorted when first asked for. */
  rowsBy(order: Order): Uint32Array {
    const known = this.#orders.get(order);
    if (known) return known;
    const { count, columns } = this.table;
    const rows = orderRows({ count, columns, change: this.change }, order);
    this.#orders.set(order, rows);
    return rows;
  }

  className(label: number): string {
    return this.table.classes[label] ?? `class ${label}`;
  }

  /** SHA-256 of a row's file in hex; null where the study no longer lists the picture. */
  hash(row: number): string | null {
    return hashOf(this.table.hashes, row);
  }

  /** Width by height of a row's picture; 1 where it is not known. */
  aspect(row: number): number {
    const [width, height] = [this.table.sizes[2 * row], this.table.sizes[2 * row + 1]];
    return width > 0 && height > 0 ? width / height : 1;
  }

  /** All classes of a row. */
  labels(row: number): number[] {
    return labelsOfRow(this.table, row);
  }

  /** "dog", "dog, cat". */
  labelNames(row: number): string {
    return this.labels(row)
      .map((label) => this.className(label))
      .join(', ');
  }

  /** The model says something else once the background is disturbed. */
  flips(row: number): boolean {
    return flipsRow(this.table, row);
  }

  #count(): FilterCounts {
    const { columns, count, classes } = this.table;
    const { label, prediction, e, empty } = columns;
    const perClass = new Uint32Array(classes.length);
    let [flips, right, rising, falling, empties, belowHalf] = [0, 0, 0, 0, 0, 0];
    for (let row = 0; row < count; row++) {
      for (const each of this.labels(row)) perClass[each] += 1;
      this.histogram[binOf(e[row])] += 1;
      if (this.flips(row)) flips++;
      if (prediction[row] === label[row]) right++;
      if (this.change[row] > TREND) rising++;
      if (this.change[row] < -TREND) falling++;
      if (empty[row] === 1) empties++;
      if (e[row] < 0.5) belowHalf++;
    }
    return { classes: perClass, flips, right, rising, falling, empty: empties, belowHalf };
  }
}

/** @throws SteadygazeError that says what could not be read; whatever `fetch` throws when it was cancelled */
export async function loadAssessment(run: string, round: number, signal: AbortSignal): Promise<Assessment> {
  const response = await fetch(resourceUrl({ kind: 'table', run, round }), { signal });
  if (!response.ok) throw await failureOf(response);
  return new Assessment(decodeSampleTable(await response.arrayBuffer()));
}

/** What the service says instead of a resource, or a sentence of our own where it says nothing. */
async function failureOf(response: Response): Promise<SteadygazeError> {
  const said = (await response.json().catch(() => null)) as Partial<ErrorValue> | null;
  return new SteadygazeError(
    said?.code ?? 'not-found',
    said?.message ?? 'The table of this assessment could not be read.',
    said?.hint ?? 'Try again, or choose another round.',
    said?.details ?? `HTTP ${response.status}`,
  );
}

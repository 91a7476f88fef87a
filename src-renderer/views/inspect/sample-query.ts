/**
 * Which pictures of an assessment are shown, and in which order: one pass over columns, no object for a row, so that
 * 100,000 pictures answer while a person drags the brush.
 */
import { flipsRow, labelsOfRow, type RowLabels, type SampleColumns } from '../../../src-main/contract/sample-table.ts';
import { orderKeys, sortByKeys } from './sort-rows.ts';

/** `hardest`: smallest E first, `steadiest`: largest. `rise` and `fall`: by the change of E over the rounds. */
export const ORDERS = ['hardest', 'steadiest', 'loss', 'weight', 'fall', 'rise', 'class'] as const;
export type Order = (typeof ORDERS)[number];

/** Bits of what people said of a picture, as in `Rows.marks`. */
export const MARKED = { 'wrong-label': 1, shortcut: 2, ambiguous: 4, fine: 8, correction: 16, note: 32 } as const;
export type MarkKind = keyof typeof MARKED;
export const MARK_KINDS = Object.keys(MARKED) as readonly MarkKind[];

export interface SampleQuery {
  /** From the brush over E, both ends included; null: all. */
  readonly e: readonly [number, number] | null;
  /** Labels; none: all. */
  readonly classes: readonly number[];
  /** Whether the attack changes the predicted class. */
  readonly flip: 'flips' | 'holds' | null;
  /** Whether the undisturbed picture was recognised. */
  readonly answer: 'right' | 'wrong' | null;
  /** E rose or fell by more than {@link TREND} since the first assessment. */
  readonly trend: 'rising' | 'falling' | null;
  /** Only pictures with a heatmap of zeros. */
  readonly empty: boolean;
  /** Pictures with any of these; none: all. `unmarked`: with nothing at all. */
  readonly marks: readonly (MarkKind | 'unmarked')[];
  /** Key of a group. */
  readonly group: string | null;
  /** Part of the file's path, in any case of letters. */
  readonly text: string;
  readonly order: Order;
}

/** Everything, the hardest first. */
export const WHOLE: SampleQuery = {
  e: null,
  classes: [],
  flip: null,
  answer: null,
  trend: null,
  empty: false,
  marks: [],
  group: null,
  text: '',
  order: 'hardest',
};

/** A change of E that counts as rising or falling. */
export const TREND = 0.1;

/** Bars of the histogram of E over [0,1]. */
export const BINS = 50;

/** What a query looks at. All arrays are as long as the table. */
export interface Rows {
  readonly count: number;
  readonly columns: SampleColumns;
  /** Where a picture may be of several classes. */
  readonly labels?: RowLabels | undefined;
  /** E now minus E in the first assessment; NaN where there is only one. */
  readonly change: Float32Array;
  /** Sum of {@link MARKED}. */
  readonly marks: Uint8Array;
  /** 1 where the row is in the chosen group; null: none is chosen. */
  readonly group: Uint8Array | null;
  /** 1 where the path contains the text; null: there is no text. */
  readonly found: Uint8Array | null;
}

export interface Answer {
  /** Rows of the table in the order in which they are shown. */
  readonly rows: Uint32Array;
  /** Pictures by E in {@link BINS} equal bins, whatever the brush says. */
  readonly histogram: Uint32Array;
}

/** The bin of a value of E. */
export const binOf = (e: number): number => Math.min(BINS - 1, Math.max(0, Math.floor(e * BINS)));

/** Change of E between the first assessment and this one. @param eByRound [rounds, count] */
export function changeOfE(eByRound: Float32Array, rounds: number, count: number): Float32Array {
  const change = new Float32Array(count).fill(NaN);
  if (rounds < 2) return change;
  const last = (rounds - 1) * count;
  for (let row = 0; row < count; row++) change[row] = eByRound[last + row] - eByRound[row];
  return change;
}

/** Answers a query. @param order all rows, as {@link orderRows} puts them */
export function answerQuery(rows: Rows, query: SampleQuery, order: Uint32Array): Answer {
  const { count, columns, change, marks, group, found } = rows;
  const { e, label, prediction, empty } = columns;
  const classes = membership(query.classes);
  const [low, high] = query.e ?? [-Infinity, Infinity];
  const wanted = query.marks.reduce((sum, kind) => (kind === 'unmarked' ? sum : sum | MARKED[kind]), 0);
  const unmarked = query.marks.includes('unmarked');
  const histogram = new Uint32Array(BINS);
  const kept = new Uint32Array(count);
  let size = 0;
  for (const row of order) {
    if (classes !== null && !isOfOne(rows, row, classes)) continue;
    if (query.flip !== null && flipsRow(rows, row) !== (query.flip === 'flips')) continue;
    if (query.answer !== null && (prediction[row] === label[row]) !== (query.answer === 'right')) continue;
    // Compared this way round, NaN is neither.
    if (query.trend === 'rising' && !(change[row] > TREND)) continue;
    if (query.trend === 'falling' && !(change[row] < -TREND)) continue;
    if (query.empty && empty[row] !== 1) continue;
    if (query.marks.length > 0) {
      const mark = marks[row];
      if ((mark & wanted) === 0 && !(unmarked && mark === 0)) continue;
    }
    if (group !== null && group[row] !== 1) continue;
    if (found !== null && found[row] !== 1) continue;
    const value = e[row];
    histogram[binOf(value)] += 1;
    if (value < low || value > high) continue;
    kept[size++] = row;
  }
  return { rows: kept.slice(0, size), histogram };
}

/** Whether a picture is of one of the classes. */
function isOfOne(rows: Rows, row: number, classes: Uint8Array): boolean {
  if (rows.labels === undefined) return classes[rows.columns.label[row]] === 1;
  return labelsOfRow(rows, row).some((label) => classes[label] === 1);
}

/** 1 at each of the numbers; null for none. */
function membership(numbers: readonly number[]): Uint8Array | null {
  if (numbers.length === 0) return null;
  const member = new Uint8Array(65536);
  for (const number of numbers) member[number] = 1;
  return member;
}

/**
 * All rows in an order; where values are equal, as in the table. Kept by whoever asks often: filtering keeps the order,
 * so that a brush that moves sorts nothing.
 */
export function orderRows(
  { count, columns, change }: Pick<Rows, 'count' | 'columns' | 'change'>,
  order: Order,
): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const by = (values: Float32Array, descending: boolean): Uint32Array =>
    sortByKeys(all, orderKeys(values, all, descending));
  switch (order) {
    case 'hardest':
      return by(columns.e, false);
    case 'steadiest':
      return by(columns.e, true);
    case 'loss':
      return by(columns.loss, true);
    case 'weight':
      return by(columns.v, true);
    case 'fall':
      return by(change, false);
    case 'rise':
      return by(change, true);
    case 'class': {
      // Within a class the hardest first: the sort is stable.
      const hardest = by(columns.e, false);
      return sortByKeys(
        hardest,
        Uint32Array.from(hardest, (row) => columns.label[row]),
      );
    }
  }
}

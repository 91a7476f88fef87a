import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_COLUMNS, type SampleColumns } from '../../../src-main/contract/sample-table.ts';
import { hashOf } from '../../lib/sample-hash.ts';
import { SamplePaths } from './sample-paths.ts';
import {
  answerQuery,
  orderRows,
  binOf,
  BINS,
  changeOfE,
  MARK_KINDS,
  MARKED,
  ORDERS,
  TREND,
  WHOLE,
  type Rows,
  type SampleQuery,
} from './sample-query.ts';

/** One picture as an object: what the columns must mean. */
interface Plain {
  label: number;
  prediction: number;
  attackedPrediction: number;
  e: number;
  before: number;
  loss: number;
  v: number;
  empty: number;
  marks: number;
  path: string;
}

const share = fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5, 1));
const label = fc.integer({ min: 0, max: 4 });
const picture: fc.Arbitrary<Plain> = fc.record({
  label,
  prediction: label,
  attackedPrediction: label,
  e: share,
  before: fc.oneof(share, fc.constant(NaN)),
  loss: fc.float({ min: 0, max: 20, noNaN: true }),
  v: fc.float({ min: 0, max: 4, noNaN: true }),
  empty: fc.constantFrom(0, 1),
  marks: fc.integer({ min: 0, max: 63 }),
  path: fc.constantFrom('dogs/IMG_1.jpg', 'dogs/img_2.jpg', 'Füchse/ÄÖ.png', 'cats/a b.jpg', 'İstanbul/1.jpg'),
});

/** Mostly nothing: all filters together would leave no rows to put into an order. */
const rarely = <T>(chosen: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: chosen });
const option = <T>(...values: T[]): fc.Arbitrary<T | null> => rarely<T | null>(fc.constantFrom(...values), null);
const query: fc.Arbitrary<SampleQuery> = fc.record({
  e: rarely<SampleQuery['e']>(
    fc.tuple(share, share).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
    null,
  ),
  classes: rarely(fc.uniqueArray(label, { maxLength: 3 }), []),
  flip: option('flips' as const, 'holds' as const),
  answer: option('right' as const, 'wrong' as const),
  trend: option('rising' as const, 'falling' as const),
  empty: rarely(fc.boolean(), false),
  marks: rarely<SampleQuery['marks']>(
    fc.uniqueArray(fc.constantFrom(...MARK_KINDS, 'unmarked' as const), { maxLength: 2 }),
    [],
  ),
  group: fc.constant(null),
  text: rarely(fc.constantFrom('DOGS', 'img', 'ä', 'nothing', 'b.j', 'i'), ''),
  order: fc.constantFrom(...ORDERS),
});

function rowsOf(pictures: readonly Plain[], text: string, rounds: 1 | 2): Rows {
  const count = pictures.length;
  const columns = Object.fromEntries(
    SAMPLE_COLUMNS.map((name) => [name, new Float32Array(count)]),
  ) as unknown as SampleColumns;
  pictures.forEach((each, row) => {
    for (const name of ['label', 'prediction', 'attackedPrediction', 'e', 'loss', 'v', 'empty'] as const) {
      columns[name][row] = each[name];
    }
  });
  const es = pictures.map(({ e }) => e);
  const eByRound = Float32Array.from(rounds === 2 ? [...pictures.map(({ before }) => before), ...es] : es);
  return {
    count,
    columns,
    change: changeOfE(eByRound, rounds, count),
    marks: Uint8Array.from(pictures, ({ marks }) => marks),
    group: null,
    found: text === '' ? null : paths(pictures).find(text),
  };
}

const paths = (pictures: readonly Plain[]): SamplePaths =>
  new SamplePaths(new TextEncoder().encode(pictures.map(({ path }) => path).join('\n')), pictures.length);

/** The same said slowly: objects, a filter and a comparison. */
function naive(pictures: readonly Plain[], asked: SampleQuery, rounds: 1 | 2): { rows: number[]; histogram: number[] } {
  const change = ({ e, before }: Plain): number => (rounds === 2 ? Math.fround(e - before) : NaN);
  const filtered = pictures
    .map((each, row) => ({ ...each, row }))
    .filter(
      (each) =>
        (asked.classes.length === 0 || asked.classes.includes(each.label)) &&
        (asked.flip === null || (asked.flip === 'flips') === (each.prediction !== each.attackedPrediction)) &&
        (asked.answer === null || (asked.answer === 'right') === (each.prediction === each.label)) &&
        (asked.trend !== 'rising' || change(each) > TREND) &&
        (asked.trend !== 'falling' || change(each) < -TREND) &&
        (!asked.empty || each.empty === 1) &&
        (asked.marks.length === 0 ||
          asked.marks.some((kind) => (kind === 'unmarked' ? each.marks === 0 : (each.marks & MARKED[kind]) > 0))) &&
        each.path.toLowerCase().includes(asked.text.toLowerCase()),
    );
  const histogram = new Array<number>(BINS).fill(0);
  for (const { e } of filtered) histogram[binOf(e)] += 1;
  const [low, high] = asked.e ?? [0, 1];
  const inside = filtered.filter(({ e }) => e >= low && e <= high);
  const key = (each: Plain): number => {
    switch (asked.order) {
      case 'hardest':
      case 'class':
        return each.e;
      case 'steadiest':
        return -each.e;
      case 'loss':
        return -each.loss;
      case 'weight':
        return -each.v;
      case 'fall':
        return change(each);
      case 'rise':
        return -change(each);
    }
  };
  const compare = (a: Plain & { row: number }, b: Plain & { row: number }): number => {
    if (asked.order === 'class' && a.label !== b.label) return a.label - b.label;
    const [first, second] = [key(a), key(b)].map((value) => (Number.isNaN(value) ? Infinity : value));
    return first === second ? a.row - b.row : first - second;
  };
  return { rows: inside.sort(compare).map(({ row }) => row), histogram };
}

describe('answerQuery', () => {
  test('answers like a filter and a sort over objects', () => {
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 60 }), query, fc.constantFrom(1, 2), (pictures, asked, rounds) => {
        const rows = rowsOf(pictures, asked.text, rounds);
        const answer = answerQuery(rows, asked, orderRows(rows, asked.order));
        const expected = naive(pictures, asked, rounds);
        expect([...answer.rows]).toEqual(expected.rows);
        expect([...answer.histogram]).toEqual(expected.histogram);
      }),
      { numRuns: 500 },
    );
  });

  test('shows only the rows of the chosen group', () => {
    const pictures = fc.sample(picture, { numRuns: 5, seed: 1 });
    const rows = { ...rowsOf(pictures, '', 1), group: Uint8Array.of(0, 1, 0, 1, 0) };
    expect([...answerQuery(rows, WHOLE, orderRows(rows, WHOLE.order)).rows].sort()).toEqual([1, 3]);
  });
});

describe('pictures of several classes', () => {
  // Of 0 and 2, of 1, of 2; always surest of the first of them undisturbed.
  const labels = { first: Uint32Array.of(0, 2, 3, 4), values: Uint16Array.of(0, 2, 1, 2) };
  const [first] = fc.sample(picture, { numRuns: 1, seed: 1 });
  const pictures = [
    { label: 0, prediction: 0, attackedPrediction: 2, e: 0.1 },
    { label: 1, prediction: 1, attackedPrediction: 2, e: 0.2 },
    { label: 2, prediction: 0, attackedPrediction: 2, e: 0.3 },
  ].map((each) => ({ ...first, ...each }));
  const rows = { ...rowsOf(pictures, '', 1), labels };
  const found = (asked: Partial<SampleQuery>): number[] => [
    ...answerQuery(rows, { ...WHOLE, ...asked }, orderRows(rows, 'hardest')).rows,
  ];

  test('are found by each of their classes', () => {
    expect(found({ classes: [2] })).toEqual([0, 2]);
    expect(found({ classes: [0] })).toEqual([0]);
    expect(found({ classes: [0, 1] })).toEqual([0, 1]);
  });

  test('do not flip from one of their classes to another', () => {
    expect(found({ flip: 'flips' })).toEqual([1, 2]);
    expect(found({ flip: 'holds' })).toEqual([0]);
  });
});

describe('SamplePaths', () => {
  const all = ['a/1.jpg', 'Füchse/ÄÖ.png', '', 'b/2.jpg'];
  const four = new SamplePaths(new TextEncoder().encode(all.join('\n')), 4);

  test('gives each path, and the row of each', () => {
    expect([0, 1, 2, 3].map((row) => four.at(row))).toEqual(all);
    expect(all.map((path) => four.rowOf(path))).toEqual([0, 1, 2, 3]);
    expect(four.rowOf('a/2.jpg')).toBe(-1);
  });

  test('never finds what lies across two paths', () => {
    expect([...four.find('g\nf')]).toEqual([0, 0, 0, 0]);
    expect([...four.find('JPG')]).toEqual([1, 0, 0, 1]);
  });
});

test('a hash of zeros is no hash', () => {
  const hashes = new Uint8Array(64);
  hashes[32] = 0xab;
  expect(hashOf(hashes, 0)).toBeNull();
  expect(hashOf(hashes, 1)).toBe(`ab${'0'.repeat(62)}`);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSets } from '../numeric/label-sets.ts';
import { AssessmentTable } from './assessment-table.ts';
import { shardSlice } from './shards.ts';

describe('the slices of n shards', () => {
  it('are whole batches, as many as can be, in the order of the samples', () => {
    // 100 samples are batches 0-7, 8-15, ..., 96-99: 13 of them. Four shards begin at batch 0, 3.25, 6.5, 9.75.
    expect([1, 2, 3, 4].map((index) => shardSlice({ index, of: 4 }, 100, 8))).toEqual([
      { first: 0, count: 24 },
      { first: 24, count: 24 },
      { first: 48, count: 24 },
      { first: 72, count: 28 },
    ]);
  });

  it('hold every sample once, and differ by one batch at most', () => {
    const arguments_ = [
      fc.integer({ min: 1, max: 5_000_000 }),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 1, max: 300 }),
    ] as const;
    fc.assert(
      fc.property(...arguments_, (count, batch, of) => {
        const slices = Array.from({ length: of }, (_, i) => shardSlice({ index: i + 1, of }, count, batch));
        let next = 0;
        for (const slice of slices) {
          expect(slice.first).toBe(next);
          if (slice.count > 0) expect(slice.first % batch).toBe(0);
          next += slice.count;
        }
        expect(next).toBe(count);
        const batches = slices.map((slice) => Math.ceil(slice.count / batch));
        expect(Math.max(...batches) - Math.min(...batches)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('a table of several labels', () => {
  /** Pictures of classes {0}, {0,2}, {1}, {1,2}: 6 pairs, maps of one pixel whose value is the number of the pair. */
  const sets = new LabelSets(3, [[0], [0, 2], [1], [1, 2]], [[], [], [], []]);
  const stateOf = (table: AssessmentTable, pictures: readonly number[], pairs: readonly number[]): AssessmentTable => {
    const state = new Map(
      [...table.toState()].map(([name, { shape, data }]) => {
        const values = data.length === pairs.length ? pairs : pictures;
        return [name, { shape, data: Float32Array.from(values) }] as const;
      }),
    );
    for (const name of ['assessment.maps', 'assessment.attackedMaps']) {
      state.set(name, { shape: [pairs.length, 1, 1], data: Float32Array.from(pairs) });
    }
    const made = AssessmentTable.fromState(state, pictures.length, sets.pick(pictures));
    if (made === null) throw new Error('no table');
    return made;
  };

  it('is the same put together from tables of its parts, in whatever order they come', () => {
    const part = (...pictures: number[]): AssessmentTable => {
      const first = [0, 1, 3, 4, 6];
      const pairs = pictures.flatMap((i) => Array.from({ length: first[i + 1] - first[i] }, (_, k) => first[i] + k));
      return stateOf(new AssessmentTable(pictures.length, sets.pick(pictures)), pictures, pairs);
    };
    const whole = new AssessmentTable(4, sets);
    whole.place(Int32Array.of(2, 3), part(2, 3));
    whole.place(Int32Array.of(), new AssessmentTable(0, sets.pick([])));
    whole.place(Int32Array.of(0, 1), part(0, 1));
    expect(whole.toState()).toEqual(part(0, 1, 2, 3).toState());
    expect([...whole.column('e')]).toEqual([0, 1, 2, 3]);
    expect([...whole.labelMaps().maps.values]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

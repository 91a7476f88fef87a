import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SAMPLE_COLUMNS, type SampleColumns, type SampleTable } from '../../../src-main/contract/sample-table.ts';
import { hardestOf } from './hardest.ts';

function table(e: readonly number[], belief: readonly number[]): SampleTable {
  const count = e.length;
  const columns = Object.fromEntries(SAMPLE_COLUMNS.map((name) => [name, new Float32Array(count)]));
  return {
    ...{ run: 'r', round: 0, count, classes: ['cat', 'dog'], rounds: [0] },
    columns: {
      ...columns,
      e: Float32Array.from(e),
      labelProbability: Float32Array.from(belief),
    } as unknown as SampleColumns,
    eByRound: new Float32Array(count),
    ids: new Uint8Array(),
    hashes: Uint8Array.from({ length: 32 * count }, (_, i) => i >> 5),
    sizes: new Uint16Array(2 * count),
  };
}

it('finds the pictures with the lowest E, the more believed label first among equals', () => {
  const value = fc.constantFrom(0, 0.25, 0.5, 1);
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (rows, most) => {
      const sorted = rows
        .map(([e, belief], row) => ({ e, belief, row }))
        .sort((a, b) => a.e - b.e || b.belief - a.belief || a.row - b.row);
      const found = hardestOf(
        table(
          rows.map(([e]) => e),
          rows.map(([, belief]) => belief),
        ),
        most,
      );
      expect(found.map(({ row }) => row)).toEqual(sorted.slice(0, most).map(({ row }) => row));
    }),
  );
});

it('names each picture by the hash of its file', () => {
  const [first] = hardestOf(table([0.9, 0.1], [0, 0]), 1);
  expect(first).toMatchObject({ row: 1, hash: '01'.repeat(32), label: 'cat', attacked: null });
});

it('says all classes of a picture, and what the model says only where it is none of them', () => {
  const labels = { first: Uint32Array.of(0, 2, 3), values: Uint16Array.of(0, 1, 1) };
  const found = hardestOf({ ...table([0.1, 0.2], [0, 0]), labels }, 2);
  // Under attack the model says "cat" of both.
  expect(found).toMatchObject([
    { label: 'cat, dog', attacked: null },
    { label: 'dog', attacked: 'cat' },
  ]);
});

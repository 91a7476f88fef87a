import { expect, it } from 'vitest';
import { decodeSampleTable, encodeSampleTable, labelsOfRow, SAMPLE_COLUMNS } from './sample-table.ts';
import type { SampleColumns, SampleTable } from './sample-table.ts';

/** Three pictures; the label of the last is 1. */
function table(labels: Pick<SampleTable, 'labels'>): SampleTable {
  const floats = Object.fromEntries(SAMPLE_COLUMNS.map((name) => [name, Float32Array.of(0, 0.5, 1)]));
  const whole = { label: Uint16Array.of(0, 2, 1), prediction: Uint16Array.of(0, 2, 1) };
  return {
    ...{ run: 'r', round: 1, count: 3, classes: ['a', 'b', 'c'], rounds: [0, 1] },
    columns: {
      ...floats,
      ...whole,
      attackedPrediction: Uint16Array.of(1, 1, 1),
      empty: Uint8Array.of(0, 0, 1),
    } as unknown as SampleColumns,
    eByRound: new Float32Array(6),
    ids: new TextEncoder().encode('1\n2\n3'),
    hashes: new Uint8Array(96),
    sizes: new Uint16Array(6),
    ...labels,
  };
}
const again = (one: SampleTable): SampleTable => decodeSampleTable(new Uint8Array(encodeSampleTable(one)).buffer);

it('is read as it was written, with one class a picture or several', () => {
  expect(again(table({}))).toEqual(table({}));
  const labels = { first: Uint32Array.of(0, 2, 3, 5), values: Uint16Array.of(0, 1, 2, 0, 1) };
  const several = again(table({ labels }));
  expect(several).toEqual(table({ labels }));
  expect([0, 1, 2].map((row) => labelsOfRow(several, row))).toEqual([[0, 1], [2], [0, 1]]);
  expect([0, 1, 2].map((row) => labelsOfRow(again(table({})), row))).toEqual([[0], [2], [1]]);
});

import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { figuresCsv } from './figures-table.ts';

const figure = { value: 0.5, low: 0.25, high: 0.75, n: 8 };
const runs = [
  { id: '001-plain-s0', arm: 'plain', seed: 0 },
  { id: '002-consistency-s0', arm: 'consistency', seed: 0 },
] as const;

function read(text: string): Record<string, string>[] {
  return parse(text, { bom: true, columns: true, relax_column_count: false });
}

it('has a row for each measured figure of each run, with the change to the baseline', () => {
  const difference = { change: 0.25, low: 0.125, high: 0.375, verdict: 'better', sentence: 'More is right.' } as const;
  const top1 = { part: 'recognition', key: 'top1', term: 'top-1 accuracy' } as const;
  const text = figuresCsv(
    runs,
    [
      { ...top1, values: [figure, { ...figure, value: 0.75 }], differences: [null, difference] },
      // Measured on one of them only.
      { ...top1, key: 'top5', term: 'a "term", odd', values: [null, figure], differences: [null, null] },
      {
        ...{ part: 'consistency', key: 'e_mean', term: '=E', values: [figure, figure] },
        differences: [null, { ...difference, low: null, high: null, verdict: 'unknown' }],
      },
    ],
    '001-plain-s0',
  );
  const rows = read(text);
  expect(rows.map((row) => [row['run'], row['figure']])).toEqual([
    ['001-plain-s0', 'top1'],
    ['001-plain-s0', 'e_mean'],
    ['002-consistency-s0', 'top1'],
    ['002-consistency-s0', 'top5'],
    ['002-consistency-s0', 'e_mean'],
  ]);
  expect(rows[0]).toEqual({
    ...{ run: '001-plain-s0', arm: 'plain', seed: '0', part: 'recognition', figure: 'top1', term: 'top-1 accuracy' },
    ...{ value: '0.5', low: '0.25', high: '0.75', pictures: '8' },
    ...{ baseline: '', change: '', change_low: '', change_high: '', verdict: '' },
  });
  expect(rows[2]).toMatchObject({
    ...{ value: '0.75', baseline: '001-plain-s0', change: '0.25', change_low: '0.125', change_high: '0.375' },
    verdict: 'better',
  });
  expect(rows[3]).toMatchObject({ term: 'a "term", odd', change: '', verdict: '' });
  // A text that would be computed by a spreadsheet is none any more.
  expect(rows[4]).toMatchObject({ term: "'=E", change: '0.25', change_low: '', verdict: 'unknown' });
});

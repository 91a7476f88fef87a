import { parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import { picturesParquet } from './pictures-table.ts';

it('has a row for each picture of each run, and nothing where nothing was measured', async () => {
  const label = new Map([['b/2.png', 'b']]);
  const bytes = picturesParquet(
    [
      {
        run: '001-plain-s0',
        parts: [
          { part: 'recognition', ids: ['b/2.png', 'a/1.png'], columns: { correct: [1, 0] } },
          // A part that was measured on one picture only.
          { part: 'robustness', ids: ['a/1.png'], columns: { fgsm: Float32Array.of(0.5) } },
        ],
      },
      { run: '002-consistency-s0', parts: [] },
      { run: '003-noise-s0', parts: [{ part: 'recognition', ids: ['a/1.png'], columns: { correct: [NaN] } }] },
    ],
    (id) => label.get(id) ?? null,
  );
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  const base = { run: '001-plain-s0', label: null, 'robustness.fgsm': null };
  expect(rows).toEqual([
    { ...base, id: 'a/1.png', 'recognition.correct': 0, 'robustness.fgsm': 0.5 },
    { ...base, id: 'b/2.png', label: 'b', 'recognition.correct': 1 },
    { ...base, run: '003-noise-s0', id: 'a/1.png', 'recognition.correct': null },
  ]);
});

it('is a table without columns of measurements where nothing was measured at all', async () => {
  const bytes = picturesParquet([{ run: '001-plain-s0', parts: [] }], () => null);
  expect(await parquetReadObjects({ file: new Uint8Array(bytes).buffer })).toEqual([]);
});

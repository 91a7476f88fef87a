import { expect, it } from 'vitest';
import type { AssessmentRow } from '../../contract/run.ts';
import type { AssessmentColumns } from '../../workspace/round-tables.ts';
import { groupsOf } from './groups.ts';

function tableOf(rows: readonly Partial<AssessmentRow>[]): AssessmentColumns {
  const column = (name: Exclude<keyof AssessmentRow, 'id'>, missing: number) =>
    Float64Array.from(rows, (row) => Number(row[name] ?? missing));
  return {
    id: rows.map((_, i) => `${i}.jpg`),
    ...{ label: column('label', 0), prediction: column('prediction', 0) },
    ...{ attackedPrediction: column('attackedPrediction', 0), probability: column('probability', 0.9) },
    ...{ labelProbability: column('labelProbability', 0.9), attackedProbability: column('attackedProbability', 0.5) },
    attackedLabelProbability: column('attackedLabelProbability', 0.5),
    ...{ s: column('s', 1), q: column('q', 1), e: column('e', 1), v: column('v', 1), loss: column('loss', 1) },
    empty: column('empty', 0),
  };
}
/** The same of pictures of several classes. */
const severalTable = (rows: readonly Partial<AssessmentRow>[]): AssessmentColumns => ({
  ...tableOf(rows),
  several: rows.map(({ labels = [0], labelE = [1] }) => ({
    ...{ labels, labelE, labelProbabilities: [], attackedLabelProbabilities: [] },
  })),
});
const repeated = (n: number, row: Partial<AssessmentRow>) => Array.from({ length: n }, () => row);
const CLASSES = ['dog', 'wolf', 'cat'];

it('puts together what is hard in the same way, largest first, hardest first', () => {
  const table = tableOf([
    ...repeated(3, { prediction: 2, attackedPrediction: 1, e: 0.3, s: 0.9 }),
    ...repeated(10, { attackedPrediction: 1, e: 0.2, s: 0.3 }),
    { attackedPrediction: 1, e: 0.1, s: 0.9 },
    ...repeated(6, { e: 0.4, s: 0.5 }),
    ...repeated(4, { e: 0.45, s: 0.95, label: 1, prediction: 1, attackedPrediction: 1 }),
    { e: 0, empty: true, s: 0 },
    ...repeated(100, {}),
  ]);
  const groups = groupsOf(table, CLASSES);
  expect(groups.map(({ title, rows }) => [title, rows.length])).toEqual([
    ['dog becomes wolf', 11],
    ['dog, looked at elsewhere', 6],
    ['wolf, less sure', 4],
    ['dog taken for cat', 3],
    ['Nothing speaks for dog', 1],
  ]);
  expect(groups[0].rows.slice(0, 3)).toEqual([13, 3, 4]);
  expect(groups[0].text).toBe(
    '11 pictures of dog: when the background is disturbed, the model says wolf. Its gaze moves under the disturbance in 10 of them.',
  );
});

it('looks at the lowest twentieth where few are hard', () => {
  const table = tableOf([...repeated(2, { e: 0.4, s: 0.4 }), ...repeated(98, { e: 0.9, s: 0.9 })]);
  expect(groupsOf(table, CLASSES).map(({ rows }) => rows.length)).toEqual([3, 2]);
  expect(groupsOf(tableOf([]), CLASSES)).toEqual([]);
});

it('gathers the rarest into one group, and loses no picture', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    label: i % 50,
    prediction: i % 50,
    attackedPrediction: 60,
    e: i / 400,
  }));
  const groups = groupsOf(tableOf(rows), []);
  expect(groups).toHaveLength(40);
  expect(groups.at(-1)).toMatchObject({ key: 'others', text: '22 pictures that are hard in 11 rarer ways.' });
  expect(groups.flatMap((group) => group.rows).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
});

it('takes another class of the same picture for no mistake', () => {
  const groups = groupsOf(
    severalTable([
      ...repeated(3, { labels: [0, 2], attackedPrediction: 2, e: 0.2, s: 0.3 }),
      ...repeated(2, { labels: [0], attackedPrediction: 2, e: 0.3, s: 0.9 }),
      ...repeated(40, {}),
    ]),
    CLASSES,
  );
  expect(groups.map(({ title, rows }) => [title, rows])).toEqual([
    ['dog, looked at elsewhere', [0, 1, 2]],
    ['dog becomes cat', [3, 4]],
  ]);
  expect(groups[0].text).toContain('keeps saying one of its classes');
});

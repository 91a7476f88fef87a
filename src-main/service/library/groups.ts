/** Pictures that are hard in the same way, found together: by what the model says before and after, and how its gaze went. */
import type { SampleGroup } from '../../contract/sample-view.ts';
import { count, counted, sameAnswer } from '../../reports/words.ts';
import type { AssessmentColumns } from '../../workspace/round-tables.ts';
import { rowOf } from './round-columns.ts';

/** Below this E a picture is called hard. */
const HARD = 0.5;
/** Where fewer are hard, the lowest share is looked at as well. */
const ENOUGH = 24;
const LOWEST_SHARE = 0.05;
const MOST_GROUPS = 40;
/** From this S on the gaze stays at nearly the same place (a border of wording, as in reports). */
const SAME_PLACE = 0.85;

type Kind = 'wrong' | 'flips' | 'empty' | 'moved' | 'unsure';

export function groupsOf(table: AssessmentColumns, classes: readonly string[]): SampleGroup[] {
  const found = new Map<string, { kind: Kind; label: number; says: number; rows: number[] }>();
  for (const row of hardRows(table.e)) {
    const [kind, label, says] = [kindOf(table, row), table.label[row], saysOf(table, row)];
    const key = `${kind}-${label}-${says}`;
    const group = found.get(key);
    if (group === undefined) found.set(key, { kind, label, says, rows: [row] });
    else group.rows.push(row);
  }
  const bySize = [...found].sort(([, a], [, b]) => b.rows.length - a.rows.length);
  const name = (label: number) => classes[label] ?? `class ${String(label)}`;
  const named = bySize.length > MOST_GROUPS ? bySize.slice(0, MOST_GROUPS - 1) : bySize;
  const groups = named.map(([key, { kind, label, says, rows }]): SampleGroup => {
    // What it keeps saying may be one of the picture's classes before and another of them afterwards.
    const still = table.several !== undefined && says === label;
    const words = WORDS[kind](name(label), still ? 'one of its classes' : name(says), rows.length, moved(table, rows));
    return { key, ...words, rows };
  });
  const rest = bySize.slice(named.length);
  if (rest.length === 0) return groups;
  const rows = rest.flatMap(([, group]) => group.rows).sort((a, b) => table.e[a] - table.e[b] || a - b);
  return [
    ...groups,
    {
      key: 'others',
      title: 'Others',
      text: `${pictures(rows.length)} that are hard in ${count(rest.length)} rarer ways.`,
      rows,
    },
  ];
}

/** Rows that are hard, hardest first. */
function hardRows(e: Float64Array): number[] {
  const rows = Array.from(e.keys()).sort((a, b) => e[a] - e[b] || a - b);
  const hard = e.reduce((sum, value) => sum + Number(value < HARD), 0);
  return rows.slice(0, hard >= ENOUGH ? hard : Math.max(hard, Math.ceil(LOWEST_SHARE * rows.length)));
}

function kindOf(table: AssessmentColumns, row: number): Kind {
  if (table.prediction[row] !== table.label[row]) return 'wrong';
  if (!sameAnswer(rowOf(table, row))) return 'flips';
  if (table.empty[row] === 1) return 'empty';
  return table.s[row] < SAME_PLACE ? 'moved' : 'unsure';
}

/** The class that names the group beside the label. */
function saysOf(table: AssessmentColumns, row: number): number {
  if (table.prediction[row] !== table.label[row]) return table.prediction[row];
  return sameAnswer(rowOf(table, row)) ? table.label[row] : table.attackedPrediction[row];
}

const moved = ({ s }: AssessmentColumns, rows: readonly number[]): number =>
  rows.filter((row) => s[row] < SAME_PLACE).length;

const pictures = (n: number): string => counted(n, 'picture');

/** The label, the other class, how many pictures, and in how many of them the gaze moved. */
type Words = (
  label: string,
  says: string,
  n: number,
  moves: number,
) => { readonly title: string; readonly text: string };

const WORDS: Readonly<Record<Kind, Words>> = {
  flips: (label, says, n, moves) => ({
    title: `${label} becomes ${says}`,
    text: `${pictures(n)} of ${label}: when the background is disturbed, the model says ${says}. ${andGaze(n, moves)}`,
  }),
  wrong: (label, says, n, moves) => ({
    title: `${label} taken for ${says}`,
    text: `${pictures(n)} of ${label}: the model says ${says} before anything is disturbed. ${andGaze(n, moves)}`,
  }),
  empty: (label, _says, n) => ({
    title: `Nothing speaks for ${label}`,
    text: `${pictures(n)} of ${label}: the model names ${n === 1 ? 'it' : 'them'} correctly, but no place in the picture speaks for that before or after the disturbance.`,
  }),
  moved: (label, says, n) => ({
    title: `${label}, looked at elsewhere`,
    text: `${pictures(n)} of ${label}: the model keeps saying ${says}, but its gaze moves when the background is disturbed.`,
  }),
  unsure: (label, _says, n) => ({
    title: `${label}, less sure`,
    text: `${pictures(n)} of ${label}: name and gaze stay, but the model is less sure of it when the background is disturbed.`,
  }),
};

function andGaze(n: number, moves: number): string {
  if (n === 1)
    return moves === 1 ? 'Its gaze moves under the disturbance.' : 'Its gaze stays at nearly the same place.';
  if (moves === 0) return 'Its gaze stays at nearly the same place in all of them.';
  return moves === n
    ? 'Its gaze moves under the disturbance in all of them.'
    : `Its gaze moves under the disturbance in ${count(moves)} of them.`;
}

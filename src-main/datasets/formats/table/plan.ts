/** How a table is read: what is guessed of it, and what a person answered instead. Every guess is a choice. */
import type { Choice } from '../../format.ts';
import type { PictureFinder } from '../../pictures/find-picture.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { BOX_KINDS, columnsOf, guessBoxes } from './box-columns.ts';
import type { BoxColumns, BoxKind } from './box-columns.ts';
import {
  describeColumns,
  flagColumns,
  guessLabel,
  guessMask,
  guessPath,
  guessSplit,
  isHeaderless,
  isNamedLabel,
} from './columns.ts';
import type { Column } from './columns.ts';
import { guessSeparator, isListColumn, isSeparator } from './label-text.ts';
import type { Separator } from './label-text.ts';
import type { RowSource } from './row-source.ts';

export interface TablePlan {
  /** Names of all columns, each of them once. */
  readonly names: readonly string[];
  /** Whether the first row names the columns. */
  readonly headed: boolean;
  /** Indices of columns. */
  readonly path: number;
  readonly label: { readonly at: number; readonly separator: Separator } | { readonly flags: readonly number[] };
  readonly split: number | null;
  readonly mask: number | null;
  readonly boxes: BoxColumns | null;
  readonly choices: readonly Choice[];
  /** Share of the first rows whose picture is there, 0..1. */
  readonly found: number;
  /** Whether the classes were recognised, not just taken for want of anything better. */
  readonly sure: boolean;
}

type Answers = Readonly<Record<string, string>>;

const FLAGS = '0/1';
const NONE = '-';

/**
 * @param anyPicture finds also masks
 * @returns null where the table has fewer than two columns, or no rows
 */
export function planTable(
  source: RowSource,
  finder: PictureFinder,
  anyPicture: PictureFinder,
  answers: Answers,
): TablePlan | null {
  const choices: Choice[] = [];
  const ask = (
    choice: Omit<Choice, 'value' | 'options'>,
    guess: string,
    options: readonly (readonly [string, string])[],
  ) => {
    const answer = answers[choice.key];
    const value = answer !== undefined && options.some(([option]) => option === answer) ? answer : guess;
    choices.push({ ...choice, value, options: options.map(([option, label]) => ({ value: option, label })) });
    return value;
  };
  const header = headerOf(source, finder, ask);
  if (header === null || header.names.length < 2) return null;
  const { names, rows, headed } = header;
  const columns = describeColumns(names, rows, finder);
  const column = (i: number | null): string => (i === null ? NONE : names[i]);
  const index = (name: string): number | null => (name === NONE ? null : names.indexOf(name));
  const all = names.map((name) => [name, name] as const);

  const pathGuess = guessPath(columns) ?? 0;
  const path =
    index(
      ask({ key: 'path-column', label: "Column with the picture's file", explanation: '' }, column(pathGuess), all),
    ) ?? pathGuess;
  const others = all.filter(([name]) => name !== names[path]);
  const taken = new Set([path]);

  const split = index(
    ask(
      { key: 'split-column', label: 'Column that says train, validation or test', explanation: '' },
      column(guessSplit(columns, taken)),
      [[NONE, 'None'], ...others],
    ),
  );
  if (split !== null) taken.add(split);
  const boxes = askForBoxes(columns, ask);
  const boxColumns = boxes === null ? [] : columnsOf(boxes);
  const maskColumns = describeColumns(names, rows, anyPicture);
  const mask = askForMask(maskColumns, new Set([...taken, ...boxColumns]), ask);
  if (mask !== null) taken.add(mask);
  const { label, sure } = askForLabel(columns, new Set([...taken, ...boxColumns]), path, ask);
  return { names, headed, path, label, split, mask, boxes, choices, found: columns[path].found, sure };
}

type Ask = (
  choice: Omit<Choice, 'value' | 'options'>,
  guess: string,
  options: readonly (readonly [string, string])[],
) => string;

function headerOf(source: RowSource, finder: PictureFinder, ask: Ask): Header | null {
  const { columns, head } = source;
  if (columns !== null) return head.length === 0 ? null : { names: unique(columns), rows: head, headed: false };
  if (head.length === 0) return null;
  const [first, ...rest] = head;
  const guess = isHeaderless(first, rest, finder) ? 'no' : 'yes';
  const headed =
    ask({ key: 'header', label: 'First row', explanation: '' }, guess, [
      ['yes', 'It names the columns'],
      ['no', 'It is a picture like the others'],
    ]) === 'yes';
  if (headed) return rest.length === 0 ? null : { names: unique(first.cells), rows: rest, headed };
  return { names: first.cells.map((_, i) => `column ${i + 1}`), rows: head, headed };
}

interface Header {
  readonly names: readonly string[];
  readonly rows: readonly TableRow[];
  readonly headed: boolean;
}

/** Columns without a name get one, and of two with the same name the second one another. */
function unique(names: readonly string[]): string[] {
  const used = new Set<string>([NONE, FLAGS]);
  return names.map((name, i) => {
    const plain = name === '' ? `column ${i + 1}` : name;
    let own = plain;
    for (let n = 2; used.has(own); n++) own = `${plain} (${n})`;
    used.add(own);
    return own;
  });
}

function askForBoxes(columns: readonly Column[], ask: Ask): BoxColumns | null {
  const guess = guessBoxes(columns);
  if (guess === null) return null;
  const names = guess.at.map((i) => columns[i].name).join(', ');
  const value = ask({ key: 'boxes', label: 'Boxes of objects', explanation: `In the columns ${names}.` }, guess.kind, [
    [NONE, 'Do not read them'],
    ...BOX_KINDS.map((kind) => [kind, BOX_TITLES[kind]] as const),
  ]);
  return value === NONE ? null : { ...guess, kind: value as BoxKind };
}

const BOX_TITLES: Readonly<Record<BoxKind, string>> = {
  'edges-pixel': 'Left, top, right, bottom in pixels',
  'edges-share': 'Left, top, right, bottom as parts of the picture (0 to 1)',
  'size-pixel': 'Left, top, width, height in pixels',
  'size-share': 'Left, top, width, height as parts of the picture (0 to 1)',
  'centre-pixel': 'Middle, width, height in pixels',
  'centre-share': 'Middle, width, height as parts of the picture (0 to 1)',
};

function askForMask(columns: readonly Column[], taken: ReadonlySet<number>, ask: Ask): number | null {
  const guess = guessMask(columns, taken);
  if (guess === null) return null;
  const { name } = columns[guess];
  const value = ask({ key: 'mask-column', label: 'Column with the mask of the object', explanation: '' }, name, [
    [NONE, 'None'],
    [name, name],
  ]);
  return value === NONE ? null : guess;
}

function askForLabel(
  columns: readonly Column[],
  taken: ReadonlySet<number>,
  path: number,
  ask: Ask,
): Pick<TablePlan, 'label' | 'sure'> {
  const flags = flagColumns(columns, taken);
  const single = guessLabel(columns, taken);
  const preferFlags =
    flags.length > 1 &&
    (single === null || (!isNamedLabel(columns[single]) && (flags.length > 2 || flags.includes(single))));
  const free = columns.flatMap(({ name }, i) => (i === path ? [] : [[name, name] as const]));
  const guess = preferFlags ? FLAGS : single === null ? free[0][0] : columns[single].name;
  const value = ask({ key: 'label-column', label: 'Column with the class', explanation: '' }, guess, [
    ...(flags.length > 1 ? [[FLAGS, `Several columns of 0 and 1 (${flags.length})`] as const] : []),
    ...free,
  ]);
  const sure = preferFlags || single !== null;
  if (value === FLAGS) return { label: { flags }, sure };
  const at = columns.findIndex(({ name }) => name === value);
  if (isListColumn(columns[at].cells)) return { label: { at, separator: '' }, sure };
  const separator = ask(
    {
      key: 'label-separator',
      label: 'Classes in one cell',
      explanation: 'A picture may be of several classes, with something between their names.',
    },
    guessSeparator(columns[at].cells),
    [
      ['', 'One class a picture'],
      [';', 'Several, with semicolons between them'],
      ['|', 'Several, with | between them'],
      [',', 'Several, with commas between them'],
      [' ', 'Several, with spaces between them'],
      ['list', 'Several, as a list in brackets'],
    ],
  );
  return { label: { at, separator: isSeparator(separator) ? separator : '' }, sure };
}

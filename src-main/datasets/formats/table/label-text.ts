/** Classes in one cell: one of them, or several with something between them. */
import { LIST_SEPARATOR } from './row-source.ts';

/** '' is one class a cell; `list` is the text of a list, as Python and JSON write it: ['cat', 'dog']. */
export const SEPARATORS = ['', ';', '|', ',', ' ', 'list'] as const;
export type Separator = (typeof SEPARATORS)[number];

export const isSeparator = (text: string): text is Separator => (SEPARATORS as readonly string[]).includes(text);

/** Whether the table itself says that a cell holds several classes (Parquet): nothing is to be asked then. */
export const isListColumn = (cells: readonly string[]): boolean => cells.some((cell) => cell.includes(LIST_SEPARATOR));

const LIST = /^[[({](.*)[\])}]$/s;

/** The classes in a cell, in NFC, without repetition; none for an empty cell. */
export function separated(cell: string, separator: Separator): string[] {
  // A list of a Parquet file is one, whatever is asked for.
  if (cell.includes(LIST_SEPARATOR)) return tidy(cell.split(LIST_SEPARATOR));
  if (separator === '') return tidy([cell]);
  if (separator !== 'list') return tidy(cell.split(separator));
  const inside = LIST.exec(cell)?.[1];
  if (inside === undefined) return tidy([cell]);
  const quoted = [...inside.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? '');
  return tidy(quoted.length > 0 ? quoted : inside.split(/[,\s]+/));
}

function tidy(names: readonly string[]): string[] {
  const cleaned = names.map((name) => classNameOf(name)).filter((name) => name !== '');
  return cleaned.length < 2 ? cleaned : [...new Set(cleaned)];
}

/** A number that a program wrote as a fraction is a whole one: pandas makes 1.0 of 1 where a cell is empty. */
const classNameOf = (text: string): string => {
  const name = text.trim();
  return (/^-?\d+\.0+$/.test(name) ? name.slice(0, name.indexOf('.')) : name).normalize('NFC');
};

/** What parts several classes in the cells of a column; '' where they seem to be one class each. */
export function guessSeparator(cells: readonly string[]): Separator {
  if (cells.length === 0 || isListColumn(cells)) return '';
  if (cells.filter((cell) => LIST.test(cell)).length > cells.length / 2) return 'list';
  for (const separator of ['|', ';'] as const) {
    if (cells.some((cell) => separated(cell, separator).length > 1)) return separator;
  }
  if (ownWords(cells, ',') >= 0.5) return ',';
  return ownWords(cells, ' ') >= 0.8 ? ' ' : '';
}

/**
 * Share, among cells with several words, of those whose words all stand alone or in other company somewhere:
 * "haze primary" and "clear primary" are two classes each, "golden retriever" is one.
 */
function ownWords(cells: readonly string[], separator: ',' | ' '): number {
  const values = [...new Set(cells)].map((cell) => separated(cell, separator));
  const company = new Map<string, number>();
  const alone = new Set<string>();
  for (const parts of values) {
    for (const part of parts) company.set(part, (company.get(part) ?? 0) + 1);
    if (parts.length === 1) alone.add(parts[0]);
  }
  const several = values.filter((parts) => parts.length > 1);
  const free = several.filter((parts) => parts.every((part) => alone.has(part) || (company.get(part) ?? 0) > 1));
  return several.length === 0 ? 0 : free.length / several.length;
}

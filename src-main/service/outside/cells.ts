/** What stands in the cells of a table, or a sentence about why it cannot. */
import { unreadable } from '../../datasets/tables/table-file.ts';
import type { TableRow } from '../../datasets/tables/table-file.ts';

/** Place of a column by its name, upper and lower case alike; -1 where there is none. */
export function columnNamed(columns: readonly string[], name: string): number {
  return columns.findIndex((column) => column.toLowerCase() === name);
}

/** @throws SteadygazeError `data-unreadable` where one of the columns is missing */
export function columnsNamed(path: string, columns: readonly string[], names: readonly string[]): number[] {
  const missing = names.filter((name) => columnNamed(columns, name) < 0);
  if (missing.length > 0) {
    throw unreadable(path, `The first line must name the columns ${names.join(', ')}; missing: ${missing.join(', ')}.`);
  }
  return names.map((name) => columnNamed(columns, name));
}

/** A number as programs write it; NaN for everything else. `-inf` is the logit of what is ruled out. */
export function numberOf(cell: string): number {
  if (/^[+-]?inf(inity)?$/i.test(cell)) return cell.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : NaN;
}

/** Index of a picture. @throws SteadygazeError `data-unreadable` where it is none of `count` */
export function indexIn(path: string, { cells, line }: TableRow, at: number, count: number): number {
  const index = numberOf(cells[at]);
  if (!Number.isInteger(index) || index < 0) {
    throw unreadable(path, `Line ${line}: "${cells[at]}" is no index; the first picture has the index 0.`);
  }
  if (index >= count) {
    throw unreadable(path, `Line ${line}: there is no picture ${index}; there are ${count}, the last is ${count - 1}.`);
  }
  return index;
}

/** Yes or no. @throws SteadygazeError `data-unreadable` */
export function truthIn(path: string, { cells, line }: TableRow, at: number, column: string): boolean {
  const text = cells[at].toLowerCase();
  if (text === 'true' || numberOf(text) === 1) return true;
  if (text === 'false' || numberOf(text) === 0) return false;
  throw unreadable(path, `Line ${line}: ${column} must be 0 or 1, not "${cells[at]}".`);
}

/** "3 pictures", "1 picture". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${String(count)} ${count === 1 ? one : many}`;

/** Tables as text that every spreadsheet opens (RFC 4180), and that runs nothing when it is opened. */

export type Cell = string | number | boolean | null;

/** Lets spreadsheets take the file for UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF';

/** One line a row, the names of the columns first; an empty cell for null and for what is no number. */
export function csvText(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.map(cellText).join(',')];
  for (const row of rows) lines.push(row.map(cellText).join(','));
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return String(cell);
  // A text that begins like a formula would be computed: a picture's name must not be a program.
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

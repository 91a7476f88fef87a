/**
 * Rows of a table of any length that was written as text, from any tree. Where `table-file.ts` refuses a table with one
 * broken line, this goes on behind it: a broken line is told, and costs nothing but itself. csv-parse cannot do that,
 * as a quote that never closes makes it take the rest of the file for one cell.
 */
import type { Readable } from 'node:stream';
import type { TableRow } from './table-file.ts';

/** How a table is written, guessed from its beginning. */
export interface TextShape {
  /** As TextDecoder calls it. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly separator: string;
  readonly lineEnd: '\n' | '\r';
}

export type OnBroken = (line: number, reason: string) => void;

/** A cell may hold line ends inside of quotes; beyond this, a quote was simply forgotten. */
const MAX_CELL_LINES = 50;
const MAX_LINE_LENGTH = 100_000;
/** So many cells with forgotten quotes are searched for their end; in a table of nothing else, that would take hours. */
const MAX_SEARCHES = 1000;

const SEPARATORS = [',', ';', '\t'];

/**
 * The separator that the first line uses most: a comma in a class name must not hide the semicolons.
 * @param spaces whether words may also be parted by spaces, as in lists for other programs
 */
export function separatorIn(head: string, spaces = false): string {
  const [line = ''] = head
    .replaceAll(/"(?:[^"]|"")*"/g, '')
    .split(/\r\n|\n|\r/)
    .filter((text) => text.trim() !== '');
  const counts = SEPARATORS.map((separator) => line.split(separator).length);
  const most = Math.max(...counts);
  return most === 1 && spaces && line.trim().includes(' ') ? ' ' : SEPARATORS[counts.indexOf(most)];
}

/** @param head the first bytes, some thousands of them */
export function shapeOf(head: Uint8Array, spaces: boolean): TextShape {
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head, { stream: true });
  const lineEnd = text.includes('\r') && !text.includes('\n') ? '\r' : '\n';
  return { encoding, separator: separatorIn(text, spaces), lineEnd };
}

function encodingOf(head: Uint8Array): TextShape['encoding'] {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252'; // what Excel writes as "CSV" in western countries
  }
}

/** Rows in the order of the file, many at a time; empty ones are left out. Spaces around cells are removed. */
export async function* readRows(
  source: Readable | readonly Uint8Array[],
  shape: TextShape,
  onBroken: OnBroken,
): AsyncGenerator<TableRow[], undefined> {
  const assembler = new RowAssembler(shape.separator, onBroken);
  const decoder = new TextDecoder(shape.encoding);
  const end = shape.lineEnd;
  let rest = '';
  let skipping = false;
  const take = (text: string, last: boolean): TableRow[] => {
    const lines = (rest + text).split(end);
    rest = last ? '' : (lines.pop() ?? '');
    const rows: TableRow[] = [];
    for (const line of lines) {
      if (skipping) skipping = false;
      else assembler.add(end === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line, rows);
    }
    if (rest.length > MAX_LINE_LENGTH) {
      if (!skipping) assembler.tooLong(rows);
      skipping = true;
      rest = '';
    }
    if (last) assembler.finish(rows);
    return rows;
  };
  for await (const bytes of source) {
    const rows = take(decoder.decode(bytes as Uint8Array, { stream: true }), false);
    if (rows.length > 0) yield rows;
  }
  const rows = take(decoder.decode(), true);
  if (rows.length > 0) yield rows;
}

/** Puts lines together to rows: a quoted cell may go over several of them. */
class RowAssembler {
  readonly #separator: string;
  readonly #onBroken: OnBroken;
  readonly #quoted: RegExp;
  #line = 0;
  /** Lines of a row whose last cell is not closed yet. */
  #open: string[] = [];
  #searches = 0;

  constructor(separator: string, onBroken: OnBroken) {
    this.#separator = separator;
    this.#onBroken = onBroken;
    const next = separator === '\t' ? '\\t' : separator;
    this.#quoted = new RegExp(` *"([^"]*(?:""[^"]*)*)" *(?:${next}|$)`, 'y');
  }

  /** @param rows receives what is complete */
  add(line: string, rows: TableRow[]): void {
    if (line.length > MAX_LINE_LENGTH) return this.tooLong(rows);
    this.#line++;
    if (this.#open.length === 0) return this.#begin(line, rows);
    this.#open.push(line);
    if (line.includes('"')) {
      const first = this.#line - this.#open.length + 1;
      const cells = this.#split(this.#open.join('\n'));
      if (cells !== null) {
        this.#open = [];
        return this.#push(cells, first, rows);
      }
    }
    if (this.#open.length >= MAX_CELL_LINES) this.#giveUp(rows);
  }

  tooLong(rows: TableRow[]): void {
    this.finish(rows);
    this.#onBroken(++this.#line, `It is longer than ${MAX_LINE_LENGTH.toLocaleString('en')} letters.`);
  }

  finish(rows: TableRow[]): void {
    while (this.#open.length > 0) this.#giveUp(rows);
  }

  #begin(line: string, rows: TableRow[]): void {
    const cells = this.#split(line);
    if (cells === null) {
      if (this.#searches++ < MAX_SEARCHES) this.#open = [line];
      else this.#tellOpen(this.#line);
    } else this.#push(cells, this.#line, rows);
  }

  #push(cells: readonly string[], line: number, rows: TableRow[]): void {
    if (cells.some((cell) => cell !== '')) rows.push({ cells, line });
  }

  /** The quote is never closed: only its line is broken, what follows is read anew. */
  #giveUp(rows: TableRow[]): void {
    const following = this.#open.slice(1);
    this.#open = [];
    this.#line -= following.length;
    this.#tellOpen(this.#line);
    for (const line of following) this.add(line, rows);
  }

  #tellOpen(line: number): void {
    this.#onBroken(line, 'A quotation mark opens a cell and is never closed, or stands in the middle of one.');
  }

  /** The cells of a row, or null where a quote is open at its end. */
  #split(text: string): string[] | null {
    if (this.#separator === ' ' && !text.includes('"')) return text.trim().split(/ +/);
    if (!text.includes('"')) return text.split(this.#separator).map((cell) => cell.trim());
    const cells: string[] = [];
    for (let at = 0; ;) {
      this.#quoted.lastIndex = at;
      const quoted = this.#quoted.exec(text);
      if (quoted !== null) {
        cells.push(quoted[1].replaceAll('""', '"').trim());
        at = this.#quoted.lastIndex;
        if (!quoted[0].endsWith(this.#separator)) return cells;
        continue;
      }
      const next = text.indexOf(this.#separator, at);
      const cell = text.slice(at, next < 0 ? undefined : next).trim();
      // A quote inside of a cell is a letter: 5" pipe. At its beginning it opens the cell.
      if (cell.startsWith('"')) return null;
      cells.push(cell);
      if (next < 0) return cells;
      at = next + 1;
    }
  }
}

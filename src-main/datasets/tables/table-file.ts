/**
 * Reads tables that other programs wrote as text: columns are found by their names, rows come one by one. Separated by
 * commas, semicolons or tabs; with or without a byte order mark; lines end in LF or CR LF.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { separatorIn } from './table-lines.ts';

export interface TableRow {
  /** One a column, spaces around it removed; empty where the row ends early. */
  readonly cells: readonly string[];
  /** In the file, counted from 1. */
  readonly line: number;
}

export interface TableFile {
  /** As they are written in the first line. */
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<TableRow>;
}

export interface TableOptions {
  /** What the columns are called where the first line holds numbers instead of names; without it, it must name them. */
  readonly unnamed?: readonly string[];
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Opens a table. Its rows are read once.
 * @throws SteadygazeError `not-found`, `data-unreadable`; also while rows are read
 */
export async function openTable(path: string, options: TableOptions = {}): Promise<TableFile> {
  const rows = parsedRows(path, await separatorOf(path));
  const first = await rows.next();
  if (first.done === true) throw unreadable(path, 'The table is empty.');
  const { record } = first.value;
  const named = options.unnamed === undefined || !record.every(isNumber);
  const columns = named ? record : options.unnamed.slice(0, record.length);
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw unreadable(path, `Two columns have the same name: "${twice}".`);
  const width = record.length;
  async function* all(): AsyncIterable<TableRow> {
    if (!named) yield rowOf(path, first.value as Parsed, width);
    for await (const row of rows) yield rowOf(path, row, width);
  }
  return { columns, rows: all() };
}

function rowOf(path: string, { record, info }: Parsed, width: number): TableRow {
  // Spreadsheets end rows with empty cells, or leave them out.
  if (record.slice(width).some((cell) => cell !== '')) {
    throw unreadable(path, `Line ${info.lines} has more cells than the table has columns.`);
  }
  const cells = record.length === width ? record : Array.from({ length: width }, (_, i) => record[i] ?? '');
  return { cells, line: info.lines };
}

async function* parsedRows(path: string, delimiter: string): AsyncGenerator<Parsed, undefined> {
  const parser = parse({
    bom: true,
    trim: true,
    info: true,
    delimiter,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    relax_column_count: true,
  });
  const source = createReadStream(path);
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) yield row as Parsed;
  } catch (error) {
    const malformed = error instanceof Error && (systemCode(error) ?? '').startsWith('CSV_');
    if (malformed) throw unreadable(path, `The table could not be understood (${error.message}).`);
    if (error instanceof SteadygazeError || systemCode(error) === undefined) throw error;
    throw unreadable(path, reasonOfSystem(error));
  } finally {
    source.destroy();
  }
}

async function separatorOf(path: string): Promise<string> {
  let head: string;
  try {
    // Asked before it is opened: opening a pipe waits for somebody to write into it.
    if (!(await stat(path)).isFile()) throw unreadable(path, 'It is no file.');
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
      head = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `This file does not exist: ${path}`);
    if (error instanceof SteadygazeError || systemCode(error) === undefined) throw error;
    throw unreadable(path, reasonOfSystem(error));
  }
  return separatorIn(head);
}

/** Whether a cell is a number as programs write it. */
const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));

/** A sentence about a table that cannot be used. */
export function unreadable(path: string, reason: string, hint = ''): SteadygazeError {
  return new SteadygazeError('data-unreadable', `${path}: ${reason}`, hint);
}

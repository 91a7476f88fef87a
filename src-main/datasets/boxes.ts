/** Reads `boxes.csv`: one object a row, `path,x0,y0,x1,y1` in pixels of the upright picture. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { systemCode } from '../contract/errors.ts';
import type { Box, Problem } from './dataset.ts';
import { reasonOfSystem } from './picture-file.ts';

const COLUMNS = ['path', 'x0', 'y0', 'x1', 'y1'] as const;

/** A readable picture, as far as boxes are concerned. */
export interface BoxedPicture {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** One spelling for one path: forward slashes, no leading `./`, composed letters. */
export const normalisePath = (path: string): string =>
  path.trim().replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');

/**
 * @returns the boxes of each picture by id. Boxes that reach over the edge are cut there (reported where
 * by more than a pixel); rows that mean nothing become problems.
 */
export async function readBoxes(
  file: string,
  name: string,
  pictures: readonly BoxedPicture[],
  problems: Problem[],
): Promise<Map<string, Box[]>> {
  const boxes = new Map<string, Box[]>();
  const report = (reason: string, line?: number): void => {
    problems.push({ file: name, kind: 'bad-box', reason: line === undefined ? reason : `Line ${line}: ${reason}` });
  };
  let rows: readonly { record: Record<string, string | undefined>; info: { lines: number } }[];
  try {
    rows = parse(await readFile(file), {
      bom: true,
      trim: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      columns: (header: string[]) => header.map((column) => column.toLowerCase()),
    });
  } catch (error) {
    const malformed = error instanceof Error && (systemCode(error) ?? '').startsWith('CSV_');
    report(malformed ? `The table could not be understood (${error.message}).` : reasonOfSystem(error));
    return boxes;
  }
  const first = rows[0]?.record;
  if (first === undefined) {
    report('The table holds no row.');
    return boxes;
  }
  const missing = COLUMNS.filter((column) => !(column in first));
  if (missing.length > 0) {
    report(`The first line must name the columns ${COLUMNS.join(', ')}; missing: ${missing.join(', ')}.`);
    return boxes;
  }
  const byPath = new Map(pictures.map((picture) => [normalisePath(picture.id), picture]));
  for (const { record, info } of rows) {
    const path = record['path'] ?? '';
    const picture = byPath.get(normalisePath(path));
    if (picture === undefined) {
      report(`"${path}" is not one of the readable pictures.`, info.lines);
      continue;
    }
    const box = readBox(record, picture);
    if (typeof box === 'string') {
      report(box, info.lines);
      continue;
    }
    if (box.overhang > 1) report(`The box of "${path}" reached over the edge of the picture and was cut.`, info.lines);
    const known = boxes.get(picture.id);
    if (known) known.push(box.box);
    else boxes.set(picture.id, [box.box]);
  }
  return boxes;
}

/** The box of one row cut to the picture, or what is wrong with it. */
function readBox(
  record: Readonly<Record<string, string | undefined>>,
  { width, height }: BoxedPicture,
): { readonly box: Box; readonly overhang: number } | string {
  const [x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN] = COLUMNS.slice(1).map((column) => {
    const text = record[column] ?? '';
    return text === '' ? NaN : Number(text);
  });
  if (![x0, y0, x1, y1].every(Number.isFinite)) return 'x0, y0, x1 and y1 must be numbers.';
  if (x1 <= x0 || y1 <= y0) return 'The box has no area: x1 must be larger than x0, and y1 larger than y0.';
  const box = { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(width, x1), y1: Math.min(height, y1) };
  if (box.x1 <= box.x0 || box.y1 <= box.y0) return `The box lies outside the picture of ${width} x ${height} pixels.`;
  return { box, overhang: Math.max(-x0, -y0, x1 - width, y1 - height) };
}

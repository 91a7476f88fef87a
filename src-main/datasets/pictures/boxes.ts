/**
 * Boxes of objects: those of `boxes.csv` (one object a row, `path,x0,y0,x1,y1` in pixels of the upright picture), and how
 * boxes of any source are fitted to their pictures.
 */
import { parse } from 'csv-parse/sync';
import { systemCode } from '../../contract/errors.ts';
import type { Box, Problem } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { ListedBox, ListedPicture } from '../format.ts';
import { reasonOfSystem } from './picture-file.ts';

const COLUMNS = ['path', 'x0', 'y0', 'x1', 'y1'] as const;

/** One spelling for one path: forward slashes, no leading `./`, composed letters. */
export const normalisePath = (path: string): string =>
  path.trim().replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');

/**
 * @param ids  the pictures that were listed
 * @returns the boxes of each picture by id; rows that mean nothing become problems
 */
export async function readBoxes(
  tree: FileTree,
  name: string,
  ids: readonly string[],
  problems: Problem[],
): Promise<Map<string, ListedBox[]>> {
  const boxes = new Map<string, ListedBox[]>();
  const report = (reason: string, line?: number): void => {
    problems.push({ file: name, kind: 'bad-box', reason: line === undefined ? reason : `Line ${line}: ${reason}` });
  };
  let rows: readonly { record: Record<string, string | undefined>; info: { lines: number } }[];
  try {
    rows = parse(Buffer.from(await tree.read(name)), {
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
  const byPath = new Map(ids.map((id) => [normalisePath(id), id]));
  for (const { record, info } of rows) {
    const path = record['path'] ?? '';
    const id = byPath.get(normalisePath(path));
    if (id === undefined) {
      report(`"${path}" is not one of the pictures.`, info.lines);
      continue;
    }
    const [x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN] = COLUMNS.slice(1).map((column) => {
      const text = record[column] ?? '';
      return text === '' ? NaN : Number(text);
    });
    const box: ListedBox = { x0, y0, x1, y1, unit: 'pixel', from: { file: name, line: info.lines } };
    const known = boxes.get(id);
    if (known) known.push(box);
    else boxes.set(id, [box]);
  }
  return boxes;
}

/**
 * The boxes of a picture in its own pixels, cut at its edges. What means nothing is left out and reported; so is a box
 * that had to be cut by more than a pixel.
 * @param labels number of each class
 */
export function fitBoxes(
  { id, boxes = [], annotatedSize }: ListedPicture,
  { width, height }: { readonly width: number; readonly height: number },
  labels: ReadonlyMap<string, number>,
  problems: Problem[],
): Box[] {
  return boxes.flatMap((listed): Box[] => {
    const report = (reason: string): void => {
      const { from } = listed;
      problems.push({
        file: from?.file ?? id,
        kind: 'bad-box',
        reason: from === undefined ? reason : `Line ${from.line}: ${reason}`,
      });
    };
    const [across, down] =
      listed.unit === 'share'
        ? [width, height]
        : [width / (annotatedSize?.[0] ?? width), height / (annotatedSize?.[1] ?? height)];
    const [x0, x1] = [listed.x0 * across, listed.x1 * across];
    const [y0, y1] = [listed.y0 * down, listed.y1 * down];
    if (![x0, y0, x1, y1].every(Number.isFinite)) {
      report('x0, y0, x1 and y1 must be numbers.');
      return [];
    }
    if (x1 <= x0 || y1 <= y0) {
      report('The box has no area: x1 must be larger than x0, and y1 larger than y0.');
      return [];
    }
    const box = { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(width, x1), y1: Math.min(height, y1) };
    if (box.x1 <= box.x0 || box.y1 <= box.y0) {
      report(`The box lies outside the picture of ${width} x ${height} pixels.`);
      return [];
    }
    if (Math.max(-x0, -y0, x1 - width, y1 - height) > 1) {
      report(`The box of "${id}" reached over the edge of the picture and was cut.`);
    }
    const label = listed.className === undefined ? undefined : labels.get(listed.className);
    return [label === undefined ? box : { ...box, label }];
  });
}

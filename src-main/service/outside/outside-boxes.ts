/** Tables that belong to heatmaps of another program: where the objects are, and whether the class was right. */
import { SteadygazeError } from '../../contract/errors.ts';
import { openTable, unreadable } from '../../datasets/tables/table-file.ts';
import type { TableRow } from '../../datasets/tables/table-file.ts';
import { FRAME } from '../../evaluation/heatmap-frame.ts';
import type { PixelBox } from '../../numeric/boxes.ts';
import { columnsNamed, counted, indexIn, numberOf, truthIn } from './cells.ts';

const BOX_COLUMNS = ['index', 'x0', 'y0', 'x1', 'y1'];
const CORRECT_COLUMNS = ['index', 'correct'];

export interface OutsideBoxes {
  /** By the index of the picture. */
  readonly boxes: ReadonlyMap<number, readonly PixelBox[]>;
  /** Plain sentences. */
  readonly notes: readonly string[];
}

/**
 * Reads `boxes.csv`: index,x0,y0,x1,y1 in the 224x224 frame, all four edges inclusive (a single pixel is 5,7,5,7), any
 * number of rows a picture.
 * @param count how many pictures there are
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function readOutsideBoxes(path: string, count: number): Promise<OutsideBoxes> {
  const { columns, rows } = await openTable(path, { unnamed: BOX_COLUMNS });
  const [at, ...edges] = columnsNamed(path, columns, BOX_COLUMNS);
  const boxes = new Map<number, PixelBox[]>();
  let cut = 0;
  for await (const row of rows) {
    const index = indexIn(path, row, at, count);
    const given = boxIn(path, row, edges);
    const box = withinFrame(given);
    if (box === null) {
      throw unreadable(
        path,
        `Line ${row.line}: the box of picture ${index} lies outside the frame of ${FRAME} x ${FRAME} pixels.`,
        `Boxes are in pixels of a picture that was resized to ${FRAME} x ${FRAME}: 0 to ${FRAME - 1}.`,
      );
    }
    if (box !== given) cut++;
    const known = boxes.get(index);
    if (known === undefined) boxes.set(index, [box]);
    else known.push(box);
  }
  const notes =
    cut === 0
      ? []
      : [
          `${counted(cut, 'box reaches', 'boxes reach')} over the edge of the ${FRAME} x ${FRAME} frame, and ` +
            `${cut === 1 ? 'was' : 'were'} cut there. Pixels are counted from 0 to ${FRAME - 1}, and x1, y1 belong to the box.`,
        ];
  return { boxes, notes };
}

function boxIn(path: string, { cells, line }: TableRow, edges: readonly number[]): PixelBox {
  const [x0, y0, x1, y1] = edges.map((edge) => numberOf(cells[edge]));
  if (![x0, y0, x1, y1].every(Number.isFinite)) throw unreadable(path, `Line ${line}: x0, y0, x1, y1 must be numbers.`);
  if (x1 < x0 || y1 < y0) {
    throw unreadable(path, `Line ${line}: the box ends before it begins; x1 must not be below x0, nor y1 below y0.`);
  }
  return { x0, y0, x1, y1 };
}

/** The box cut to the frame; itself where nothing is cut off; null where nothing is left. */
function withinFrame(box: PixelBox): PixelBox | null {
  const last = FRAME - 1;
  const { x0, y0, x1, y1 } = box;
  if (x0 > last || y0 > last || x1 < 0 || y1 < 0) return null;
  if (x0 >= 0 && y0 >= 0 && x1 <= last && y1 <= last) return box;
  return { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(last, x1), y1: Math.min(last, y1) };
}

/**
 * Reads `correct.csv`: index,correct, where correct is 0 or 1.
 * @returns [count] 1 where the class was right; a picture without a row is 255
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function readCorrect(path: string, count: number): Promise<Uint8Array> {
  const { columns, rows } = await openTable(path, { unnamed: CORRECT_COLUMNS });
  const [at, correctAt] = columnsNamed(path, columns, CORRECT_COLUMNS);
  const correct = new Uint8Array(count).fill(UNKNOWN);
  for await (const row of rows) {
    const index = indexIn(path, row, at, count);
    if (correct[index] !== UNKNOWN)
      throw unreadable(path, `Line ${row.line}: picture ${index} is there a second time.`);
    correct[index] = truthIn(path, row, correctAt, 'correct') ? 1 : 0;
  }
  return correct;
}

const UNKNOWN = 255;

/**
 * Of every picture that is judged it must be known whether its class was right: leaving out the others would make
 * Top-1 Loc a figure about other pictures than the rest.
 * @throws SteadygazeError `data-unreadable`
 */
export function refuseUnknownCorrect(path: string, correct: Uint8Array, judged: readonly number[]): void {
  const missing = judged.find((index) => correct[index] === UNKNOWN);
  if (missing === undefined) return;
  throw new SteadygazeError(
    'data-unreadable',
    `${path} does not say whether the class of picture ${missing} was right.`,
    'It needs one row for every picture: index,correct.',
  );
}

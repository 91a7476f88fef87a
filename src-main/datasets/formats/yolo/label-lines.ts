/**
 * The label file of a picture: one object a line, in shares of the picture's width and height. `class cx cy width
 * height` is a box (with a sixth number, its confidence), `class x1 y1 x2 y2 x3 y3 ...` an outline
 * (docs.ultralytics.com/datasets/segment).
 */
import { linesOf } from '../text-lines.ts';

export type LabelLine = { readonly number: number; readonly line: number } & (
  { readonly box: readonly [number, number, number, number] } | { readonly polygon: readonly number[] }
);

export interface LabelFile {
  readonly rows: readonly LabelLine[];
  readonly problems: readonly string[];
}

/** Whether a text begins like a label file. */
export const looksLikeLabels = (text: string): boolean =>
  /^\s*\d+(\s+-?\d*\.?\d+(e[+-]?\d+)?){4,}\s*(\n|\r|$)/i.test(text);

/** @param hasJoints what follows the box are joints, not an outline */
export function readLabels(text: string, hasJoints: boolean): LabelFile {
  const rows: LabelLine[] = [];
  const problems: string[] = [];
  for (const { text: written, line } of linesOf(text)) {
    const values = written.split(/\s+/).map(Number);
    const [number = NaN, ...rest] = values;
    if (!values.every(Number.isFinite) || !Number.isInteger(number) || number < 0) {
      problems.push(`Line ${line}: a line is the number of a class, and numbers for a box or an outline.`);
      continue;
    }
    const [cx = 0, cy = 0, width = 0, height = 0] = rest;
    if (rest.length === 4 || rest.length === 5 || (hasJoints && rest.length > 5)) {
      rows.push({ number, line, box: [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2] });
    } else if (rest.length >= 6 && rest.length % 2 === 0) {
      rows.push({ number, line, polygon: rest });
    } else {
      const count = `${rest.length} numbers after the class`;
      problems.push(`Line ${line}: ${count} are neither a box (4) nor the corners of an outline (6, 8, ...).`);
    }
  }
  return { rows, problems };
}

/** How far corners of a turned box may be off: labels are written with about six digits. */
const TOLERANCE = 0.002;

/** Whether an outline may be a box that is turned: four corners, opposite sides alike. */
export function isTurnedBox(polygon: readonly number[]): boolean {
  if (polygon.length !== 8) return false;
  const [x0, y0, x1, y1, x2, y2, x3, y3] = polygon;
  return Math.abs(x0 + x2 - x1 - x3) < TOLERANCE && Math.abs(y0 + y2 - y1 - y3) < TOLERANCE;
}

/** Columns that say where an object lies in its picture. */
import type { ListedBox } from '../../format.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { isNumber, plainName } from './columns.ts';
import type { Column } from './columns.ts';

/**
 * `edges`: left, top, right, bottom. `size`: left, top, width, height. `centre`: middle, width, height. In pixels, or in
 * shares of the picture's width and height.
 */
export const BOX_KINDS = [
  'edges-pixel',
  'edges-share',
  'size-pixel',
  'size-share',
  'centre-pixel',
  'centre-share',
] as const;
export type BoxKind = (typeof BOX_KINDS)[number];

export interface BoxColumns {
  readonly kind: BoxKind;
  /** Indices of the four columns, in the order of the kind. */
  readonly at: readonly number[];
  /** Indices of the columns with the size of the whole picture; null where there are none. */
  readonly pictureSize: readonly [number, number] | null;
}

const NAMES: readonly (readonly ['edges' | 'size' | 'centre', string])[] = [
  ['edges', 'x0 y0 x1 y1'],
  ['edges', 'xmin ymin xmax ymax'],
  ['edges', 'x1 y1 x2 y2'],
  ['edges', 'left top right bottom'],
  ['edges', 'minx miny maxx maxy'],
  ['centre', 'xcenter ycenter width height'],
  ['centre', 'xcentre ycentre width height'],
  ['centre', 'xcenter ycenter w h'],
  ['centre', 'cx cy w h'],
  ['centre', 'cx cy width height'],
  ['size', 'x y width height'],
  ['size', 'x y w h'],
  ['size', 'xmin ymin width height'],
  ['size', 'left top width height'],
  ['size', 'x0 y0 width height'],
  ['size', 'x0 y0 w h'],
];

export function guessBoxes(columns: readonly Column[]): BoxColumns | null {
  const plain = columns.map(({ name }) => plainName(name));
  const names = plain.map((name) => name.replace(/^(bbox|boundingbox|box|roi)(?=.)/, ''));
  for (const [kind, set] of NAMES) {
    const at = set.split(' ').map((name) => names.indexOf(name));
    const cells = at.flatMap((i) => columns[i]?.cells ?? []);
    if (at.includes(-1) || cells.length === 0 || cells.filter(isNumber).length < cells.length / 2) continue;
    const shares = cells.every((cell) => !isNumber(cell) || (Number(cell) >= 0 && Number(cell) <= 1));
    const width = indexOfAny(plain, ['imagewidth', 'imgwidth', 'imgw', 'width'], at);
    const height = indexOfAny(plain, ['imageheight', 'imgheight', 'imgh', 'height'], at);
    const pictureSize = width < 0 || height < 0 ? null : ([width, height] as const);
    return { kind: shares ? `${kind}-share` : `${kind}-pixel`, at, pictureSize };
  }
  return null;
}

function indexOfAny(names: readonly string[], wanted: readonly string[], taken: readonly number[]): number {
  return wanted.map((name) => names.indexOf(name)).find((i) => i >= 0 && !taken.includes(i)) ?? -1;
}

/** All columns that boxes need. */
export const columnsOf = ({ at, pictureSize }: BoxColumns): readonly number[] => [...at, ...(pictureSize ?? [])];

/** The box of a row, or null where all of its cells are empty. What is no number becomes NaN, and later a problem. */
export function boxOf({ cells, line }: TableRow, { kind, at }: BoxColumns, file: string): ListedBox | null {
  const texts = at.map((i) => cells[i] ?? '');
  if (texts.every((text) => text === '')) return null;
  const [a = NaN, b = NaN, c = NaN, d = NaN] = texts.map((text) => (text === '' ? NaN : Number(text)));
  const [shape, unit] = kind.split('-') as ['edges' | 'size' | 'centre', ListedBox['unit']];
  const from = { file, line };
  if (shape === 'edges') return { x0: a, y0: b, x1: c, y1: d, unit, from };
  if (shape === 'size') return { x0: a, y0: b, x1: a + c, y1: b + d, unit, from };
  return { x0: a - c / 2, y0: b - d / 2, x1: a + c / 2, y1: b + d / 2, unit, from };
}

/** Width and height that the boxes of a row refer to, where the table says them. */
export function sizeOf({ cells }: TableRow, { pictureSize }: BoxColumns): readonly [number, number] | null {
  if (pictureSize === null) return null;
  const [width, height] = pictureSize.map((i) => Number(cells[i] ?? ''));
  return width > 0 && height > 0 && Number.isFinite(width * height) ? [width, height] : null;
}

/**
 * Regions of Label Studio (labelstud.io/guide/export, "Units of image annotations", and /tags/): rectangles, outlines,
 * ellipses and painted masks, in percent of the picture's width and height. What is turned is turned clockwise about its
 * upper left corner, an ellipse about its middle.
 */
import { asNumber, asSize, isList } from '../annotations/json-file.ts';
import type { JsonRecord } from '../annotations/json-file.ts';
import type { FoundObject } from '../annotations/labelled-pictures.ts';
import { areaOf, boxAround, ellipseOutline } from '../annotations/outlines.ts';
import { readBrush } from './brush.ts';

/** Why a point is no region. */
export const POINT = 'A point has no extent.';

/** Where a region lies. */
export type Region = Pick<FoundObject, 'area' | 'box' | 'mask'>;

/**
 * @param value what Label Studio calls the value of a result
 * @param whole the result, or the value again: where the size of the picture is said
 * @returns the region, why there is none, or null where the value speaks of the whole picture
 */
export function regionOf(value: JsonRecord, whole: JsonRecord): Region | string | null {
  const size = asSize(whole['original_width'], whole['original_height']);
  if (value['rle'] !== undefined) return brushOf(value['rle'], size);
  if (value['points'] !== undefined || value['vertices'] !== undefined) return outlineOf(value);
  if (value['x'] === undefined && value['y'] === undefined) return null;
  const turn = asNumber(whole['image_rotation']) ?? 0;
  if (turn !== 0) return 'The picture was turned while it was annotated, which is not supported.';
  const [x, y] = [asNumber(value['x']), asNumber(value['y'])];
  if (x === null || y === null) return 'The place of a region is no number.';
  const rotation = ((asNumber(value['rotation']) ?? 0) * Math.PI) / 180;
  if (rotation !== 0 && size === null) return 'A turned region needs the size of the picture, which is not said.';
  if (value['radiusX'] !== undefined) return ellipseOf(value, x, y, rotation, size ?? [1, 1]);
  if (value['width'] === undefined && value['height'] === undefined) return POINT;
  const [width, height] = [asNumber(value['width']), asNumber(value['height'])];
  if (width === null || height === null) return 'The size of a region is no number.';
  if (rotation === 0) {
    const box = { x0: x / 100, y0: y / 100, x1: (x + width) / 100, y1: (y + height) / 100, unit: 'share' } as const;
    return { box, area: Math.max(0, (width * height) / 10_000) };
  }
  return turnedOf(x, y, width, height, rotation, size ?? [1, 1]);
}

/** The upright box around a turned rectangle; the corners themselves are its outline. */
function turnedOf(
  x: number,
  y: number,
  width: number,
  height: number,
  rotation: number,
  [across, down]: readonly [number, number],
): Region {
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const [w, h] = [(width / 100) * across, (height / 100) * down];
  const corners = [
    [0, 0],
    [w, 0],
    [w, h],
    [0, h],
  ].flatMap(([dx = 0, dy = 0]) => [x / 100 + (dx * cos - dy * sin) / across, y / 100 + (dx * sin + dy * cos) / down]);
  return { box: { ...boxAround([corners]), unit: 'share' }, area: areaOf(corners) };
}

function ellipseOf(
  value: JsonRecord,
  x: number,
  y: number,
  rotation: number,
  [across, down]: readonly [number, number],
): Region | string {
  const [rx, ry] = [asNumber(value['radiusX']), asNumber(value['radiusY'])];
  if (rx === null || ry === null || rx <= 0 || ry <= 0) return 'The radius of an ellipse is no number above 0.';
  const inPixels = ellipseOutline(0, 0, (rx / 100) * across, (ry / 100) * down, rotation);
  const polygon = inPixels.map((offset, i) => (i % 2 === 0 ? x / 100 + offset / across : y / 100 + offset / down));
  return outlined(polygon);
}

function outlineOf(value: JsonRecord): Region | string {
  const { points } = value;
  if (value['closed'] === false) return 'A line that is not closed has no inside.';
  const corners = isList(points) ? points.map((point) => (isList(point) ? point.slice(0, 2).map(asNumber) : [])) : [];
  const numbers = corners.flatMap((pair) => pair.filter((part) => part !== null));
  if (corners.length < 3 || numbers.length !== corners.length * 2) {
    return 'An outline needs three corners or more, of two numbers each.';
  }
  return outlined(numbers.map((part) => part / 100));
}

function outlined(polygon: readonly number[]): Region {
  return {
    box: { ...boxAround([polygon]), unit: 'share' },
    mask: { unit: 'share', polygons: [polygon] },
    area: areaOf(polygon),
  };
}

function brushOf(packed: unknown, size: readonly [number, number] | null): Region | string {
  if (!isList(packed) || size === null) return 'A painted mask cannot be understood.';
  try {
    const { counts, area } = readBrush(packed, ...size);
    const [width, height] = size;
    return { mask: { unit: 'runs', width, height, counts }, area: area / (width * height) };
  } catch (error) {
    if (error instanceof RangeError) return `A mask cannot be used: ${error.message}.`;
    throw error;
  }
}

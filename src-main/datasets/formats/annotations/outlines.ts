/** Outlines and run lengths of single objects, as annotation formats write them, and the masks that they make. */
import { decompressCounts, inlineMaskOfCounts } from '../../pictures/inline-mask.ts';
import { polygonRuns, unionMask } from '../../pictures/polygons.ts';

/** What an annotation says of the pixels of one object. */
export type ObjectMask =
  | {
      readonly unit: 'pixel' | 'share';
      /** x, y pairs of each part of the object. */
      readonly polygons: readonly (readonly number[])[];
    }
  | {
      readonly unit: 'runs';
      readonly width: number;
      readonly height: number;
      /** COCO's run lengths, or their compressed text. */
      readonly counts: readonly number[] | string;
    };

type Corners = readonly number[];

/**
 * Runs of one object in a picture of the given size.
 * @throws RangeError where they are none, or are of another size
 */
export function runsOf(mask: ObjectMask, width: number, height: number): number[] {
  if (mask.unit !== 'runs') {
    const [across, down] = mask.unit === 'share' ? [width, height] : [1, 1];
    const parts = mask.polygons.map((polygon) =>
      polygonRuns(
        polygon.map((value, i) => value * (i % 2 === 0 ? across : down)),
        width,
        height,
      ),
    );
    return unionMask(parts, width, height);
  }
  if (mask.width !== width || mask.height !== height) {
    throw new RangeError(`it is made for a picture of ${mask.width} x ${mask.height} pixels, not ${width} x ${height}`);
  }
  const counts = typeof mask.counts === 'string' ? decompressCounts(mask.counts) : mask.counts;
  return unionMask([counts], width, height);
}

/** The text of the union of masks (see inline-mask.ts); null where not one pixel is covered. */
export function inlineUnion(masks: readonly (readonly number[])[], width: number, height: number): string | null {
  const runs = unionMask(masks, width, height);
  return runs.length < 2 ? null : inlineMaskOfCounts(runs, width, height);
}

/** The smallest upright box around outlines: x0, y0, x1, y1. */
export function boxAround(polygons: readonly Corners[]): { x0: number; y0: number; x1: number; y1: number } {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const polygon of polygons) {
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      box.x0 = Math.min(box.x0, polygon[i]);
      box.x1 = Math.max(box.x1, polygon[i]);
      box.y0 = Math.min(box.y0, polygon[i + 1]);
      box.y1 = Math.max(box.y1, polygon[i + 1]);
    }
  }
  return box;
}

/** Area of an outline that does not cross itself (the shoelace formula), in its unit squared. */
export function areaOf(polygon: Corners): number {
  let twice = 0;
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    twice += polygon[i] * polygon[next + 1] - polygon[next] * polygon[i + 1];
  }
  return Math.abs(twice) / 2;
}

/** Corners on an ellipse: enough that none is missed by a tenth of a pixel in pictures of thousands. */
const CORNERS = 180;

/** @param turn clockwise on the screen, in radians */
export function ellipseOutline(cx: number, cy: number, rx: number, ry: number, turn = 0): number[] {
  return Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    const [x, y] = [rx * Math.cos(angle), ry * Math.sin(angle)];
    return [cx + x * Math.cos(turn) - y * Math.sin(turn), cy + x * Math.sin(turn) + y * Math.cos(turn)];
  }).flat();
}

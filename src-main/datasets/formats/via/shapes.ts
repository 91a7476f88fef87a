/** Shapes of regions in VGG Image Annotator (`via_region_shape_to_coco_annotation` in via.js), in pixels. */
import { asNumber, isList } from '../annotations/json-file.ts';
import type { JsonRecord } from '../annotations/json-file.ts';
import type { FoundObject } from '../annotations/labelled-pictures.ts';
import { areaOf, boxAround, ellipseOutline } from '../annotations/outlines.ts';

type Shape = Pick<FoundObject, 'area' | 'box' | 'mask'>;

/** Numbers, which older versions write as text. */
const numberOf = (value: unknown): number | null =>
  asNumber(typeof value === 'string' && value.trim() !== '' ? Number(value) : value);

/** @returns the shape; why it is none; or null for points and open lines, which have no inside */
export function shapeOf(shape: JsonRecord): Shape | string | null {
  const get = (key: string): number => numberOf(shape[key]) ?? NaN;
  switch (shape['name']) {
    case 'rect': {
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(get);
      if (![x, y, width, height].every(Number.isFinite)) return 'A rectangle is not four numbers.';
      return { box: { x0: x, y0: y, x1: x + width, y1: y + height, unit: 'pixel' }, area: Math.max(0, width * height) };
    }
    case 'circle':
    case 'ellipse': {
      const isCircle = shape['name'] === 'circle';
      const [cx, cy] = [get('cx'), get('cy')];
      const [rx, ry] = isCircle ? [get('r'), get('r')] : [get('rx'), get('ry')];
      const turn = numberOf(shape['theta']) ?? 0;
      if (![cx, cy, rx, ry].every(Number.isFinite) || !(rx > 0 && ry > 0)) {
        return 'A circle or ellipse has no middle, or no radius above 0.';
      }
      return outlined(ellipseOutline(cx, cy, rx, ry, turn));
    }
    case 'polygon': {
      const { all_points_x: across, all_points_y: down } = shape;
      const xs = isList(across) ? across.map(numberOf) : [];
      const ys = isList(down) ? down.map(numberOf) : [];
      const corners = xs.flatMap((x, i) => [x, ys[i] ?? null]);
      const numbers = corners.filter((value) => value !== null);
      if (numbers.length < 6 || numbers.length < corners.length || xs.length !== ys.length) {
        return 'An outline needs three corners or more, of two numbers each.';
      }
      return outlined(numbers);
    }
    case 'point':
    case 'polyline':
    case 'line':
      return null;
    default:
      return 'A region has no shape that is known here.';
  }
}

const outlined = (polygon: readonly number[]): Shape => ({
  box: { ...boxAround([polygon]), unit: 'pixel' },
  mask: { unit: 'pixel', polygons: [polygon] },
  area: areaOf(polygon),
});

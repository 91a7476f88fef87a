/** How a heatmap becomes pixels and lines. */
import { COLORMAPS, type ColormapName } from '../lib/colormaps.ts';

/** A heatmap as stored: row-major [height, width], 0..255. */
export interface Heatmap {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Long side of the drawn map in pixels: finer than the eye tells on a map of at most 14 by 14 cells. */
const RASTER = 288;

/** Long side of the grid the threshold line is followed on, in cells. */
const CONTOUR = 112;

/**
 * The map at a finer grid, in [0,1], bilinear between the centres of its cells (as the method resizes it, see
 * src-main/numeric/resize.ts), or each cell as it is.
 * @returns row-major [height, width]; value (y, x) is that at the middle of pixel (y, x)
 */
export function upsampled(map: Heatmap, width: number, height: number, smooth: boolean): Float32Array {
  const out = new Float32Array(width * height);
  const columns = between(map.width, width, smooth);
  const rows = between(map.height, height, smooth);
  rows.forEach((row, y) => {
    const top = row.first * map.width;
    const bottom = row.second * map.width;
    columns.forEach((column, x) => {
      const { first, second, share } = column;
      const upper = cell(map, top + first) * (1 - share) + cell(map, top + second) * share;
      const lower = cell(map, bottom + first) * (1 - share) + cell(map, bottom + second) * share;
      out[y * width + x] = (upper * (1 - row.share) + lower * row.share) / 255;
    });
  });
  return out;
}

function cell(map: Heatmap, at: number): number {
  return map.data[at] ?? 0;
}

/** For each of `to` pixels the two of `from` cells it lies between, and its share of the second. */
function between(from: number, to: number, smooth: boolean): { first: number; second: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = ((i + 0.5) * from) / to - 0.5;
    if (!smooth) {
      const nearest = Math.min(from - 1, Math.floor(((i + 0.5) * from) / to));
      return { first: nearest, second: nearest, share: 0 };
    }
    const inside = Math.min(from - 1, Math.max(0, at));
    const first = Math.floor(inside);
    return { first, second: Math.min(from - 1, first + 1), share: inside - first };
  });
}

/** How a heatmap is drawn. */
export interface HeatmapDrawing {
  colormap: ColormapName;
  smooth: boolean;
  /** Width by height of the picture below. */
  aspect: number;
  /** Nothing lies below: 0 is the darkest colour, not transparent. */
  opaque: boolean;
}

/** Draws the map so that it covers the canvas, whose shape becomes that of the picture below. */
export function drawHeatmap(canvas: HTMLCanvasElement, map: Heatmap, drawing: HeatmapDrawing): void {
  const { colormap, smooth, aspect, opaque } = drawing;
  canvas.width = Math.max(1, Math.round(RASTER * Math.min(1, aspect)));
  canvas.height = Math.max(1, Math.round(RASTER / Math.max(1, aspect)));
  const context = canvas.getContext('2d');
  if (!context) return;
  const values = upsampled(map, canvas.width, canvas.height, smooth);
  const picture = context.createImageData(canvas.width, canvas.height);
  const colours = COLORMAPS[colormap];
  const pixels = picture.data;
  values.forEach((value, i) => {
    const colour = Math.round(value * 255) * 3;
    pixels[i * 4] = colours[colour] ?? 0;
    pixels[i * 4 + 1] = colours[colour + 1] ?? 0;
    pixels[i * 4 + 2] = colours[colour + 2] ?? 0;
    pixels[i * 4 + 3] = opaque ? 255 : 255 * veil(value);
  });
  context.putImageData(picture, 0, 0);
}

/**
 * How much of the picture the map hides at a value, in [0,1]: nothing where the map is 0, so that where the model does
 * not look the picture stays as it is, and all of it from a third of the maximum on.
 */
export function veil(value: number): number {
  const t = Math.min(1, value / 0.35);
  return t * t * (3 - 2 * t);
}

/**
 * The line where the map crosses a share of its maximum (marching squares), in the unit square.
 * @returns an SVG path, '' where the map never crosses it
 */
export function contourPath(map: Heatmap, share: number, smooth: boolean): string {
  const most = map.data.reduce((a, b) => Math.max(a, b), 0) / 255;
  if (most === 0) return '';
  const level = most * share;
  const scale = CONTOUR / Math.max(map.width, map.height);
  const width = Math.round(map.width * scale);
  const height = Math.round(map.height * scale);
  const values = upsampled(map, width, height, smooth);
  // One ring of nothing around it closes the line at the edge of the picture.
  const value = (y: number, x: number): number =>
    y < 0 || x < 0 || y >= height || x >= width ? -1e-3 : (values[y * width + x] ?? 0);
  let path = '';
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      path += segments(value(y, x), value(y, x + 1), value(y + 1, x + 1), value(y + 1, x), level)
        .map(
          ([ax, ay, bx, by]) =>
            `M${px(x + ax, width)} ${px(y + ay, height)}L${px(x + bx, width)} ${px(y + by, height)}`,
        )
        .join('');
    }
  }
  return path;
}

/** From grid (middle of pixel `at`) to [0,1], kept inside the picture. */
function px(at: number, size: number): string {
  return Math.min(1, Math.max(0, (at + 0.5) / size)).toFixed(4);
}

type Segment = readonly [ax: number, ay: number, bx: number, by: number];

/** The line through one square of four values (from the top left, clockwise), in its unit square. */
function segments(a: number, b: number, c: number, d: number, level: number): Segment[] {
  const top: readonly [number, number] = [cross(a, b, level), 0];
  const right: readonly [number, number] = [1, cross(b, c, level)];
  const bottom: readonly [number, number] = [cross(d, c, level), 1];
  const left: readonly [number, number] = [0, cross(a, d, level)];
  const kind = (a >= level ? 8 : 0) + (b >= level ? 4 : 0) + (c >= level ? 2 : 0) + (d >= level ? 1 : 0);
  switch (kind) {
    case 1:
    case 14:
      return [[...left, ...bottom]];
    case 2:
    case 13:
      return [[...bottom, ...right]];
    case 3:
    case 12:
      return [[...left, ...right]];
    case 4:
    case 11:
      return [[...top, ...right]];
    case 6:
    case 9:
      return [[...top, ...bottom]];
    case 7:
    case 8:
      return [[...left, ...top]];
    case 5:
      return [
        [...left, ...top],
        [...bottom, ...right],
      ];
    case 10:
      return [
        [...left, ...bottom],
        [...top, ...right],
      ];
    default:
      return [];
  }
}

function cross(from: number, to: number, level: number): number {
  return from === to ? 0.5 : Math.min(1, Math.max(0, (level - from) / (to - from)));
}

/** How a heatmap becomes pixels and lines. */
import { COLORMAPS, type ColormapName } from '../lib/colormaps.ts';

/** A heatmap as stored: row-major [height, width], 0..255. */
export interface Heatmap {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Pixels drawn for each cell of the map: the browser smooths the rest, and the eye does not tell it from more. */
const PIXELS_A_CELL = 12;

/** Long side of the drawn map in pixels, at most. */
const RASTER = 336;

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
  const raster = Math.min(RASTER, PIXELS_A_CELL * Math.max(map.width, map.height));
  canvas.width = Math.max(1, Math.round(raster * Math.min(1, aspect)));
  canvas.height = Math.max(1, Math.round(raster / Math.max(1, aspect)));
  const context = canvas.getContext('2d');
  if (!context) return;
  const values = upsampled(map, canvas.width, canvas.height, smooth);
  const picture = context.createImageData(canvas.width, canvas.height);
  const colours = palette(colormap, opaque);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[Math.round((values[i] ?? 0) * 255)] ?? 0;
  context.putImageData(picture, 0, 0);
}

/** Bytes of the file header and of BITMAPV4HEADER. */
const BMP_HEADER = 14 + 108;

/** The map as a picture file (BMP) of one pixel a cell, to be drawn over another picture as large as one likes. */
export function heatmapImage({ width, height, data }: Heatmap, colormap: ColormapName): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BMP_HEADER + 4 * width * height);
  const header = new DataView(bytes.buffer);
  header.setUint16(0, 0x4d42, true); // "BM"
  header.setUint32(2, bytes.length, true);
  header.setUint32(10, BMP_HEADER, true);
  header.setUint32(14, BMP_HEADER - 14, true); // BITMAPV4HEADER, the first that knows transparency
  header.setInt32(18, width, true);
  header.setInt32(22, -height, true); // the top row first
  header.setUint16(26, 1, true);
  header.setUint16(28, 32, true); // bits of a pixel
  header.setUint32(30, 3, true); // the masks say which bits are which colour
  header.setUint32(34, 4 * width * height, true);
  for (let channel = 0; channel < 4; channel++) header.setUint32(54 + 4 * channel, 0xff << (8 * channel), true);
  header.setUint32(70, 0x73524742, true); // "sRGB"
  const colours = palette(colormap, false);
  for (let i = 0; i < width * height; i++) header.setUint32(BMP_HEADER + 4 * i, colours[data[i] ?? 0] ?? 0, true);
  return bytes;
}

const PALETTES = new Map<string, Uint32Array>();

/** The 256 colours with how much they hide, each as the four bytes of a pixel: many small maps are drawn while scrolling. */
function palette(name: ColormapName, opaque: boolean): Uint32Array {
  const key = `${name} ${opaque}`;
  const made = PALETTES.get(key);
  if (made) return made;
  const bytes = new Uint8Array(256 * 4);
  for (let value = 0; value < 256; value++) {
    bytes.set(COLORMAPS[name].subarray(value * 3, value * 3 + 3), value * 4);
    bytes[value * 4 + 3] = opaque ? 255 : Math.round(255 * veil(value / 255));
  }
  const colours = new Uint32Array(bytes.buffer);
  PALETTES.set(key, colours);
  return colours;
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

/** Maps of filters, as small pictures of bytes and as places of the picture. */
import type { PictureShare, SmallMap } from '../contract/interpretation.ts';

/** The maps of all filters of one picture. */
export interface FilterMaps {
  /** [height,width,channels] */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One filter's map, 255 at its largest value. @param floor what becomes 0, as does everything below it */
export function smallMap({ values, height, width, channels }: FilterMaps, channel: number, floor = 0): SmallMap {
  const above = Array.from({ length: height * width }, (_, i) => Math.max(0, values[i * channels + channel] - floor));
  const most = Math.max(...above);
  return { height, width, values: above.map((value) => (most > 0 ? Math.round((255 * value) / most) : 0)) };
}

/** Mean of each filter's map, [channels]; what speaks against a part is left out. */
export function meansOf({ values, height, width, channels }: FilterMaps): Float32Array {
  const sums = new Float32Array(channels);
  values.forEach((value, i) => (sums[i % channels] += Math.max(0, value)));
  return sums.map((sum) => sum / (height * width));
}

/** Indices of the largest values above 0, the largest first; of equal ones the first. */
export function strongest(values: Float32Array, most: number): number[] {
  return Array.from(values.keys())
    .filter((index) => values[index] > 0)
    .sort((a, b) => values[b] - values[a] || a - b)
    .slice(0, most);
}

/**
 * A cell of the map with half a cell around it, cut off at the borders of the picture: what a cell says comes from more
 * of the picture than its own part.
 */
export function placeAround(row: number, column: number, height: number, width: number): PictureShare {
  const [left, right] = [Math.max(0, column - 0.5), Math.min(width, column + 1.5)];
  const [top, bottom] = [Math.max(0, row - 0.5), Math.min(height, row + 1.5)];
  return { x: left / width, y: top / height, width: (right - left) / width, height: (bottom - top) / height };
}

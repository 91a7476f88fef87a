/**
 * The frame in which heatmaps are judged: 224x224, the map resized bicubically and stretched to [0,1] by its minimum
 * and maximum, then cut into 256 grey levels as the evaluation of Choe et al. (CVPR 2020, `wsolevaluation`) does
 * before it looks for contours.
 */
import { resizeBicubic } from '../numeric/resize.ts';

/** Side of the frame in pixels. */
export const FRAME = 224;

/** Number of shared thresholds: 0, 0.01, ..., 0.99 of the map's own maximum. */
export const THRESHOLDS = 100;

/** Threshold number `index` (0..99) as a share of the map's maximum. */
export function thresholdAt(index: number): number {
  return index / THRESHOLDS;
}

export interface FramedMap {
  /** [224, 224] in [0,1]; zero everywhere for an empty map. */
  readonly map: Float32Array;
  /** [224, 224] `floor(255 * map)`. */
  readonly grey: Uint8Array;
  /** [224, 224] how many thresholds the pixel exceeds: 0..100. */
  readonly levels: Uint8Array;
  /** True when the map is the same everywhere, so that it shows nothing. */
  readonly empty: boolean;
  /** Position (row-major) of the first maximum. */
  readonly peak: number;
}

/** How many thresholds each grey level exceeds: it is foreground at t where grey > floor(255 t). */
const LEVEL_OF_GREY = Uint8Array.from({ length: 256 }, (_, grey) => {
  let exceeded = 0;
  while (exceeded < THRESHOLDS && grey > Math.trunc(thresholdAt(exceeded) * 255)) exceeded++;
  return exceeded;
});

/** Puts heatmaps into the frame. The result of {@link frame} is overwritten by the next call. */
export class HeatmapFramer {
  private readonly map = new Float32Array(FRAME * FRAME);
  private readonly grey = new Uint8Array(FRAME * FRAME);
  private readonly levels = new Uint8Array(FRAME * FRAME);

  /** @param heatmap [height, width], finite */
  frame(heatmap: Float32Array, height: number, width: number): FramedMap {
    const { map, grey, levels } = this;
    resizeBicubic(heatmap, height, width, FRAME, FRAME, map);
    let low = Infinity;
    let high = -Infinity;
    let peak = 0;
    for (let i = 0; i < map.length; i++) {
      const value = map[i];
      if (value < low) low = value;
      if (value > high) {
        high = value;
        peak = i;
      }
    }
    // Rounding in the resize leaves differences of 1e-7 on a constant map; they are no heatmap.
    const span = Math.fround(high - low);
    const empty = !(span > 1e-6 * Math.max(Math.abs(high), Math.abs(low)));
    if (empty) {
      map.fill(0);
      grey.fill(0);
      levels.fill(0);
      return { map, grey, levels, empty, peak: 0 };
    }
    for (let i = 0; i < map.length; i++) {
      // Single precision at each step, as the reference computes: the floor below is sensitive to it.
      const value = Math.fround(Math.fround(map[i] - low) / span);
      map[i] = value;
      const g = Math.trunc(Math.fround(value * 255));
      grey[i] = g;
      levels[i] = LEVEL_OF_GREY[g];
    }
    return { map, grey, levels, empty, peak };
  }
}

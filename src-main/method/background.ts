/**
 * Background region B(x): the pixels where the heatmap, resized bilinearly (half-pixel centres) to
 * the picture, is below a threshold. The foreground is its complement.
 *
 * Threshold rules: `mean` of the resized map; `fraction` of its maximum; `otsu` (Otsu, IEEE SMC
 * 1979, 256 levels); `area`: the given share of pixels with the largest values is foreground.
 * An empty map has no background: nothing is known about it, so nothing is attacked.
 */
import type { MethodSettings } from '../contract/settings.ts';
import { resizeBilinear } from '../numeric/resize.ts';
import { mean } from '../numeric/statistics.ts';
import { otsuThreshold } from '../numeric/threshold.ts';
import { type Heatmaps, isEmptyMap, mapOf } from './heatmap.ts';

export type BackgroundSettings = Pick<MethodSettings, 'threshold' | 'thresholdValue'>;

/**
 * @param map [height*width] a heatmap in [0,1]
 * @returns [size*size] 1 in the background, 0 in the foreground
 */
export function backgroundOf(
  map: Float32Array,
  height: number,
  width: number,
  size: number,
  settings: BackgroundSettings,
): Uint8Array {
  if (isEmptyMap(map)) return new Uint8Array(size * size);
  return belowThreshold(resizeBilinear(map, height, width, size, size), settings);
}

/** 1 where a map that is not empty is below its threshold, else 0; same shape as the map. */
export function belowThreshold(map: Float32Array, settings: BackgroundSettings): Uint8Array {
  const threshold = thresholdOf(map, settings);
  return Uint8Array.from(map, (value) => (value < threshold ? 1 : 0));
}

/** The backgrounds of a batch, [n*size*size]. */
export function backgroundsOf(maps: Heatmaps, size: number, settings: BackgroundSettings): Uint8Array {
  const all = new Uint8Array(maps.count * size * size);
  for (let i = 0; i < maps.count; i++) {
    all.set(backgroundOf(mapOf(maps, i), maps.height, maps.width, size, settings), i * size * size);
  }
  return all;
}

function thresholdOf(map: Float32Array, { threshold, thresholdValue }: BackgroundSettings): number {
  switch (threshold) {
    case 'mean':
      return mean(map);
    case 'fraction': {
      let maximum = 0;
      for (const value of map) maximum = Math.max(maximum, value);
      return thresholdValue * maximum;
    }
    case 'otsu':
      return otsuThreshold(map);
    case 'area': {
      const sorted = map.slice().sort();
      const foreground = Math.max(1, Math.round(thresholdValue * map.length));
      return sorted[map.length - foreground];
    }
  }
}

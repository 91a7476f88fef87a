/** The colour maps of heatmaps, as the window uses them. */
import { COLORMAPS } from '../../src-main/contract/colormaps.ts';
import type { Colormap } from '../../src-main/contract/preferences.ts';

export { COLORMAPS };

/** The name of a colour map. */
export type ColormapName = Colormap;

/** A colour map as a CSS gradient from 0 to 1, for legends. */
export function colormapGradient(name: ColormapName, stops = 12): string {
  const colours = Array.from({ length: stops }, (_, i) => {
    const at = Math.round((i / (stops - 1)) * 255) * 3;
    return `rgb(${COLORMAPS[name].subarray(at, at + 3).join(' ')})`;
  });
  return `linear-gradient(to right, ${colours.join(', ')})`;
}

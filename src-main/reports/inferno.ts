/** The colour map of reports in a page's own terms. */
import { COLORMAPS } from '../contract/colormaps.ts';

/** The colour of a value in [0,1] as `#rrggbb`. */
export function infernoHex(value: number): string {
  const at = Math.round(Math.min(1, Math.max(0, value)) * 255) * 3;
  const colour = COLORMAPS.inferno.subarray(at, at + 3);
  return `#${Array.from(colour, (part) => part.toString(16).padStart(2, '0')).join('')}`;
}

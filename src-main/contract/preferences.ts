/** What a person has set about the window itself. Kept by the service, for all windows. */
import * as v from 'valibot';

export const VIEWS = ['data', 'train', 'inspect', 'compare', 'report'] as const;
export type View = (typeof VIEWS)[number];

export const COLORMAPS = ['inferno', 'viridis', 'cividis'] as const;
export type Colormap = (typeof COLORMAPS)[number];

const share = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));

/** Whether a text is an address that a mirror of published weights can have: files lie directly below it. */
export function isMirror(text: string): boolean {
  if (text.length > 500 || /[?#\s]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

export const Preferences = v.strictObject({
  theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system'),
  colormap: v.optional(v.picklist(COLORMAPS), 'inferno'),
  /** Of the heatmap over the picture. */
  heatmapOpacity: v.optional(share, 0.6),
  /** Whether the grid shows heatmaps over the pictures. */
  heatmapInGrid: v.optional(v.boolean(), false),
  /** The line drawn at this share of a heatmap's maximum; null: none. */
  heatmapThreshold: v.optional(v.nullable(share), null),
  /** Side of a picture in the grid, in CSS pixels. */
  tileSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(80), v.maxValue(480)), 160),
  /** The view that was looked at last. */
  lastView: v.optional(v.picklist(VIEWS), 'data'),
  /** Say it on the desktop when a round or a run ends. */
  notify: v.optional(v.boolean(), true),
  /** Published weights are fetched from here instead of the publisher; null: from the publisher. */
  weightsMirror: v.optional(v.nullable(v.pipe(v.string(), v.check(isMirror, 'an address of a mirror'))), null),
});
export type Preferences = v.InferOutput<typeof Preferences>;

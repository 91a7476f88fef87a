/** Pixels of the pictures that explain a hard sample: heatmap over picture, and the amplified change. */
import { resizeBilinear } from '../numeric/resize.ts';
import { COLORMAPS } from '../contract/colormaps.ts';

/**
 * How much of the colour map covers the picture where the heatmap is 0 and where it is 1. The rest is the
 * picture without its colours: what the model does not look at stays recognisable.
 */
const HEATMAP_OPACITY: readonly [number, number] = [0.46, 0.72];

/** An RGB picture, row-major, values 0..255. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Lays a heatmap over a picture. The picture turns grey, so that every colour seen is the heatmap's.
 * @param picture [size, size, 3]
 * @param heatmap [h, w] in [0,1], enlarged bilinearly as the method does when it finds the background
 */
export function heatmapOverlay(picture: Pixels, heatmap: Float32Array, h: number, w: number): Pixels {
  const { width, height, data } = picture;
  const map = resizeBilinear(heatmap, h, w, height, width);
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const p = 3 * i;
    // Rec. 709 luma on gamma-coded values: close enough for a grey underlay.
    const grey = 0.2126 * data[p] + 0.7152 * data[p + 1] + 0.0722 * data[p + 2];
    const heat = Math.min(1, Math.max(0, Number.isFinite(map[i]) ? map[i] : 0));
    const level = 3 * Math.round(255 * heat);
    const opacity = HEATMAP_OPACITY[0] + (HEATMAP_OPACITY[1] - HEATMAP_OPACITY[0]) * heat;
    for (let c = 0; c < 3; c++) {
      out[p + c] = Math.round((1 - opacity) * grey + opacity * COLORMAPS.inferno[level + c]);
    }
  }
  return { data: out, width, height };
}

/** Values in [0,1] become 0..255; bytes stay. */
export function toBytes(picture: Uint8Array | Float32Array): Uint8Array {
  if (picture instanceof Uint8Array) return picture;
  return Uint8Array.from(picture, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

/**
 * The change from one picture to another, `amplification` times as strong, around middle grey: grey is
 * "not changed".
 * @param before [size, size, 3] values 0..255
 * @param after the same shape, 0..255 (bytes) or [0,1] (floats)
 */
export function amplifiedChange(
  before: Uint8Array,
  after: Uint8Array | Float32Array,
  amplification: number,
): Uint8Array {
  const scale = after instanceof Uint8Array ? 1 : 255;
  return Uint8Array.from(before, (value, i) => {
    const change = (after[i] * scale - value) * amplification;
    return Math.round(Math.min(255, Math.max(0, 128 + change)));
  });
}

/** Boxes on the pixel grid, all four edges inclusive: a single pixel is {x0: 3, y0: 5, x1: 3, y1: 5}. */
export interface PixelBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Intersection over union of two inclusive boxes, widths counted as x1 - x0 + 1 (the convention of Choe et al.,
 * CVPR 2020, `wsolevaluation`). In [0,1].
 */
export function boxIou(a: PixelBox, b: PixelBox): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) + 1;
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) + 1;
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(a) + boxArea(b) - shared);
}

/** Pixels of an inclusive box. */
export function boxArea(box: PixelBox): number {
  return (box.x1 - box.x0 + 1) * (box.y1 - box.y0 + 1);
}

/** Largest IoU of a box with any of several; 0 when there is none. */
export function bestIou(box: PixelBox, others: readonly PixelBox[]): number {
  let best = 0;
  for (const other of others) best = Math.max(best, boxIou(box, other));
  return best;
}

/** Tight box of the pixels that are not 0, or null when there is none. `mask` is [height, width]. */
export function maskBox(mask: ArrayLike<number>, height: number, width: number): PixelBox | null {
  let x0 = width;
  let x1 = -1;
  let y0 = height;
  let y1 = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      y1 = y;
    }
  }
  return x1 < 0 ? null : { x0, y0, x1, y1 };
}

/**
 * A box in the unit square (x1, y1 exclusive edges) on a grid of `side` pixels, edges rounded to the nearest pixel
 * border. Every box covers at least one pixel.
 */
export function unitBoxToPixels(box: PixelBox, side: number): PixelBox {
  const first = (edge: number) => Math.min(side - 1, Math.max(0, Math.round(edge * side)));
  const x0 = first(box.x0);
  const y0 = first(box.y0);
  const last = (edge: number, from: number) => Math.max(from, Math.min(side - 1, Math.round(edge * side) - 1));
  return { x0, y0, x1: last(box.x1, x0), y1: last(box.y1, y0) };
}

/** Centred square box whose side is `share` (0..1] of a grid of `side` pixels. */
export function centreBox(share: number, side: number): PixelBox {
  const edge = (1 - share) / 2;
  return unitBoxToPixels({ x0: edge, y0: edge, x1: 1 - edge, y1: 1 - edge }, side);
}

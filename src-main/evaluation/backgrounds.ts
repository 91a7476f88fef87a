/**
 * The picture variants of Xiao et al., "Noise or Signal: The Role of Image Backgrounds in Object Recognition" (ICLR
 * 2021, ImageNet-9), built from a picture and its foreground mask. Pictures are [side, side, 3] uint8, masks
 * [side, side] (not 0 = object), both row-major; every function writes into `out` and returns it.
 */
import type { PixelBox } from '../numeric/boxes.ts';
import { boxArea } from '../numeric/boxes.ts';

/** `only_fg`: the object on black. */
export function onlyForeground(picture: Uint8Array, mask: Uint8Array, out: Uint8Array): Uint8Array {
  for (let p = 0; p < mask.length; p++) {
    for (let c = 3 * p; c < 3 * p + 3; c++) out[c] = mask[p] !== 0 ? picture[c] : 0;
  }
  return out;
}

/** `no_fg`: the object's shape blacked out. */
export function noForeground(picture: Uint8Array, mask: Uint8Array, out: Uint8Array): Uint8Array {
  for (let p = 0; p < mask.length; p++) {
    for (let c = 3 * p; c < 3 * p + 3; c++) out[c] = mask[p] !== 0 ? 0 : picture[c];
  }
  return out;
}

/** `only_bg_b`: the object's box blacked out. */
export function boxBlackedOut(picture: Uint8Array, side: number, box: PixelBox, out: Uint8Array): Uint8Array {
  out.set(picture);
  for (let y = box.y0; y <= box.y1; y++) out.fill(0, 3 * (y * side + box.x0), 3 * (y * side + box.x1 + 1));
  return out;
}

/**
 * The largest of the four strips left, right, above and below the box, each over the whole side of the picture;
 * of equals a vertical neighbour before a horizontal one, and the far strip before the near one (as the authors'
 * script chooses). Null where the box covers the picture.
 */
export function largestBackground(box: PixelBox, side: number): PixelBox | null {
  const last = side - 1;
  const strips: readonly PixelBox[] = [
    { x0: 0, y0: box.y1 + 1, x1: last, y1: last },
    { x0: 0, y0: 0, x1: last, y1: box.y0 - 1 },
    { x0: box.x1 + 1, y0: 0, x1: last, y1: last },
    { x0: 0, y0: 0, x1: box.x0 - 1, y1: last },
  ];
  let best = strips[0];
  for (const strip of strips) if (boxArea(strip) > boxArea(best)) best = strip;
  return boxArea(best) > 0 ? best : null;
}

/**
 * `only_bg_t`: the object's box filled with tiles of the largest background strip. The tiling begins at the
 * picture's upper left corner and shows through the box only.
 * @throws RangeError where the box covers the whole picture
 */
export function boxTiled(picture: Uint8Array, side: number, box: PixelBox, out: Uint8Array): Uint8Array {
  const tile = largestBackground(box, side);
  if (tile === null) throw new RangeError('backgrounds: the object covers the whole picture');
  const width = tile.x1 - tile.x0 + 1;
  const height = tile.y1 - tile.y0 + 1;
  out.set(picture);
  for (let y = box.y0; y <= box.y1; y++) {
    for (let x = box.x0; x <= box.x1; x++) {
      const from = 3 * ((tile.y0 + (y % height)) * side + tile.x0 + (x % width));
      const to = 3 * (y * side + x);
      out[to] = picture[from];
      out[to + 1] = picture[from + 1];
      out[to + 2] = picture[from + 2];
    }
  }
  return out;
}

/** `mixed_*`: the object of `picture` over `background` (an `only_bg_t` of another picture). */
export function pasted(picture: Uint8Array, mask: Uint8Array, background: Uint8Array, out: Uint8Array): Uint8Array {
  for (let p = 0; p < mask.length; p++) {
    for (let c = 3 * p; c < 3 * p + 3; c++) out[c] = mask[p] !== 0 ? picture[c] : background[c];
  }
  return out;
}

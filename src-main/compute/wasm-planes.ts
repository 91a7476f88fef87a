/**
 * Planes: a picture batch rearranged for convolution gradients as matrix products. Channels become
 * rows, and the positions a filter tap meets become one contiguous row of columns.
 */

export type Shape4D = [number, number, number, number];

/** Output positions of one picture; a plane may be larger than the picture it comes from. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** Which pixel the grid position (0, 0) reads (may lie outside), and the step to the next. */
export interface Sampling {
  readonly top: number;
  readonly left: number;
  readonly stride: number;
}

/** Floats of a picture read at once: half of a usual first-level cache. */
const BLOCK = 4096;

/**
 * out[c, n, a, b] = x[first + n, top + stride a, left + stride b, c], zero outside the picture.
 * `out` holds C rows of `count` grids each.
 */
export function gatherPlane(
  x: Float32Array,
  [, height, width, channels]: Shape4D,
  pictures: { readonly first: number; readonly count: number },
  grid: Grid,
  { top, left, stride }: Sampling,
  out: Float32Array,
): void {
  const positions = grid.height * grid.width;
  const rowLength = pictures.count * positions;
  const blockRows = Math.max(1, Math.floor(BLOCK / (width * channels)));
  const [bFirst, bEnd] = insideRange(left, stride, width, grid.width);
  const step = stride * channels;
  for (let n = 0; n < pictures.count; n++) {
    for (let blockStart = 0; blockStart < grid.height; blockStart += blockRows) {
      const blockEnd = Math.min(grid.height, blockStart + blockRows);
      for (let c = 0; c < channels; c++) {
        for (let a = blockStart; a < blockEnd; a++) {
          const row = c * rowLength + n * positions + a * grid.width;
          const h = top + stride * a;
          if (h < 0 || h >= height) {
            for (let b = 0; b < grid.width; b++) out[row + b] = 0;
            continue;
          }
          for (let b = 0; b < bFirst; b++) out[row + b] = 0;
          let source = (((pictures.first + n) * height + h) * width + left + stride * bFirst) * channels + c;
          for (let b = bFirst; b < bEnd; b++) {
            out[row + b] = x[source];
            source += step;
          }
          for (let b = bEnd; b < grid.width; b++) out[row + b] = 0;
        }
      }
    }
  }
}

/** Grid columns [first, end) that read inside the picture. */
function insideRange(left: number, stride: number, width: number, gridWidth: number): [number, number] {
  const first = Math.min(gridWidth, Math.max(0, Math.ceil(-left / stride)));
  const end = Math.min(gridWidth, Math.max(first, Math.floor((width - 1 - left) / stride) + 1));
  return [first, end];
}

/** Copies dy [N,H',W',C] into the top left corner of larger grids [count, grid, C], zero elsewhere. */
export function widenGrid(
  dy: Float32Array,
  [, height, width, channels]: Shape4D,
  pictures: { readonly first: number; readonly count: number },
  grid: Grid,
  out: Float32Array,
): void {
  const rowLength = width * channels;
  const gridRowLength = grid.width * channels;
  const gridLength = grid.height * gridRowLength;
  for (let n = 0; n < pictures.count; n++) {
    let target = n * gridLength;
    let source = (pictures.first + n) * height * rowLength;
    for (let h = 0; h < height; h++) {
      out.set(dy.subarray(source, source + rowLength), target);
      out.fill(0, target + rowLength, target + gridRowLength);
      source += rowLength;
      target += gridRowLength;
    }
    out.fill(0, target, (n + 1) * gridLength);
  }
}

/** Blur: a lens out of focus, bad glass, a camera or object in motion, a camera that moves forward. */
import { Random } from '../../numeric/random.ts';
import { at, bytesOf, emptyPicture } from './corruption.ts';
import type { BySeverity, Corrupt } from './corruption.ts';

// All lengths are shares of the picture's side.
/** Radius of the disk that a point becomes. */
const DEFOCUS: BySeverity = [0.011, 0.016, 0.023, 0.032, 0.044];
/** Standard deviation. */
const GAUSSIAN: BySeverity = [0.006, 0.009, 0.013, 0.019, 0.027];
/** Length of the line that a point becomes, at a seeded angle. */
const MOTION: BySeverity = [0.04, 0.06, 0.085, 0.12, 0.16];
/** By how much the picture has grown at the end of the exposure. */
const ZOOM: BySeverity = [0.06, 0.1, 0.15, 0.22, 0.3];

/** A blur much finer than a pixel is none: pictures of less than this side are blurred like those of this side. */
const LEAST_SIDE = 64;

/** One point of a kernel: the weight of the pixel at an offset. The weights of a kernel sum to 1. */
interface Tap {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/** A disk is wide, so each of its rows is one difference of running sums instead of many taps. */
export const defocusBlur: Corrupt = (picture, side, severity) => {
  const radius = at(DEFOCUS, severity) * Math.max(LEAST_SIDE, side);
  const rows = diskRows(radius);
  const reach = (rows.length - 1) / 2;
  const total = rows.reduce((sum, half) => sum + 2 * half, 0);
  const sums = runningSums(picture, side);
  const length = 3 * (side + 1);
  const out = new Float32Array(3 * side * side);
  rows.forEach((half, row) => {
    if (half === 0) return;
    // The middle of pixel x lies at x + 0.5 in the running sum.
    const right = placesInSum(side, 0.5 + half);
    const left = placesInSum(side, 0.5 - half);
    for (let y = 0; y < side; y++) {
      const from = length * clampTo(y + row - reach, side);
      const to = 3 * side * y;
      for (let i = 0; i < 3 * side; i++) {
        const r = from + right.index[i];
        const l = from + left.index[i];
        const upToRight = sums[r] + right.share[i] * (sums[r + 3] - sums[r]);
        out[to + i] += upToRight - (sums[l] + left.share[i] * (sums[l + 3] - sums[l]));
      }
    }
  });
  const result = emptyPicture(side);
  for (let i = 0; i < out.length; i++) result[i] = out[i] / total;
  return bytesOf(result);
};

/** Half the width of a disk in each row of pixels it touches, averaged over the row. */
function diskRows(radius: number): number[] {
  const parts = 16;
  const reach = Math.ceil(radius - 0.5);
  return Array.from({ length: 2 * reach + 1 }, (_, row) => {
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      const y = row - reach - 0.5 + (part + 0.5) / parts;
      sum += Math.sqrt(Math.max(0, radius * radius - y * y));
    }
    return sum / parts;
  });
}

/** Per row and channel the sums of the first 0, 1, ..., side values. [side, side + 1, 3] */
function runningSums(picture: Uint8Array, side: number): Float32Array {
  const sums = new Float32Array(3 * side * (side + 1));
  for (let y = 0; y < side; y++) {
    const from = 3 * y * (side + 1);
    for (let i = 0; i < 3 * side; i++) sums[from + i + 3] = sums[from + i] + picture[3 * y * side + i];
  }
  return sums;
}

/**
 * Where in a row of running sums to look for the sum up to x + `offset`, which need not be whole, for each pixel x and
 * channel [side * 3]: at `index`, plus `share` of the next pixel. The first and last pixel go on for ever.
 */
function placesInSum(side: number, offset: number): { readonly index: Int32Array; readonly share: Float32Array } {
  const index = new Int32Array(3 * side);
  const share = new Float32Array(3 * side);
  for (let i = 0; i < 3 * side; i++) {
    const position = Math.floor(i / 3) + offset;
    const pixel = clampTo(Math.floor(position), side);
    index[i] = 3 * pixel + (i % 3);
    share[i] = position - pixel;
  }
  return { index, share };
}

export const gaussianBlur: Corrupt = (picture, side, severity) => {
  const deviation = at(GAUSSIAN, severity) * Math.max(LEAST_SIDE, side);
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => areaOfNormal((i - reach) / deviation, 1 / deviation));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const across = convolved(
    picture,
    side,
    weights.map((weight, i) => ({ dx: i - reach, dy: 0, weight: weight / total })),
  );
  return rounded(
    convolved(
      across,
      side,
      weights.map((weight, i) => ({ dx: 0, dy: i - reach, weight: weight / total })),
    ),
    side,
  );
};

/** Integral of exp(-x^2 / 2) over one pixel (Simpson's rule): also right where the deviation is below a pixel. */
function areaOfNormal(middle: number, width: number): number {
  const density = (x: number) => Math.exp(-0.5 * x * x);
  const parts = 8;
  let sum = 0;
  for (let i = 0; i <= parts; i++) {
    const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * density(middle + width * (i / parts - 0.5));
  }
  return sum;
}

export const motionBlur: Corrupt = (picture, side, severity, seed) => {
  const length = at(MOTION, severity) * side;
  const angle = new Random(seed).uniform() * Math.PI;
  return rounded(convolved(picture, side, lineKernel(length, angle)), side);
};

/** A line of even brightness: many points on it, each shared among the four pixels around it. */
function lineKernel(length: number, angle: number): Tap[] {
  const points = Math.ceil(length * 4) + 1;
  const weights = new Map<string, Tap>();
  for (let i = 0; i < points; i++) {
    const along = ((i + 0.5) / points - 0.5) * length;
    const x = along * Math.cos(angle);
    const y = along * Math.sin(angle);
    for (const dx of [Math.floor(x), Math.floor(x) + 1]) {
      for (const dy of [Math.floor(y), Math.floor(y) + 1]) {
        const share = (1 - Math.abs(x - dx)) * (1 - Math.abs(y - dy));
        const key = `${String(dx)} ${String(dy)}`;
        weights.set(key, { dx, dy, weight: (weights.get(key)?.weight ?? 0) + share / points });
      }
    }
  }
  return [...weights.values()].filter(({ weight }) => weight > 0);
}

/** The mean of the picture zoomed about its middle in even steps, about one step a pixel at the edge. */
export const zoomBlur: Corrupt = (picture, side, severity) => {
  const growth = at(ZOOM, severity);
  const steps = Math.max(4, Math.min(24, Math.ceil((growth * side) / 4) + 1));
  const sum = new Float32Array(3 * side * side);
  const first = new Int32Array(side);
  const fraction = new Float32Array(side);
  const middle = (side - 1) / 2;
  for (let step = 0; step < steps; step++) {
    const zoom = 1 + (growth * step) / (steps - 1);
    for (let x = 0; x < side; x++) {
      const position = middle + (x - middle) / zoom;
      first[x] = Math.min(side - 2, Math.floor(position));
      fraction[x] = position - first[x];
    }
    for (let y = 0; y < side; y++) {
      const upper = 3 * side * first[y];
      const lower = upper + 3 * side;
      const down = fraction[y];
      for (let x = 0; x < side; x++) {
        const left = 3 * first[x];
        const right = fraction[x];
        for (let c = left; c < left + 3; c++) {
          const top = picture[upper + c] * (1 - right) + picture[upper + c + 3] * right;
          const bottom = picture[lower + c] * (1 - right) + picture[lower + c + 3] * right;
          sum[3 * (y * side + x) + c - left] += top + (bottom - top) * down;
        }
      }
    }
  }
  const out = emptyPicture(side);
  for (let i = 0; i < sum.length; i++) out[i] = sum[i] / steps;
  return bytesOf(out);
};

/** Correlates with a kernel given by its taps; pixels beyond the edge repeat it. [side, side, 3] */
function convolved(picture: Uint8Array | Float32Array, side: number, taps: readonly Tap[]): Float32Array {
  const out = new Float32Array(3 * side * side);
  for (const { dx, dy, weight } of taps) {
    // Between these columns no edge has to be looked out for.
    const start = Math.min(side, Math.max(0, -dx));
    const end = Math.max(start, Math.min(side, side - dx));
    for (let y = 0; y < side; y++) {
      const to = 3 * side * y;
      const from = 3 * side * clampTo(y + dy, side);
      for (let i = 0; i < 3 * start; i++) out[to + i] += weight * picture[from + (i % 3)];
      const shift = from + 3 * dx - to;
      for (let i = to + 3 * start; i < to + 3 * end; i++) out[i] += weight * picture[i + shift];
      const last = from + 3 * (side - 1);
      for (let i = 3 * end; i < 3 * side; i++) out[to + i] += weight * picture[last + (i % 3)];
    }
  }
  return out;
}

function rounded(values: Float32Array, side: number): Uint8Array {
  const out = emptyPicture(side);
  out.set(values);
  return bytesOf(out);
}

function clampTo(index: number, side: number): number {
  return Math.max(0, Math.min(side - 1, index));
}

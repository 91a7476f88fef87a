/**
 * Resizing of single-channel maps with half-pixel centres and without antialiasing.
 *
 * - bilinear: `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)`: source positions below 0
 *   are clamped to 0, the neighbour beyond the last pixel is the last pixel.
 * - bicubic: OpenCV's `INTER_CUBIC` (Keys' kernel with a = -0.75, edge pixels repeated).
 *
 * Both are separable, so the taps of one axis are computed once per (input, output) length and kept: resizing many
 * maps of one shape costs the multiplications only.
 */

/** Weights of one axis: output position o reads `count` inputs at `index[o * count + k]` with `weight[...]`. */
export interface Taps {
  readonly count: number;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

type TapRule = (input: number, output: number) => Taps;

/** Taps of bilinear interpolation from `input` to `output` samples. */
export function bilinearTaps(input: number, output: number): Taps {
  const taps = emptyTaps(2, output);
  const scale = input / output;
  for (let o = 0; o < output; o++) {
    const position = Math.max(0, (o + 0.5) * scale - 0.5);
    const first = Math.min(input - 1, Math.floor(position));
    const fraction = Math.min(1, position - first);
    taps.index[2 * o] = first;
    taps.index[2 * o + 1] = Math.min(input - 1, first + 1);
    taps.weight[2 * o] = 1 - fraction;
    taps.weight[2 * o + 1] = fraction;
  }
  return taps;
}

/** Taps of bicubic interpolation (a = -0.75) from `input` to `output` samples. */
export function bicubicTaps(input: number, output: number): Taps {
  const a = -0.75;
  const taps = emptyTaps(4, output);
  const scale = input / output;
  for (let o = 0; o < output; o++) {
    const position = (o + 0.5) * scale - 0.5;
    const first = Math.floor(position);
    const x = position - first;
    const w0 = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
    const w1 = ((a + 2) * x - (a + 3)) * x * x + 1;
    const w2 = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
    const weights = [w0, w1, w2, 1 - w0 - w1 - w2];
    for (let k = 0; k < 4; k++) {
      taps.index[4 * o + k] = Math.min(input - 1, Math.max(0, first - 1 + k));
      taps.weight[4 * o + k] = weights[k];
    }
  }
  return taps;
}

/**
 * Resizes a map bilinearly.
 * @param map [h, w] row-major
 * @param out [H, W]; allocated where not given
 * @returns `out`
 */
export function resizeBilinear(
  map: Float32Array,
  h: number,
  w: number,
  H: number,
  W: number,
  out: Float32Array = new Float32Array(H * W),
): Float32Array {
  return resizeSeparable(map, w, cachedTaps('bilinear', h, H), cachedTaps('bilinear', w, W), h, H, W, out);
}

/** Resizes a map bicubically; the arguments are those of {@link resizeBilinear}. Overshoots are kept. */
export function resizeBicubic(
  map: Float32Array,
  h: number,
  w: number,
  H: number,
  W: number,
  out: Float32Array = new Float32Array(H * W),
): Float32Array {
  return resizeSeparable(map, w, cachedTaps('bicubic', h, H), cachedTaps('bicubic', w, W), h, H, W, out);
}

function emptyTaps(count: number, output: number): Taps {
  return { count, index: new Int32Array(count * output), weight: new Float64Array(count * output) };
}

const rules: Readonly<Record<'bilinear' | 'bicubic', TapRule>> = { bilinear: bilinearTaps, bicubic: bicubicTaps };
const cache = new Map<string, Taps>();
/** A run uses a handful of shapes; the bound only keeps a long-lived process from growing. */
const CACHE_LIMIT = 256;

function cachedTaps(kind: 'bilinear' | 'bicubic', input: number, output: number): Taps {
  const key = `${kind} ${String(input)} ${String(output)}`;
  let taps = cache.get(key);
  if (taps === undefined) {
    taps = rules[kind](input, output);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(key, taps);
  }
  return taps;
}

let scratch = new Float32Array(0);

function resizeSeparable(
  map: Float32Array,
  w: number,
  rows: Taps,
  columns: Taps,
  h: number,
  H: number,
  W: number,
  out: Float32Array,
): Float32Array {
  if (map.length < h * w || out.length < H * W) throw new RangeError('resize: a map is smaller than its shape says');
  if (scratch.length < h * W) scratch = new Float32Array(h * W);
  const wide = scratch;
  const { index: ci, weight: cw, count: cn } = columns;
  for (let y = 0; y < h; y++) {
    const row = y * w;
    for (let x = 0; x < W; x++) {
      let sum = 0;
      for (let t = x * cn; t < x * cn + cn; t++) sum += map[row + ci[t]] * cw[t];
      wide[y * W + x] = sum;
    }
  }
  const { index: ri, weight: rw, count: rn } = rows;
  for (let y = 0; y < H; y++) {
    const target = y * W;
    const t = y * rn;
    const a = ri[t] * W;
    const b = ri[t + 1] * W;
    const wa = rw[t];
    const wb = rw[t + 1];
    if (rn === 2) {
      for (let x = 0; x < W; x++) out[target + x] = wide[a + x] * wa + wide[b + x] * wb;
      continue;
    }
    const c = ri[t + 2] * W;
    const d = ri[t + 3] * W;
    const wc = rw[t + 2];
    const wd = rw[t + 3];
    for (let x = 0; x < W; x++) {
      out[target + x] = wide[a + x] * wa + wide[b + x] * wb + wide[c + x] * wc + wide[d + x] * wd;
    }
  }
  return out;
}

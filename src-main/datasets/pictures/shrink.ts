/**
 * Resizing in plain code, for pictures so small that setting libvips to work takes longer than the work: 64x64 pixels
 * need a tenth of a millisecond here and a whole one there. A triangle filter that covers what becomes one pixel, as PIL's
 * `BILINEAR` and libvips' `linear` kernel do.
 */

/** Weights of one axis: output position o reads `counts[o]` inputs from `starts[o]` on, with `weights[o * most + k]`. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
  readonly most: number;
}

/** By input and output length: a data set has few sizes. */
const known = new Map<string, Taps>();
const MOST_KNOWN = 256;

/**
 * @param pixels bytes [height, width, channels]
 * @returns bytes [toHeight, toWidth, channels]
 */
export function shrink(
  pixels: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  toHeight: number,
  toWidth: number,
): Uint8Array {
  const across = tapsOf(width, toWidth);
  const down = tapsOf(height, toHeight);
  const rows = new Float64Array(height * toWidth * channels);
  for (let row = 0; row < height; row++) {
    for (let to = 0; to < toWidth; to++) {
      for (let k = 0; k < across.counts[to]; k++) {
        const weight = across.weights[to * across.most + k];
        const from = (row * width + across.starts[to] + k) * channels;
        const at = (row * toWidth + to) * channels;
        for (let channel = 0; channel < channels; channel++) rows[at + channel] += weight * pixels[from + channel];
      }
    }
  }
  const line = toWidth * channels;
  const result = new Uint8Array(toHeight * line);
  const sums = new Float64Array(line);
  for (let to = 0; to < toHeight; to++) {
    sums.fill(0);
    for (let k = 0; k < down.counts[to]; k++) {
      const weight = down.weights[to * down.most + k];
      const from = (down.starts[to] + k) * line;
      for (let i = 0; i < line; i++) sums[i] += weight * rows[from + i];
    }
    for (let i = 0; i < line; i++) result[to * line + i] = Math.round(sums[i]);
  }
  return result;
}

function tapsOf(input: number, output: number): Taps {
  const key = `${input} ${output}`;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const scale = input / output;
  const reach = Math.max(1, scale);
  const most = 2 * Math.ceil(reach) + 1;
  const starts = new Int32Array(output);
  const counts = new Int32Array(output);
  const weights = new Float64Array(output * most);
  for (let to = 0; to < output; to++) {
    const centre = (to + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - reach));
    const end = Math.min(input, Math.ceil(centre + reach));
    let sum = 0;
    for (let from = start; from < end; from++) {
      const weight = Math.max(0, 1 - Math.abs(from + 0.5 - centre) / reach);
      weights[to * most + from - start] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - start; k++) weights[to * most + k] /= sum;
    starts[to] = start;
    counts[to] = end - start;
  }
  const taps = { starts, counts, weights, most };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, taps);
  return taps;
}

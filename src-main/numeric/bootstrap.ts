/**
 * Percentile bootstrap (Efron): the pictures are drawn again with replacement, the figure is computed on every
 * draw, and the interval holds the middle share of what came out. Seeded: same seed and count, same draws, whatever
 * the values are, so two figures over the same pictures are resampled together.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashSeed } from './random.ts';
import { mean, quantileOfSorted } from './statistics.ts';

/** A figure with its interval and the number of pictures behind it. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 1,000. */
  readonly resamples?: number;
  /** Share of the resampled figures inside the interval, default 0.95. */
  readonly confidence?: number;
}

/**
 * Calls `visit` once per resample with how often each of the `n` pictures was drawn (sum n). The array is reused.
 */
export function forEachResample(n: number, options: BootstrapOptions, visit: (draws: Uint32Array) => void): void {
  const generator = xoroshiro128plus(hashSeed('bootstrap', options.seed));
  const draws = new Uint32Array(n);
  const scale = n / 2 ** 32;
  for (let r = 0; r < (options.resamples ?? 1000); r++) {
    draws.fill(0);
    // The bias of scaling 32 bits to n pictures is below n / 2^32.
    for (let i = 0; i < n; i++) draws[Math.floor((generator.next() >>> 0) * scale)]++;
    visit(draws);
  }
}

/** A figure together with what it came to on every draw, in the order of the draws. */
export interface Resampled extends Estimate {
  /** [resamples] */
  readonly resampled: Float64Array;
}

/** The interval of a list of resampled figures. */
function interval(resampled: Float64Array, options: Omit<BootstrapOptions, 'seed'>): { low: number; high: number } {
  const tail = (1 - (options.confidence ?? 0.95)) / 2;
  const sorted = resampled.slice().sort();
  return { low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) };
}

const estimate = ({ value, low, high, n }: Resampled): Estimate => ({ value, low, high, n });

/**
 * Any figure that can be computed from how often each picture counts, with its resampled values.
 * @param statistic called with draws [n]; the value of the figure itself is `statistic` of all ones
 */
export function resampledStatistic(
  n: number,
  statistic: (draws: Uint32Array) => number,
  options: BootstrapOptions,
): Resampled {
  const resampled = new Float64Array(options.resamples ?? 1000);
  if (n === 0) return { value: 0, low: 0, high: 0, n: 0, resampled };
  let r = 0;
  forEachResample(n, options, (draws) => {
    resampled[r++] = statistic(draws);
  });
  return { value: statistic(new Uint32Array(n).fill(1)), ...interval(resampled, options), n, resampled };
}

/**
 * Means of several columns over the same pictures, drawn together (one pass of drawing), with their resampled values.
 * Without any picture every value is 0 and n is 0.
 */
export function resampledMeans(columns: readonly ArrayLike<number>[], options: BootstrapOptions): Resampled[] {
  const n = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== n)) throw new RangeError('bootstrap: columns of different length');
  const resampled = columns.map(() => new Float64Array(options.resamples ?? 1000));
  if (n === 0) return resampled.map((none) => ({ value: 0, low: 0, high: 0, n: 0, resampled: none }));
  let r = 0;
  forEachResample(n, options, (draws) => {
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += draws[i] * column[i];
      resampled[c][r] = sum / n;
    }
    r++;
  });
  return columns.map((column, c) => ({
    value: mean(column),
    ...interval(resampled[c], options),
    n,
    resampled: resampled[c],
  }));
}

/**
 * The interval of b - a from their resampled values. Both must have been drawn with one seed over the same pictures:
 * then the draws belong together one by one, whatever the figure is (a mean, an area, a worst group).
 */
export function pairedInterval(a: ArrayLike<number>, b: ArrayLike<number>): { low: number; high: number } {
  if (a.length !== b.length) throw new RangeError('bootstrap: pairs of different length');
  return interval(
    Float64Array.from(a, (value, r) => b[r] - value),
    {},
  );
}

/** As {@link resampledStatistic}, without the resampled values. */
export function bootstrapStatistic(
  n: number,
  statistic: (draws: Uint32Array) => number,
  options: BootstrapOptions,
): Estimate {
  return estimate(resampledStatistic(n, statistic, options));
}

/** As {@link resampledMeans}, without the resampled values. */
export function bootstrapMeans(columns: readonly ArrayLike<number>[], options: BootstrapOptions): Estimate[] {
  return resampledMeans(columns, options).map(estimate);
}

/** Mean of one column with its interval. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Estimate {
  return bootstrapMeans([values], options)[0];
}

/** Mean of a - b over the same pictures, resampled by picture (paired). */
export function bootstrapPairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions,
): Estimate {
  if (a.length !== b.length) throw new RangeError('bootstrap: pairs of different length');
  return bootstrapMean(
    Float64Array.from(a, (value, i) => value - b[i]),
    options,
  );
}

/** Plain descriptive statistics of arrays of numbers. */

/** Arithmetic mean; 0 for an empty array. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length === 0 ? 0 : sum / values.length;
}

/**
 * Quantile of values in ascending order, linear between neighbours (NumPy's default, Hyndman and Fan's type 7).
 * @param sorted ascending, not empty
 * @param share  0..1
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/** Median (mean of the two middle values for an even count); 0 for an empty array. */
export function median(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : quantileOfSorted(Float64Array.from(values).sort(), 0.5);
}

/** Index of the first largest value; -1 for an empty array. */
export function argMax(values: ArrayLike<number>): number {
  let best = values.length === 0 ? -1 : 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

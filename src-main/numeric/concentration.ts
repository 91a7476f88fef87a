/** How concentrated a map of values >= 0 is: on one place, or spread evenly. Neither depends on the map's scale. */

/**
 * Gini coefficient (Hurley and Rickard, IEEE Trans. Inf. Theory 2009): 0 where all values are alike, 1 - 1/n where one
 * value holds everything. A map of zeros is spread evenly: 0.
 */
export function gini(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let total = 0;
  let ranked = 0;
  for (let i = 0; i < n; i++) {
    total += sorted[i];
    ranked += (2 * i + 1 - n) * sorted[i];
  }
  return total > 0 ? ranked / (n * total) : 0;
}

/**
 * Shannon's entropy of the map divided by its sum, as a share of the largest possible (log n): 1 where all values are
 * alike, 0 where one value holds everything. A map of zeros, or of a single value, is spread evenly: 1.
 */
export function normalisedEntropy(values: ArrayLike<number>): number {
  const n = values.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i];
  if (!(total > 0) || n < 2) return 1;
  let entropy = 0;
  for (let i = 0; i < n; i++) {
    const share = values[i] / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return entropy / Math.log(n);
}

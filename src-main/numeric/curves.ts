/** Figures that are areas under curves. */

/**
 * Area under the precision-recall curve from histograms of scores: sum over score levels, from the highest down, of
 * precision times the gain in recall (no interpolation). Levels without any entry do not count.
 * @param positives entries of each score level that are truly positive, lowest level first
 * @param negatives the same for the negative ones
 * @returns [0,1]; 0 where there is no positive entry
 */
export function averagePrecision(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < positives.length; i++) total += positives[i];
  if (total === 0) return 0;
  let found = 0;
  let wrong = 0;
  let area = 0;
  for (let i = positives.length - 1; i >= 0; i--) {
    found += positives[i];
    wrong += negatives[i];
    if (positives[i] > 0) area += (found / (found + wrong)) * (positives[i] / total);
  }
  return area;
}

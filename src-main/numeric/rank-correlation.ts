/** Spearman's rank correlation: whether two maps order places alike, however their values are spaced. */

/**
 * Spearman's rho in [-1, 1]: Pearson's correlation of the ranks, equal values sharing their mean rank.
 * @returns 0 where all values of either side are alike: it orders nothing
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError('rank correlation: arrays of different length');
  const [u, w] = [centredRanks(a), centredRanks(b)];
  let product = 0;
  let spreadA = 0;
  let spreadB = 0;
  for (let i = 0; i < u.length; i++) {
    product += u[i] * w[i];
    spreadA += u[i] * u[i];
    spreadB += w[i] * w[i];
  }
  return spreadA > 0 && spreadB > 0 ? product / Math.sqrt(spreadA * spreadB) : 0;
}

/** Ranks 0, 1, ... minus their mean; ties get the middle of the ranks that they take together. */
function centredRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(n);
  for (let from = 0; from < n;) {
    let to = from;
    while (to + 1 < n && values[order[to + 1]] === values[order[from]]) to++;
    for (let r = from; r <= to; r++) ranks[order[r]] = (from + to) / 2 - (n - 1) / 2;
    from = to + 1;
  }
  return ranks;
}

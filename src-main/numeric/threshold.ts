/**
 * Otsu's threshold (IEEE Transactions on Systems, Man, and Cybernetics, 1979): the level that
 * maximises the variance between the classes below and above it, over 256 equal bins between the
 * smallest and the largest value. Values below the returned level are the lower class; where
 * several levels are equally good their middle is taken. A constant array has its value as level.
 */
export function otsuThreshold(values: Float32Array): number {
  const bins = 256;
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return low;
  const counts = new Float64Array(bins);
  const scale = bins / (high - low);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) * scale))] += 1;
  let total = 0;
  for (let i = 0; i < bins; i++) total += i * counts[i];
  let below = 0;
  let sumBelow = 0;
  let best = -1;
  let first = 0;
  let last = 0;
  for (let i = 0; i < bins - 1; i++) {
    below += counts[i];
    sumBelow += i * counts[i];
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const difference = sumBelow / below - (total - sumBelow) / above;
    const between = below * above * difference * difference;
    if (between > best * (1 + 1e-12)) {
      best = between;
      first = i;
      last = i;
    } else if (between >= best * (1 - 1e-12)) {
      last = i;
    }
  }
  return low + ((first + last) / 2 + 1) / scale;
}

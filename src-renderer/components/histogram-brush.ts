/**
 * The arithmetic of the brush over a histogram: a range of values that always begins and ends at the edge of a bin (what
 * lies inside a bin is not known), is at least one bin wide, and is null when it would leave nothing out.
 */

/** Ends of a range of values. */
export type Range = readonly [low: number, high: number];

/** A histogram: what its whole width means, and how many bins divide it. */
export interface Bins {
  readonly domain: Range;
  readonly bins: number;
}

/** Where a value lies across the width, in [0,1]. */
export function shareOf(value: number, { domain }: Bins): number {
  return Math.min(1, Math.max(0, (value - domain[0]) / (domain[1] - domain[0])));
}

/** The edge nearest to a place across the width; edges are counted from 0 to `bins`. */
export function edgeAt(share: number, { bins }: Bins): number {
  return Math.min(bins, Math.max(0, Math.round(share * bins)));
}

/** The edge nearest to a value. */
function edgeOf(value: number, histogram: Bins): number {
  return edgeAt(shareOf(value, histogram), histogram);
}

/** The range between two edges, in either order; null where it is everything. */
function between(one: number, other: number, histogram: Bins): Range | null {
  const { domain, bins } = histogram;
  let low = Math.max(0, Math.min(one, other));
  let high = Math.min(bins, Math.max(one, other));
  if (low === high) {
    if (high < bins) high++;
    else low--;
  }
  if (low === 0 && high === bins) return null;
  const value = (edge: number): number => domain[0] + ((domain[1] - domain[0]) * edge) / bins;
  return [value(low), value(high)];
}

/** The edges of a brush; those of everything where there is none. */
export function edgesOf(brush: Range | null, histogram: Bins): [low: number, high: number] {
  return brush ? [edgeOf(brush[0], histogram), edgeOf(brush[1], histogram)] : [0, histogram.bins];
}

/** The range under a pointer dragged from one place to another: every bin that it touched. */
export function dragged(from: number, to: number, histogram: Bins): Range | null {
  const { bins } = histogram;
  const inside = (share: number): number => Math.min(1, Math.max(0, share));
  const low = Math.floor(inside(Math.min(from, to)) * bins);
  const high = Math.ceil(inside(Math.max(from, to)) * bins);
  return between(Math.min(low, bins - 1), Math.max(high, 1), histogram);
}

/** The brush shifted by so many bins, kept whole at both ends. */
export function moved(brush: Range, by: number, histogram: Bins): Range | null {
  const [low, high] = edgesOf(brush, histogram);
  const allowed = Math.min(histogram.bins - high, Math.max(-low, Math.round(by)));
  return between(low + allowed, high + allowed, histogram);
}

/** One end of the brush set to an edge; it stops one bin before the other end. */
export function resized(brush: Range | null, end: 'low' | 'high', edge: number, histogram: Bins): Range | null {
  const [low, high] = edgesOf(brush, histogram);
  return end === 'low'
    ? between(Math.min(edge, high - 1), high, histogram)
    : between(low, Math.max(edge, low + 1), histogram);
}

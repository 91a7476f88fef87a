/** Costly parts measure a share of the pictures, the same share for every model. */
import { hashSeed } from '../numeric/random.ts';

/**
 * Which pictures take part: chosen by seed and id, so that neither their order nor other pictures matter much.
 * @param limit how many; 0: all
 * @returns indices, ascending
 */
export function chosenPictures(ids: readonly string[], limit: number, seed: number): number[] {
  const all = ids.map((id, index) => ({ index, id, rank: hashSeed('chosen pictures', seed, id) }));
  if (limit === 0 || limit >= all.length) return all.map(({ index }) => index);
  all.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  return all
    .slice(0, limit)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

/**
 * Which share of `count` pictures {@link chosenPictures} takes: for estimates.
 * @param limit how many are wanted; 0: all
 * @returns 0..1; 1 of no pictures
 */
export function chosenShare(limit: number, count: number): number {
  return limit === 0 || count === 0 ? 1 : Math.min(1, limit / count);
}

/**
 * Which training pictures a round assesses, where it assesses only a share of them (`method.assessShare`): a window
 * that goes round a seeded order of all pictures, so that each comes to be assessed within 1 / share rounds (rounded up).
 * What is said of the others is what their last assessment said. The last assessment of a run is of all pictures, as is
 * that of a network which is not trained.
 */
import type { RunSettings } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';

/** Of a product that would be whole but for rounding. */
const ROUNDING = 1e-9;

/**
 * @param count training pictures
 * @param share in (0,1]
 * @param seed  of the run
 * @param round 0, 1, ...
 * @returns [ceil(share * count)] indices, ascending
 */
export function assessedSamples(count: number, share: number, seed: number, round: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const wanted = Math.min(count, Math.ceil(share * count - ROUNDING));
  if (wanted === count) return all;
  const order = new Random(hashSeed('assessed share', seed)).shuffle(all);
  return Int32Array.from({ length: wanted }, (_, k) => order[(round * wanted + k) % count]).sort();
}

/** The share of the training pictures that is assessed after a round of a run, in (0,1]. */
export function assessedShare({ arm, method, training }: RunSettings, round: number): number {
  return arm === 'given' || round === training.rounds ? 1 : method.assessShare;
}

/**
 * Sample weights v = 1 - E (Wu et al., IEEE TMM 2024): hard samples, whose explanation does not
 * survive, count more. Ours: a floor is added first, and v is normalised to mean 1, so that the
 * learning rate keeps its meaning.
 */
import type { Arm } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';

/** Whether an arm mixes backgrounds from the first assessment on. */
export function mixesBackgrounds(arm: Arm): boolean {
  return arm === 'mix' || arm === 'consistency-mix';
}

/**
 * The weights of the round that follows an assessment. A sample that has not been assessed yet has the mean weight, 1
 * (where weights are dealt out at random, any of them).
 *
 * - `plain`, `mix`, `given`: 1.
 * - `consistency`, `consistency-mix`, `noise` (whose E comes from the noise control): 1 - E.
 * - `loss`: 1 - exp(-L), the probability that the label does not get: hardness without explanation.
 * - `random`: the weights of `consistency`, dealt out at random.
 *
 * @param e      [n] explanation consistency in [0,1]
 * @param losses [n] cross-entropy of the clean pictures
 * @param known  [n] which have been assessed; null: all
 * @returns [n] non-negative, mean 1
 */
export function sampleWeights(
  arm: Arm,
  e: Float32Array,
  losses: Float32Array,
  floor: number,
  seed: number,
  round: number,
  known: readonly boolean[] | null = null,
): Float32Array {
  const fromE = (): Float32Array =>
    normalise(
      Float32Array.from(e, (value) => 1 - value + floor),
      known,
    );
  switch (arm) {
    case 'plain':
    case 'mix':
    case 'given':
      return new Float32Array(e.length).fill(1);
    case 'loss':
      return normalise(
        losses.map((loss) => 1 - Math.exp(-loss) + floor),
        known,
      );
    case 'random':
      return new Random(hashSeed('random weights', seed, round)).shuffle(fromE());
    default:
      return fromE();
  }
}

/** Divides by the mean of what is known; 1 for the rest, and for all where there is nothing to weigh. */
function normalise(weights: Float32Array, known: readonly boolean[] | null): Float32Array {
  const isKnown = (i: number): boolean => known?.[i] ?? true;
  const count = weights.reduce((total, _, i) => total + Number(isKnown(i)), 0);
  const sum = weights.reduce((total, value, i) => (isKnown(i) ? total + value : total), 0);
  return weights.map((value, i) => (sum > 0 && isKnown(i) ? (value * count) / sum : 1));
}

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
 * The weights of the round that follows an assessment.
 *
 * - `plain`, `mix`, `given`: 1.
 * - `consistency`, `consistency-mix`, `noise` (whose E comes from the noise control): 1 - E.
 * - `loss`: 1 - exp(-L), the probability that the label does not get: hardness without explanation.
 * - `random`: the weights of `consistency`, dealt out at random.
 *
 * @param e      [n] explanation consistency in [0,1]
 * @param losses [n] cross-entropy of the clean pictures
 * @returns [n] non-negative, mean 1
 */
export function sampleWeights(
  arm: Arm,
  e: Float32Array,
  losses: Float32Array,
  floor: number,
  seed: number,
  round: number,
): Float32Array {
  switch (arm) {
    case 'plain':
    case 'mix':
    case 'given':
      return new Float32Array(e.length).fill(1);
    case 'loss':
      return normalise(losses.map((loss) => 1 - Math.exp(-loss) + floor));
    case 'random': {
      const weights = normalise(e.map((value) => 1 - value + floor));
      return new Random(hashSeed('random weights', seed, round)).shuffle(weights);
    }
    default:
      return normalise(e.map((value) => 1 - value + floor));
  }
}

/** Divides by the mean; all ones where there is nothing to weigh. */
function normalise(weights: Float32Array): Float32Array {
  const sum = weights.reduce((total, value) => total + value, 0);
  return sum > 0 ? weights.map((value) => (value * weights.length) / sum) : weights.fill(1);
}

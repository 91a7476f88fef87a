/** Learning rate over the whole run: linear from 0 to `base`, then half a cosine down to 0. */
import type { TrainingSettings } from '../contract/settings.ts';

/**
 * @param step        optimiser step about to be taken, 0 .. totalSteps - 1
 * @param warmupSteps steps of linear growth
 */
export function learningRateAt(step: number, totalSteps: number, warmupSteps: number, base: number): number {
  if (step < warmupSteps) return (base * (step + 1)) / (warmupSteps + 1);
  const share = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return (base * (1 + Math.cos(Math.PI * share))) / 2;
}

/**
 * Where the batches of an epoch begin and end: as many as come closest to the wanted size, of equal
 * length up to one picture, so that no batch is too small for batch statistics.
 * @returns batches + 1 offsets, from 0 to count
 */
export function batchOffsets(count: number, batchSize: number): number[] {
  const batches = Math.max(1, Math.round(count / batchSize));
  return Array.from({ length: batches + 1 }, (_, i) => Math.floor((i * count) / batches));
}

/** The epochs of a round's training, `before` of which are over when it begins, of those of the whole run. */
export function epochsOfRound(
  { warmupEpochs, rounds, epochsPerRound }: Pick<TrainingSettings, 'warmupEpochs' | 'rounds' | 'epochsPerRound'>,
  round: number,
): { readonly before: number; readonly epochs: number; readonly totalEpochs: number } {
  return {
    before: round === 0 ? 0 : warmupEpochs + (round - 1) * epochsPerRound,
    epochs: round === 0 ? warmupEpochs : epochsPerRound,
    totalEpochs: warmupEpochs + rounds * epochsPerRound,
  };
}

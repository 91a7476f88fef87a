/**
 * What runs on this machine really took, as a multiple of what was measured beforehand. A measurement is short, on a
 * processor that is cool, and knows nothing of files that are written meanwhile; the runs themselves know.
 */
import type { RunSeconds } from '../../jobs/protocol.ts';

/** Parts of a run whose time is corrected. */
export const CORRECTED = ['training', 'assessment', 'evaluation'] as const;
export type CorrectedPart = (typeof CORRECTED)[number];

/** Real time / predicted time; 1 where nothing is known. */
export type Correction = Readonly<Record<CorrectedPart, number>>;

export const NO_CORRECTION: Correction = { training: 1, assessment: 1, evaluation: 1 };

/** Beyond these something else was wrong: another program, a laptop that was asleep. */
const LEAST = 0.5;
const MOST = 2;
/** Weight of the newest run. */
const NEWEST = 0.5;
/** Seconds below which a part is too short to say anything. */
const SHORT = 1;

/**
 * @param before  what was known
 * @param ratios  real / predicted, without any correction, of the parts that the run had
 */
export function learned(before: Correction, ratios: Partial<Record<CorrectedPart, number>>): Correction {
  const next = (part: CorrectedPart): number => {
    const ratio = ratios[part];
    if (ratio === undefined || !Number.isFinite(ratio) || ratio <= 0) return before[part];
    // Of ratios the geometric mean: twice and half cancel out.
    return before[part] ** (1 - NEWEST) * bounded(ratio) ** NEWEST;
  };
  return { training: next('training'), assessment: next('assessment'), evaluation: next('evaluation') };
}

/** Applies it to what was predicted. */
export function corrected(parts: RunSeconds, correction: Correction): RunSeconds {
  const { training, assessment, evaluation } = parts;
  return {
    ...parts,
    training: training * correction.training,
    assessment: assessment * correction.assessment,
    evaluation: evaluation * correction.evaluation,
  };
}

/** Real / predicted for the parts that are long enough. @param shares of what was predicted that the run has done */
export function ratiosOf(
  real: Readonly<Record<CorrectedPart, number>>,
  predicted: Readonly<Record<CorrectedPart, number>>,
  shares: Readonly<Record<CorrectedPart, number>>,
): Partial<Record<CorrectedPart, number>> {
  const ratios: Partial<Record<CorrectedPart, number>> = {};
  for (const part of CORRECTED) {
    const expected = predicted[part] * shares[part];
    if (expected > 0 && real[part] >= SHORT) ratios[part] = real[part] / expected;
  }
  return ratios;
}

const bounded = (ratio: number): number => Math.min(MOST, Math.max(LEAST, ratio));

/** Differences between trainings of the same seeds. */
import { mean } from '../src-main/numeric/statistics.ts';

export interface PairedDifference {
  /** Of the pairs: value minus reference. */
  readonly mean: number;
  /** Of that mean: the differences' standard deviation (n - 1) / sqrt(n). NaN of one pair. */
  readonly standardError: number;
  /** Whether the 95 % interval of the mean (Student's t) leaves 0 out. */
  readonly isBeyondChance: boolean;
}

/** Quantile 0.975 of Student's t, by degrees of freedom from 1; from the last on it falls no further here. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** So many standard errors a mean of so many pairs must lie from 0 to be beyond chance (95 %). */
export function standardErrorsOfChance(pairs: number): number {
  return pairs < 2 ? Infinity : (STUDENT[pairs - 2] ?? STUDENT[STUDENT.length - 1]);
}

/** @param values and `reference`: one a seed, in the same order */
export function pairedDifference(values: readonly number[], reference: readonly number[]): PairedDifference {
  const differences = values.map((value, i) => value - reference[i]);
  const middle = mean(differences);
  const standardError = standardDeviation(differences) / Math.sqrt(differences.length);
  // Differences that are all the same have no spread, and of those that are all 0 none is beyond anything.
  const isBeyondChance = Math.abs(middle) > standardErrorsOfChance(differences.length) * standardError;
  return { mean: middle, standardError, isBeyondChance };
}

/** Of a sample (n - 1); NaN of one value. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

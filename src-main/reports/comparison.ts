/**
 * Two runs on the same test pictures: every figure as a paired difference with its interval, and the
 * only place where a difference is called better, worse or neither.
 */
import type { Figure, RunFigures } from '../contract/run.ts';
import { bootstrapMean } from '../numeric/bootstrap.ts';
import { figureKind, type FigureKey, type FigureKind } from './figure-kinds.ts';
import type { PerPicture } from './input.ts';
import { percent, points, signedPoints } from './words.ts';

/** Seed of the resampling, printed with the settings: same report, same intervals. */
export const BOOTSTRAP_SEED = 0;
export const BOOTSTRAP_RESAMPLES = 1000;

/**
 * `none`: the interval contains zero, there is no measurable difference. `unknown`: no interval could be
 * computed (nothing per picture was handed over), so nothing is claimed.
 */
export type Verdict = 'better' | 'worse' | 'none' | 'unknown';

export interface PairedDifference {
  readonly key: FigureKey;
  readonly before: number;
  readonly after: number;
  /** after - before, as a share (0.031 is 3.1 percentage points). */
  readonly change: number;
  /** 95% bootstrap interval of the change over pictures; null where it could not be computed. */
  readonly low: number | null;
  readonly high: number | null;
  /** Pictures that both runs measured. */
  readonly n: number | null;
  readonly verdict: Verdict;
}

/** The 95% interval of the mean of `differences` over pictures. */
export type Bootstrap = (differences: Float64Array) => { readonly low: number; readonly high: number };

const bootstrap: Bootstrap = (differences) =>
  bootstrapMean(differences, { seed: BOOTSTRAP_SEED, resamples: BOOTSTRAP_RESAMPLES, confidence: 0.95 });

/**
 * The verdict of an interval. Judged on the borders as they are printed (a tenth of a point): an interval
 * that reads "0.0 to 2.1" contains zero for whoever reads it.
 */
export function verdictOf(low: number, high: number, better: FigureKind['better']): Verdict {
  const printed = (border: number): number => Math.round(border * 1000);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'unknown';
  if (printed(low) <= 0 && printed(high) >= 0) return 'none';
  return low > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** after[i] - before[i] over the pictures measured by both; null where the arrays do not match. */
function pairedValues(
  before: ArrayLike<number> | null,
  after: ArrayLike<number> | null,
): { readonly before: Float64Array; readonly after: Float64Array } | null {
  if (before === null || after === null || before.length !== after.length) return null;
  const measured = (values: ArrayLike<number>, i: number): boolean =>
    Number.isFinite(values[i]) && !(values instanceof Uint8Array && values[i] === 255);
  const kept = Array.from({ length: before.length }, (_, i) => i).filter(
    (i) => measured(before, i) && measured(after, i),
  );
  if (kept.length === 0) return null;
  return {
    before: Float64Array.from(kept, (i) => before[i]),
    after: Float64Array.from(kept, (i) => after[i]),
  };
}

/** One figure of two runs; null where one of them did not measure it. */
export function pairedDifference(
  kind: FigureKind,
  before: Figure | null,
  after: Figure | null,
  arrays: readonly [PerPicture | undefined, PerPicture | undefined],
  resample: Bootstrap = bootstrap,
): PairedDifference | null {
  if (before === null || after === null) return null;
  const change = after.value - before.value;
  const base = { key: kind.key, before: before.value, after: after.value, change };
  const [a, b] = arrays;
  const pairs = a && b ? pairedValues(kind.perPicture(a), kind.perPicture(b)) : null;
  // Only where the pictures account for the figures themselves is their interval the figures' interval.
  const differences = pairs === null ? null : pairs.after.map((value, i) => value - pairs.before[i]);
  const mean = differences === null ? Number.NaN : differences.reduce((sum, d) => sum + d, 0) / differences.length;
  if (differences === null || Math.abs(mean - change) > 5e-4) {
    return { ...base, low: null, high: null, n: null, verdict: 'unknown' };
  }
  const { low, high } = resample(differences);
  return { ...base, low, high, n: differences.length, verdict: verdictOf(low, high, kind.better) };
}

/** All figures that both runs measured, in the order of `kinds`. */
export function pairedDifferences(
  kinds: readonly FigureKind[],
  runs: readonly [
    { readonly figures: RunFigures | null; readonly perPicture: PerPicture | undefined },
    { readonly figures: RunFigures | null; readonly perPicture: PerPicture | undefined },
  ],
  resample?: Bootstrap,
): PairedDifference[] {
  const [a, b] = runs;
  const before = a.figures;
  const after = b.figures;
  if (before === null || after === null) return [];
  return kinds.flatMap((kind) => {
    const difference = pairedDifference(
      kind,
      kind.read(before),
      kind.read(after),
      [a.perPicture, b.perPicture],
      resample,
    );
    return difference === null ? [] : [difference];
  });
}

/** "95% interval of the change −14.9 to −9.6 points". */
function intervalText(difference: PairedDifference): string {
  if (difference.low === null || difference.high === null) return 'no interval could be computed';
  return `95% interval of the change ${signedPoints(difference.low)} to ${signedPoints(difference.high)} points`;
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  none: 'no measurable difference',
  unknown: 'not tested',
};
export const verdictWord = (verdict: Verdict): string => VERDICT_WORDS[verdict];

/** A full sentence about one difference. Never claims a direction unless the interval excludes zero. */
export function differenceSentence(difference: PairedDifference): string {
  const kind = figureKind(difference.key);
  const values = `${percent(difference.before)} to ${percent(difference.after)}`;
  switch (difference.verdict) {
    case 'none':
      return `No measurable difference in ${kind.subject} (${values}; ${intervalText(difference)}).`;
    case 'unknown':
      return `Whether ${kind.subject} differs was not tested (${values}; ${intervalText(difference)}).`;
    default:
      return `${difference.change > 0 ? kind.rises : kind.falls}, by ${points(difference.change)} points (${values}; ${intervalText(difference)}).`;
  }
}

/**
 * Two runs on the same test pictures: every figure as a paired difference with its interval, and the only place where
 * a difference is called better, worse or neither.
 */
import type { Verdict } from '../contract/compare-view.ts';
import type { EvaluationKey, PartResult, StoredEvaluation } from '../contract/evaluation.ts';
import { pairedInterval } from '../numeric/bootstrap.ts';
import { figureOf, type FigureKind } from './figure-kinds.ts';
import { amountText, capitalised, changeText, figureText, printedSteps } from './words.ts';

/** Of every interval: resamples of the pictures. */
export const BOOTSTRAP_RESAMPLES = 1000;

export interface PairedDifference {
  readonly key: string;
  readonly before: number;
  readonly after: number;
  /** after - before, in the unit of the figure (a share of 0.031 is 3.1 percentage points). */
  readonly change: number;
  /** 95% bootstrap interval of the change over pictures; null where the two cannot be paired. */
  readonly low: number | null;
  readonly high: number | null;
  /** Pictures behind it; null where the two cannot be paired. */
  readonly n: number | null;
  readonly verdict: Verdict;
  /** Why the two cannot be paired, as the end of a sentence; null where they are. */
  readonly obstacle: string | null;
}

/**
 * The verdict of an interval. Judged on the borders as they are printed: an interval that reads "0.0 to 2.1" contains
 * zero for whoever reads it.
 */
export function verdictOf(low: number, high: number, { better, unit }: Pick<FigureKind, 'better' | 'unit'>): Verdict {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'unknown';
  if (printedSteps(unit, low) <= 0 && printedSteps(unit, high) >= 0) return 'none';
  return low > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** One figure of two runs; null where one of them has not measured it, and of a yardstick. */
export function pairedDifference(
  kind: FigureKind,
  baseline: StoredEvaluation | undefined,
  candidate: StoredEvaluation | undefined,
): PairedDifference | null {
  const [before, after] = [figureOf(baseline, kind), figureOf(candidate, kind)];
  const [a, b] = [baseline?.parts[kind.part], candidate?.parts[kind.part]];
  if (kind.yardstick || before === null || after === null || a === undefined || b === undefined) return null;
  const change = after.value - before.value;
  const base = { key: kind.key, before: before.value, after: after.value, change };
  const [drawnBefore, drawnAfter] = [baseline?.resampled[kind.key], candidate?.resampled[kind.key]];
  const apart = (obstacle: string): PairedDifference => ({
    ...base,
    ...{ low: null, high: null, n: null, verdict: 'unknown', obstacle },
  });
  const obstacle = pairingObstacle(a, b, sameTestPictures(baseline, candidate));
  if (obstacle !== null) return apart(obstacle);
  // The worst group may be another in each run, of another size; its draws belong together all the same.
  if (kind.part !== 'groups' && before.n !== after.n) {
    return apart(`it could be measured on ${String(before.n)} pictures of one run and ${String(after.n)} of the other`);
  }
  if (drawnBefore === undefined || drawnAfter?.length !== drawnBefore.length || drawnBefore.length === 0) {
    return apart('what its interval is computed from is missing; measure both runs again');
  }
  const { low, high } = pairedInterval(drawnBefore, drawnAfter);
  return { ...base, low, high, n: Math.min(before.n, after.n), verdict: verdictOf(low, high, kind), obstacle: null };
}

/** All figures that both runs have measured, in the order of `kinds`. */
export function pairedDifferences(
  kinds: readonly FigureKind[],
  baseline: StoredEvaluation | undefined,
  candidate: StoredEvaluation | undefined,
): PairedDifference[] {
  return kinds.flatMap((kind) => {
    const difference = pairedDifference(kind, baseline, candidate);
    return difference === null ? [] : [difference];
  });
}

/** Whether two runs that saw the data in different states were measured on the same pictures with the same labels. */
export const sameTestPictures = (
  a: Pick<StoredEvaluation, 'testFingerprint'> | null | undefined,
  b: typeof a,
): boolean => a?.testFingerprint !== undefined && a.testFingerprint === b?.testFingerprint;

/**
 * Why two results of a part cannot be compared picture by picture, as the end of a sentence; null where they can.
 * @param sameTest see {@link sameTestPictures}
 */
export function pairingObstacle(
  a: Pick<PartResult, 'key' | 'picturesHash'>,
  b: typeof a,
  sameTest = false,
): string | null {
  if (a.key.dataFingerprint !== b.key.dataFingerprint && !sameTest) return 'the two were measured on different data';
  if (a.key.split !== b.key.split) return 'one was measured on test pictures, the other on validation pictures';
  if (a.key.definition !== b.key.definition) return 'the two were measured by different definitions';
  const settings = differingSettings(a.key, b.key);
  if (settings.length > 0) return `the two were measured with different settings (${settings.join(', ')})`;
  if (String(a.key.judges) !== String(b.key.judges)) {
    return 'where objects are was told by different models';
  }
  return a.picturesHash === b.picturesHash ? null : 'the two were measured on different pictures';
}

function differingSettings(a: EvaluationKey, b: EvaluationKey): string[] {
  const text = (value: unknown): string => JSON.stringify(sorted(value)) ?? '';
  const names = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])].sort();
  return names.filter((name) => text(a.settings[name]) !== text(b.settings[name]));
}

/** The same value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  none: 'no measurable difference',
  unknown: 'not tested',
};
export const verdictWord = (verdict: Verdict): string => VERDICT_WORDS[verdict];

/** "95% interval of the change −14.9 to −9.6 points". */
function intervalText({ unit }: Pick<FigureKind, 'unit'>, low: number, high: number): string {
  return `95% interval of the change ${changeText(unit, low)} to ${changeText(unit, high)}${unit === 'share' ? ' points' : ''}`;
}

/** What measurably changed: "relies on the background 12.2 points less". */
export const changePredicate = (kind: FigureKind, change: number): string =>
  (change > 0 ? kind.rises : kind.falls).replace('{}', amountText(kind.unit, change));

/**
 * A full sentence about one difference. Never claims a direction unless the interval excludes zero.
 * @param subject who it is about: "the model trained plainly"
 */
export function differenceSentence(kind: FigureKind, difference: PairedDifference, subject = 'it'): string {
  const { before, after, change, low, high, verdict, obstacle } = difference;
  const values = `${kind.term} ${figureText(kind.unit, before)} \u2192 ${figureText(kind.unit, after)}`;
  if (verdict === 'unknown' || low === null || high === null) {
    return `Whether there is a difference in ${kind.subject} cannot be told (${values})${obstacle === null ? '' : `: ${obstacle}`}.`;
  }
  const evidence = `(${values}, ${intervalText(kind, low, high)})`;
  if (verdict === 'none') return `No measurable difference in ${kind.subject} ${evidence}.`;
  return `${capitalised(subject)} ${changePredicate(kind, change)} ${evidence}.`;
}

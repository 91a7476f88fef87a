/** Which runs of a report are compared with which, and every difference between them. */
import type { RunRecord } from '../contract/run.ts';
import { pairedDifferences, sameTestPictures, type PairedDifference } from './comparison.ts';
import type { FigureKind } from './figure-kinds.ts';
import { sameNetwork } from './run-names.ts';
import type { RunView } from './run-view.ts';

export interface Comparison {
  /** Indices into the runs: what is compared, and with what. */
  readonly baseline: number;
  readonly candidate: number;
  readonly differences: readonly PairedDifference[];
  /** E of both runs was measured in training with the same strength of the disturbance and the same definitions. */
  readonly consistencyComparable: boolean;
}

/** Every other run with one baseline; runs on other test pictures are left out. */
export function compareRuns(runs: readonly RunView[], kinds: readonly FigureKind[], baseline: number): Comparison[] {
  return runs
    .filter((run) => run.index !== baseline && measuredAlike(run, runs[baseline]))
    .map(({ index }) => compared(runs, kinds, baseline, index));
}

/**
 * Every run with the plain run of its seed and network; without one, with that of another network, else with the first
 * plain run, else with the first run. A plain run is compared where its network is another one: plain runs of one
 * network differ by chance only. Runs on other test pictures are never compared.
 */
export function compareByKind(runs: readonly RunView[], kinds: readonly FigureKind[]): Comparison[] {
  const first = runs.find(({ arm }) => arm === 'plain') ?? runs.at(0);
  if (first === undefined) return [];
  const alike = (a: RunView, b: RunView): boolean => sameNetwork(a.record, b.record);
  return runs.flatMap((run): Comparison[] => {
    if (run === first || (run.arm === 'plain' && first.arm === 'plain' && alike(run, first))) return [];
    const plain = runs.filter(({ arm, seed }) => arm === 'plain' && seed === run.seed);
    const baseline =
      (run.arm === 'plain' ? undefined : plain.find((other) => alike(other, run))) ??
      plain.find((other) => alike(other, first)) ??
      first;
    if (baseline === run) return [];
    return measuredAlike(baseline, run) ? [compared(runs, kinds, baseline.index, run.index)] : [];
  });
}

/** On the same data, or on states of it that differ in what is trained on only. */
export const measuredAlike = (a: RunView, b: RunView): boolean =>
  a.record.dataFingerprint === b.record.dataFingerprint || sameTestPictures(a.evaluation, b.evaluation);

function compared(
  runs: readonly RunView[],
  kinds: readonly FigureKind[],
  baseline: number,
  candidate: number,
): Comparison {
  const [a, b] = [runs[baseline], runs[candidate]];
  return {
    baseline,
    candidate,
    differences: pairedDifferences(kinds, a.evaluation ?? undefined, b.evaluation ?? undefined),
    consistencyComparable: sameDisturbance(a.record, b.record),
  };
}

/** E depends on how strongly and how the background was disturbed; only equal conditions compare. */
export function sameDisturbance(a: RunRecord, b: RunRecord): boolean {
  if (a.eps === null || b.eps === null || Math.abs(a.eps - b.eps) > 0.01 * Math.max(a.eps, b.eps)) return false;
  const [x, y] = [a.settings.method, b.settings.method];
  return (
    ['heatmap', 'threshold', 'thresholdValue', 'attack', 'steps', 'randomStart', 'similarity', 'agreement'] as const
  ).every((key) => x[key] === y[key]);
}

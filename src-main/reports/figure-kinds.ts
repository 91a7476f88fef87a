/**
 * The figures of a report: how each is called in plain words, and its exact definition. Tables, sentences, JSON and
 * definitions are all made from this list. Attacks are a family: which there are depends on what was measured.
 */
import { ATTACK_SUITES, type StoredEvaluation } from '../contract/evaluation.ts';
import type { Figure, RunRecord } from '../contract/run.ts';
import { BACKGROUND_KINDS } from './kinds/background.ts';
import { EXPLANATION_KINDS } from './kinds/explanation.ts';
import { GAZE_KINDS } from './kinds/gaze.ts';
import { INTERPRETABILITY_KINDS } from './kinds/interpretability.ts';
import type { FigureKind } from './kinds/kind.ts';
import { RECOGNITION_KINDS } from './kinds/recognition.ts';
import { SEVERAL_KINDS, severalKind } from './kinds/several.ts';
import { attackKinds, CORRUPTION_KINDS, orderedCells, type AttackCell } from './kinds/robustness.ts';

export type { FigureKind } from './kinds/kind.ts';

/** Strength of the attacks that are shown at once, of 255: too small to see. */
const TELLING_EPS = 2;

/** A run with what was measured on it. */
interface MeasuredRun {
  readonly record: Pick<RunRecord, 'settings'>;
  readonly evaluation?: StoredEvaluation | undefined;
}

/** All figures that were measured on any of these runs, in words that also hold for a model that was brought. */
export function kindsOfRuns(runs: readonly MeasuredRun[]): FigureKind[] {
  const kinds = figureKinds(runs.map(({ evaluation }) => evaluation));
  if (runs.every(({ record }) => record.settings.arm !== 'given')) return kinds;
  // Nobody knows what it has seen.
  return kinds.map((kind) => ({
    ...kind,
    explanation: kind.explanation.replace('never shown in training', 'kept aside here'),
  }));
}

/** All figures that were measured in any of these evaluations, in the order in which they are shown. */
export function figureKinds(evaluations: readonly (StoredEvaluation | undefined)[]): FigureKind[] {
  const measured = new Set(evaluations.flatMap((each) => (each === undefined ? [] : measuredKeys(each))));
  const all = [
    ...SEVERAL_KINDS,
    ...RECOGNITION_KINDS,
    ...BACKGROUND_KINDS,
    ...GAZE_KINDS,
    ...attackFamily(evaluations),
    ...CORRUPTION_KINDS,
    ...EXPLANATION_KINDS,
    ...INTERPRETABILITY_KINDS,
  ];
  const shown = all.filter(({ key }) => measured.has(key));
  return isSeveral(evaluations) ? shown.map(severalKind) : shown;
}

/** Whether the measured pictures may be of several classes. */
function isSeveral(evaluations: readonly (StoredEvaluation | undefined)[]): boolean {
  return evaluations.some((each) => each?.parts.recognition?.details.averagePrecision !== undefined);
}

const measuredKeys = ({ parts }: StoredEvaluation): string[] =>
  Object.values(parts).flatMap((part) => Object.keys(part.figures));

/** Every attack of any evaluation; the strongest attacks at about 2/255 are shown at once. */
function attackFamily(evaluations: readonly (StoredEvaluation | undefined)[]): FigureKind[] {
  const cells = new Map<string, AttackCell>();
  for (const each of evaluations) {
    for (const { attack, region, eps } of each?.parts.robustness?.details.rows ?? []) {
      cells.set(`${attack} ${region} ${String(eps)}`, { attack, region, eps });
    }
  }
  const ordered = orderedCells([...cells.values()]);
  const telling = tellingEps(ordered);
  return ordered.flatMap((cell) =>
    attackKinds(cell, cell.eps === telling && cell.attack === strongestAttack(ordered, cell)),
  );
}

/** The strength nearest to 2/255, the smaller of two as near. */
export function tellingEps(cells: readonly Pick<AttackCell, 'eps'>[]): number | null {
  const strengths = [...new Set(cells.map(({ eps }) => eps))].sort(
    (a, b) => Math.abs(a - TELLING_EPS) - Math.abs(b - TELLING_EPS) || a - b,
  );
  return strengths[0] ?? null;
}

/** The strongest attack that was tried on the same region with the same strength. */
function strongestAttack(cells: readonly AttackCell[], { region, eps }: AttackCell): AttackCell['attack'] | undefined {
  return ATTACK_SUITES.findLast((attack) =>
    cells.some((cell) => cell.attack === attack && cell.region === region && cell.eps === eps),
  );
}

/** The figure of a kind; null where it was not measured. */
export function figureOf(evaluation: StoredEvaluation | undefined, { part, key }: FigureKind): Figure | null {
  return evaluation?.parts[part]?.figures[key] ?? null;
}

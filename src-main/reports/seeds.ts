/** How much of a difference is the luck of training: figures over several seeds of the same kinds of training. */
import type { SeedsFigure, SeedsOfArm, SeedsView } from '../contract/compare-view.ts';
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Arm } from '../contract/settings.ts';
import { changePredicate, pairingObstacle } from './comparison.ts';
import { figureOf, type FigureKind } from './figure-kinds.ts';
import { sameNetwork } from './run-names.ts';
import { ARM_WORDS, changeText, printedSteps } from './words.ts';

/** Fewer tell nothing about the luck of training. */
const ENOUGH_SEEDS = 3;

interface SeededRun {
  readonly record: RunRecord;
  readonly evaluation?: StoredEvaluation | undefined;
}

interface ArmRuns extends SeedsOfArm {
  /** One run for each seed, in their order. */
  readonly runs: readonly SeededRun[];
}

/**
 * Means over seeds and the differences to the first kind of training, seed by seed. Null where no kind of training has
 * two seeds among the runs. Only runs on the data of the first run and of its network count.
 */
export function seedsOf(runs: readonly SeededRun[], kinds: readonly FigureKind[]): SeedsView | null {
  const arms = armsOf(runs);
  if (!arms.some(({ seeds }) => seeds.length > 1)) return null;
  return {
    arms: arms.map(({ arm, name, seeds }) => ({ arm, name, seeds })),
    figures: kinds.flatMap((kind) => figureOverSeeds(kind, arms) ?? []),
  };
}

/** Plain training first, the others as they come. Of several runs of one seed the latest counts. */
function armsOf(runs: readonly SeededRun[]): ArmRuns[] {
  const first = runs.at(0)?.record;
  const byArm = new Map<string, Map<number, SeededRun>>();
  for (const run of runs) {
    const { settings, dataFingerprint, created } = run.record;
    // A model that was brought has no luck of a training here.
    if (settings.arm === 'given') continue;
    if (first === undefined || dataFingerprint !== first.dataFingerprint || !sameNetwork(run.record, first)) continue;
    if (run.evaluation === undefined) continue;
    const bySeed = byArm.get(settings.arm) ?? new Map<number, SeededRun>();
    const other = bySeed.get(settings.seed);
    if (other === undefined || other.record.created < created) bySeed.set(settings.seed, run);
    byArm.set(settings.arm, bySeed);
  }
  const arms = [...byArm.values()].map((bySeed): ArmRuns => {
    const ordered = [...bySeed.entries()].sort(([a], [b]) => a - b);
    const { arm } = ordered[0][1].record.settings;
    return {
      arm,
      name: ARM_WORDS[arm].name,
      seeds: ordered.map(([seed]) => seed),
      runs: ordered.map(([, run]) => run),
    };
  });
  return arms.sort((a, b) => Number(b.arm === 'plain') - Number(a.arm === 'plain'));
}

/** Null where no kind of training has the figure for two seeds. */
function figureOverSeeds(kind: FigureKind, arms: readonly ArmRuns[]): SeedsFigure | null {
  const values = arms.map(({ runs, seeds }) => comparableValues(kind, runs, seeds, arms));
  if (!values.some((bySeed) => bySeed.size > 1)) return null;
  const { key, label, better, unit } = kind;
  return {
    ...{ key, label, better, unit },
    arms: values.map((bySeed) =>
      bySeed.size < 2 ? null : { ...meanAndDeviation([...bySeed.values()]), seeds: bySeed.size },
    ),
    differences: values.map((bySeed, i) =>
      i === 0 ? null : differenceOverSeeds(kind, arms[i].arm, values[0], bySeed),
    ),
  };
}

/** By seed: the figure of the runs that were measured as the first run that has it. */
function comparableValues(
  kind: FigureKind,
  runs: readonly SeededRun[],
  seeds: readonly number[],
  arms: readonly ArmRuns[],
): Map<number, number> {
  const yardstick = arms
    .flatMap((arm) => arm.runs)
    .map(({ evaluation }) => evaluation?.parts[kind.part])
    .find((part) => part?.figures[kind.key] !== undefined);
  const bySeed = new Map<number, number>();
  runs.forEach(({ evaluation }, i) => {
    const figure = figureOf(evaluation, kind);
    const part = evaluation?.parts[kind.part];
    if (figure === null || part === undefined || yardstick === undefined) return;
    if (pairingObstacle(yardstick, part) === null) bySeed.set(seeds[i], figure.value);
  });
  return bySeed;
}

/** @param values at least one; the deviation of one value is 0 */
function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

function differenceOverSeeds(
  kind: FigureKind,
  arm: Arm,
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): SeedsFigure['differences'][number] {
  const common = [...after.keys()].filter((seed) => before.has(seed)).sort((a, b) => a - b);
  if (common.length === 0) return null;
  const perSeed = common.map((seed) => (after.get(seed) ?? 0) - (before.get(seed) ?? 0));
  const { mean, deviation } = meanAndDeviation(perSeed);
  return { mean, deviation, perSeed, sentence: seedsSentence(kind, arm, perSeed, mean, deviation) };
}

/** 97.5% quantile of Student's t by degrees of freedom 1, 2, ...; beyond these, the last is a little too wide. */
const T_QUANTILE = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086,
];

/** Claims a direction only where the 95% interval of the mean over seeds (Student's t) does not contain zero. */
function seedsSentence(
  kind: FigureKind,
  arm: Arm,
  perSeed: readonly number[],
  mean: number,
  deviation: number,
): string {
  const { unit, subject } = kind;
  const points = unit === 'share' ? ' points' : '';
  const each = perSeed.map((change) => changeText(unit, change)).join(', ');
  const seeds = perSeed.length;
  if (seeds < ENOUGH_SEEDS) {
    const many = seeds === 1 ? 'Only one seed was trained both ways' : 'Only two seeds were trained both ways';
    return `${many} (change in ${subject}: ${each}${points}). That is too few to tell a difference from the luck of training; three or more are needed.`;
  }
  const half = (T_QUANTILE[Math.min(seeds - 1, T_QUANTILE.length) - 1] * deviation) / Math.sqrt(seeds);
  const [low, high] = [mean - half, mean + half];
  const evidence = `(${each}${points} seed by seed; mean ${changeText(unit, mean)}, 95% interval over seeds ${changeText(unit, low)} to ${changeText(unit, high)}${points})`;
  if (printedSteps(unit, low) <= 0 && printedSteps(unit, high) >= 0) {
    return `Over ${String(seeds)} seeds, no difference in ${subject} that could not be the luck of training ${evidence}.`;
  }
  return `Over ${String(seeds)} seeds, ${ARM_WORDS[arm].model} ${changePredicate(kind, mean)} on average ${evidence}.`;
}

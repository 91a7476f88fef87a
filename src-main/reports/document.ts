/**
 * The report as plain data: everything that HTML and JSON say is decided here, and nothing here
 * knows how it will look. Pixels stay outside; pictures are named by key (see images.ts).
 */
import type { AssessmentRow, Figure, LocalizationFigures, RoundSummary, RunRecord } from '../contract/run.ts';
import type { Arm } from '../contract/settings.ts';
import { pairedDifferences, type Bootstrap, type PairedDifference } from './comparison.ts';
import { FIGURE_KINDS, type FigureKey } from './figure-kinds.ts';
import { answerOf, findingsOf, type Finding } from './findings.ts';
import type { EpochPoint, ReportInput, RunReportInput, StudyReportInput } from './input.ts';
import { runSuffix } from './run-names.ts';
import { ARM_WORDS, hardSentence, type Rich } from './words.ts';

export { reportJson, summaryJson, type SummaryJson } from './json.ts';
export type * from './input.ts';

/** One hard picture without its pixels. */
export interface HardView {
  readonly rank: number;
  readonly row: AssessmentRow;
  /** Key of its pictures: `<imageKey>/original`, `/heatmap`, `/attacked`, `/attacked-heatmap`, `/change`. */
  readonly imageKey: string;
  readonly sentence: Rich;
}

export interface RunView {
  /** Position among the runs of this report. */
  readonly index: number;
  /** Short and different for every run of the report. */
  readonly label: string;
  /** In a sentence: "the model trained plainly". */
  readonly model: string;
  readonly arm: Arm;
  readonly seed: number;
  readonly record: RunRecord;
  readonly figures: Readonly<Record<FigureKey, Figure | null>>;
  readonly localization: LocalizationFigures | null;
  readonly rounds: readonly RoundSummary[];
  /** The assessment after all training; null while the run has not come that far. */
  readonly final: RoundSummary | null;
  readonly hardest: readonly HardView[];
  readonly epochs: readonly EpochPoint[];
  /** How many times the change is amplified in its picture. */
  readonly amplification: number;
}

export interface Comparison {
  /** Indices into the runs: what is compared, and with what. */
  readonly baseline: number;
  readonly candidate: number;
  readonly differences: readonly PairedDifference[];
  /** E of both runs was measured with the same strength of the disturbance and the same definitions. */
  readonly consistencyComparable: boolean;
}

export interface ReportDocument {
  readonly title: string;
  readonly created: string | null;
  readonly engine: string;
  readonly seconds: number;
  readonly study: Omit<StudyReportInput, 'thumbnails'> & {
    readonly thumbnails: readonly { readonly label: number; readonly imageKey: string }[];
  };
  readonly runs: readonly RunView[];
  readonly comparisons: readonly Comparison[];
  /** The answer in two or three plain sentences. */
  readonly answer: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * How many times the change is amplified so that the largest allowed change spans half the range of
 * brightness; a whole number, at least 1.
 */
export function amplificationOf(eps: number | null): number {
  return eps === null || eps <= 0 ? 16 : Math.max(1, Math.round(0.5 / eps));
}

/**
 * Builds the report. Pure: the same input gives the same document.
 * @param resample the 95% interval of a mean over pictures; the seeded bootstrap where not given
 */
export function buildReport(input: ReportInput, resample?: Bootstrap): ReportDocument {
  const runs = input.runs.map((run, index) => runView(run, index, input.runs));
  const comparisons = comparedPairs(runs).map(([baseline, candidate]): Comparison => {
    const [a, b] = [input.runs[baseline], input.runs[candidate]];
    return {
      baseline,
      candidate,
      differences: pairedDifferences(
        FIGURE_KINDS,
        [
          { figures: a.record.figures, perPicture: a.perPicture },
          { figures: b.record.figures, perPicture: b.perPicture },
        ],
        resample,
      ),
      consistencyComparable: sameDisturbance(a.record, b.record),
    };
  });
  const { thumbnails, ...study } = input.study;
  return {
    title: input.title,
    created: input.created ?? null,
    engine: [...new Set(runs.map((run) => run.record.engine))].join(', '),
    seconds: input.seconds ?? runs.reduce((sum, run) => sum + run.record.seconds, 0),
    study: {
      ...study,
      thumbnails: (thumbnails ?? []).map(({ label }, i) => ({ label, imageKey: `thumbnail/${String(i)}` })),
    },
    runs,
    comparisons,
    answer: answerOf(runs, comparisons),
    findings: findingsOf(runs, comparisons),
  };
}

function runView(input: RunReportInput, index: number, all: readonly RunReportInput[]): RunView {
  const { record } = input;
  const { arm, seed } = record.settings;
  const words = ARM_WORDS[arm];
  const suffix = runSuffix(
    record,
    all.map((other) => other.record),
  );
  const last = record.rounds.at(-1) ?? null;
  const figures = Object.fromEntries(
    FIGURE_KINDS.map((kind) => [kind.key, record.figures === null ? null : kind.read(record.figures)]),
  ) as Record<FigureKey, Figure | null>;
  return {
    index,
    label: words.name + suffix,
    model: words.model + suffix,
    arm,
    seed,
    record,
    figures,
    localization: record.figures?.localization ?? null,
    rounds: record.rounds,
    final: last !== null && record.state === 'finished' ? last : null,
    hardest: input.hardest.map(({ row }, i) => ({
      rank: i + 1,
      row,
      imageKey: `run/${String(index)}/hard/${String(i)}`,
      sentence: hardSentence(row, record.classes),
    })),
    epochs: input.epochs ?? [],
    amplification: amplificationOf(record.eps),
  };
}

/**
 * Which runs are compared: every other run with the plain run of its seed; without one, with the first
 * run. Runs on other data or other classes are never compared.
 */
function comparedPairs(runs: readonly RunView[]): [number, number][] {
  const first = runs.find((run) => run.arm === 'plain') ?? runs[0];
  return runs.flatMap((run): [number, number][] => {
    const plain = runs.find((other) => other.arm === 'plain' && other.seed === run.seed);
    // Plain runs of other seeds differ by chance only; there is nothing to compare.
    if (run === first || (run.arm === 'plain' && first.arm === 'plain')) return [];
    const baseline = plain ?? first;
    return baseline.record.dataFingerprint === run.record.dataFingerprint ? [[baseline.index, run.index]] : [];
  });
}

/** E depends on how strongly and how the background was disturbed; only equal conditions compare. */
export function sameDisturbance(a: RunRecord, b: RunRecord): boolean {
  if (a.eps === null || b.eps === null || Math.abs(a.eps - b.eps) > 0.01 * Math.max(a.eps, b.eps)) return false;
  const [x, y] = [a.settings.method, b.settings.method];
  return (
    ['heatmap', 'threshold', 'thresholdValue', 'attack', 'steps', 'randomStart', 'similarity', 'agreement'] as const
  ).every((key) => x[key] === y[key]);
}

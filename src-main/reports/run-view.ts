/** A run as a report shows it: named, with its figures by key, without pixels. */
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { AssessmentRow, Figure, RoundSummary, RunRecord } from '../contract/run.ts';
import type { Arm } from '../contract/settings.ts';
import { figureOf, type FigureKind } from './figure-kinds.ts';
import type { EpochPoint, RunReportInput } from './input.ts';
import { runSuffix } from './run-names.ts';
import { ARM_WORDS, hardSentence, type Rich } from './words.ts';

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
  /** Null where nothing was measured on test pictures. */
  readonly evaluation: StoredEvaluation | null;
  /** The stored results of {@link evaluation}; empty where there are none. */
  readonly parts: StoredEvaluation['parts'];
  /** By key; absent where it was not measured. */
  readonly figures: Readonly<Partial<Record<string, Figure>>>;
  readonly rounds: readonly RoundSummary[];
  /** The assessment after all training; null while the run has not come that far. */
  readonly final: RoundSummary | null;
  readonly hardest: readonly HardView[];
  readonly epochs: readonly EpochPoint[];
  /** How many times the change is amplified in its picture. */
  readonly amplification: number;
  /** Reservations about what was read. */
  readonly notes: readonly string[];
}

/**
 * How many times the change is amplified so that the largest allowed change spans half the range of
 * brightness; a whole number, at least 1.
 */
export function amplificationOf(eps: number | null): number {
  return eps === null || eps <= 0 ? 16 : Math.max(1, Math.round(0.5 / eps));
}

/** The runs under the names and figures that a report gives them. `hardest` may be left out. */
export function runViews(
  runs: readonly (Omit<RunReportInput, 'hardest'> & Partial<Pick<RunReportInput, 'hardest'>>)[],
  kinds: readonly FigureKind[],
): RunView[] {
  const records = runs.map(({ record }) => record);
  return runs.map(({ record, evaluation, hardest = [], epochs = [], notes = [] }, index): RunView => {
    const { arm, seed } = record.settings;
    const words = ARM_WORDS[arm];
    const suffix = runSuffix(record, records);
    const last = record.rounds.at(-1) ?? null;
    return {
      index,
      label: words.name + suffix,
      model: words.model + suffix,
      arm,
      seed,
      record,
      evaluation: evaluation ?? null,
      parts: evaluation?.parts ?? {},
      figures: Object.fromEntries(
        kinds.flatMap((kind) => {
          const figure = figureOf(evaluation, kind);
          return figure === null ? [] : [[kind.key, figure]];
        }),
      ),
      rounds: record.rounds,
      final: last !== null && record.state === 'finished' ? last : null,
      hardest: hardest.map(({ row }, i) => ({
        rank: i + 1,
        row,
        imageKey: `run/${String(index)}/hard/${String(i)}`,
        sentence: hardSentence(row, record.classes),
      })),
      epochs,
      amplification: amplificationOf(record.eps),
      notes,
    };
  });
}

/**
 * The report as plain data: everything that HTML and JSON say is decided here, and nothing here
 * knows how it will look. Pixels stay outside; pictures are named by key (see images.ts).
 */
import type { SeedsView } from '../contract/compare-view.ts';
import { REPORT_SECTIONS, type ReportSection } from '../contract/report-view.ts';
import { answerOf } from './answer.ts';
import { compareByKind, type Comparison } from './compared-runs.ts';
import { kindsOfRuns, type FigureKind } from './figure-kinds.ts';
import { findingsOf, warningsOf, type Finding } from './findings.ts';
import type { ReportInput, StudyReportInput } from './input.ts';
import { runViews, type RunView } from './run-view.ts';
import { seedsOf } from './seeds.ts';

export { reportJson, summaryJson, type SummaryJson } from './json.ts';
export { sameDisturbance, type Comparison } from './compared-runs.ts';
export { amplificationOf, type RunView } from './run-view.ts';
export type * from './input.ts';

export interface ReportDocument {
  readonly title: string;
  readonly created: string | null;
  readonly engine: string;
  readonly seconds: number;
  readonly study: Omit<StudyReportInput, 'thumbnails' | 'pictures'> & {
    readonly thumbnails: readonly { readonly label: number; readonly imageKey: string }[];
    /** Keys of the test pictures that are shown, by their id. */
    readonly pictures: Readonly<Partial<Record<string, string>>>;
  };
  /** What was chosen, in the order of a report. */
  readonly sections: readonly ReportSection[];
  /** Every figure that any run has. */
  readonly kinds: readonly FigureKind[];
  readonly runs: readonly RunView[];
  readonly comparisons: readonly Comparison[];
  /** Null where no kind of training has two seeds. */
  readonly seeds: SeedsView | null;
  /** The answer in two to four plain sentences. */
  readonly answer: readonly string[];
  /** What nobody may overlook who reads the answer, printed in bold. */
  readonly warnings: readonly string[];
  readonly findings: readonly Finding[];
}

/** Builds the report. Pure: the same input gives the same document. */
export function buildReport(input: ReportInput): ReportDocument {
  const chosen = input.sections ?? REPORT_SECTIONS;
  const sections = REPORT_SECTIONS.filter((section) => chosen.includes(section));
  const kinds = kindsOfRuns(input.runs);
  const runs = runViews(input.runs, kinds);
  const comparisons = compareByKind(runs, kinds);
  const seeds = seedsOf(input.runs, kinds);
  const { thumbnails, pictures, ...study } = input.study;
  const about = { kinds, runs, comparisons, seeds, sections };
  return {
    title: input.title,
    created: input.created ?? null,
    engine: [...new Set(runs.map((run) => run.record.engine))].join(', '),
    seconds: input.seconds ?? runs.reduce((sum, run) => sum + run.record.seconds, 0),
    study: {
      ...study,
      thumbnails: (thumbnails ?? []).map(({ label }, i) => ({ label, imageKey: `thumbnail/${String(i)}` })),
      pictures: Object.fromEntries((pictures ?? []).map(({ id }, i) => [id, `picture/${String(i)}`])),
    },
    ...about,
    answer: answerOf(about),
    warnings: warningsOf(about),
    findings: findingsOf(about),
  };
}

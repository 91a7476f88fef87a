/** One statement of a report with the number it rests on, and the rules that all of them share. */
import type { SeedsView } from '../contract/compare-view.ts';
import type { ReportSection } from '../contract/report-view.ts';
import type { Figure } from '../contract/run.ts';
import type { Comparison } from './compared-runs.ts';
import type { FigureKind } from './figure-kinds.ts';
import type { RunView } from './run-view.ts';
import { percent, printedSteps, type Rich } from './words.ts';

/** What statements are made from. */
export interface Telling {
  readonly kinds: readonly FigureKind[];
  readonly runs: readonly RunView[];
  readonly comparisons: readonly Comparison[];
  readonly seeds: SeedsView | null;
  readonly sections: readonly ReportSection[];
}

/**
 * `attention` marks what a reader should not overlook, `none` a difference that cannot be told from zero, `open` what
 * was not measured.
 */
export type FindingTone = 'neutral' | 'attention' | 'none' | 'open';

export interface Finding {
  /** Sections it belongs to; it is left out where none of them was chosen. */
  readonly sections: readonly ReportSection[];
  /** Stands beneath the answer; the others stand in their section. */
  readonly main: boolean;
  readonly tone: FindingTone;
  /** The run it speaks of; null for statements about a comparison. */
  readonly run: number | null;
  /** Index of the comparison it speaks of; null for statements about a run. */
  readonly comparison: number | null;
  /** What it is about, in two or three words. */
  readonly topic: string;
  /** The number as it is printed large, or null. */
  readonly number: string | null;
  readonly sentence: Rich;
}

/** What a statement about a run says; the rest is known from the run. */
export type RunFinding = Pick<Finding, 'sections' | 'main' | 'tone' | 'topic' | 'number'> & {
  readonly sentence: Rich | string;
};

/** Where an interval of a share lies, judged as it is printed (a tenth of a point). */
export function side(figure: Pick<Figure, 'low' | 'high'>): 'above' | 'below' | 'zero' {
  if (printedSteps('share', figure.low) > 0) return 'above';
  return printedSteps('share', figure.high) < 0 ? 'below' : 'zero';
}

/** "95% interval 75.0% to 80.2%". */
export const range = (figure: Figure): string => `95% interval ${percent(figure.low)} to ${percent(figure.high)}`;

/** "an attack too small to see (at most 2/255)". */
export function strengthWords(eps: number): string {
  const size = eps <= 2 ? 'too small to see' : eps <= 8 ? 'hard to see' : 'that can be seen';
  return `an attack ${size} (at most ${String(eps)}/255)`;
}

/** The state of a run as the end of a sentence that begins "this run". */
export function stateClause(run: RunView): string {
  const words = {
    running: 'is still going on',
    paused: 'is paused',
    finished: 'is finished',
    stopped: 'was stopped before its end',
    failed: 'failed before its end',
  } as const;
  return words[run.record.state];
}

/** A class by its name, as sentences hold it. */
export const className = (run: RunView, label: number): { readonly name: string } => ({
  name: run.record.classes[label] ?? `class ${String(label)}`,
});

/** What a report knows of a figure beside its value. */
import type { EvaluationPart, StoredEvaluation } from '../../contract/evaluation.ts';
import type { FigureGroup, FigureUnit } from '../../contract/compare-view.ts';

/** What a method reaches that has learned nothing, on the same pictures. */
export interface FigureReference {
  /** "An even map". */
  readonly label: string;
  readonly read: (evaluation: StoredEvaluation) => number | undefined;
}

export interface FigureKind {
  readonly key: string;
  readonly part: EvaluationPart;
  readonly group: FigureGroup;
  readonly unit: FigureUnit;
  /** Shown where runs are compared at once; the others are shown in the section of their part. */
  readonly headline: boolean;
  /** In plain words, as a row heading. */
  readonly label: string;
  /** As the subject of a sentence: "no measurable difference in ...". */
  readonly subject: string;
  /** The technical term. */
  readonly term: string;
  /** One paragraph for people who do not program. */
  readonly explanation: string;
  /** The exact definition. */
  readonly definition: string;
  readonly better: 'higher' | 'lower';
  /** What a model does where the figure measurably rises or falls; `{}` stands for by how much ("3.1 points"). */
  readonly rises: string;
  readonly falls: string;
  readonly reference: FigureReference | null;
  /** Something to compare with, which owes nothing to the model: no difference between runs is told of it. */
  readonly yardstick?: true;
}

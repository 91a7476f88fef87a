/** One training picture under one run, and what people said of it. */
import type { PictureRef } from './data-view.ts';
import type { AssessmentRow } from './run.ts';
import type { Interpretable } from './settings.ts';

/** What a person says of a picture after looking at it. */
export const VERDICTS = ['wrong-label', 'shortcut', 'ambiguous', 'fine'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What shall happen to a picture in the next run. */
export type CorrectionChoice = { readonly kind: 'relabel'; readonly label: number } | { readonly kind: 'leave-out' };

/** A mark on a picture. It belongs to the study, whatever the run. */
export interface Mark {
  /** Sample id. */
  readonly id: string;
  readonly verdict: Verdict | null;
  readonly note: string;
  readonly correction: CorrectionChoice | null;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export interface ClassProbability {
  readonly label: number;
  readonly name: string;
  /** In [0,1]. */
  readonly probability: number;
}

/** Everything the opened picture shows. */
export interface SampleView {
  readonly run: string;
  readonly round: number;
  /** Row of the round's table. */
  readonly row: number;
  readonly sample: PictureRef;
  readonly label: number;
  readonly labelName: string;
  /**
   * Multi-label data: all classes of the picture with E of each. `label` is then the one of them that the model is
   * surest of, and a probability is that of a yes to one class: they do not add up to one.
   */
  readonly classes?: readonly { readonly label: number; readonly name: string; readonly e: number }[];
  readonly assessment: AssessmentRow;
  /** Why it is hard (or is not), in words; parts with `name` are names of classes. */
  readonly sentence: readonly (string | { readonly name: string })[];
  /** What is known of the class probabilities: most probable first. */
  readonly before: readonly ClassProbability[];
  readonly after: readonly ClassProbability[];
  /** E and v in every assessment of it so far. */
  readonly history: readonly { readonly round: number; readonly e: number; readonly v: number }[];
  /** Whether the attacked picture can be shown at once; else ask for it with `inspect.explain`. */
  readonly explained: boolean;
  /** How many times the change is amplified in its picture; of this run's eps, in [0,1]. */
  readonly amplification: number;
  readonly eps: number | null;
  readonly mark: Mark | null;
  /** What its network explains itself by: ask for it with `inspect.interpretation`. Absent: by heatmaps alone. */
  readonly interpretable?: Exclude<Interpretable, 'none'>;
}

/** Pictures that are hard in the same way. */
export interface SampleGroup {
  readonly key: string;
  /** "dog becomes wolf". */
  readonly title: string;
  /** One sentence. */
  readonly text: string;
  /** Rows of the round's table, hardest first. */
  readonly rows: readonly number[];
}

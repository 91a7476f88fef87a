/**
 * How every part of an evaluation works: items (mostly pictures) are measured one after the other, each becomes a row
 * of numbers that depends on nothing but the item, and the figures are computed from all rows in the end. So no figure
 * depends on batches, an interrupted measurement goes on with the first missing row, and memory holds one batch of
 * pictures and the rows.
 */
import type { EvaluationPart, EvaluationSettings, PartDetails } from '../contract/evaluation.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import type { EvaluationData, RandomisablePredictor } from './predictor.ts';

/** What is measured. */
export interface Subject {
  readonly model: RandomisablePredictor;
  /** The pictures that figures are about: the test split, or the validation split where that is empty. */
  readonly measured: EvaluationData;
  /** Where thresholds are chosen; null where the validation split is empty or is measured itself. */
  readonly validation: EvaluationData | null;
  readonly classes: readonly string[];
  /**
   * Models whose heatmaps say where objects are, where nothing else does (annotation-free debiasing): at least two, the
   * measured one among them; none where there is no other model.
   */
  readonly judges: readonly RandomisablePredictor[];
  readonly settings: EvaluationSettings;
  /** Pictures of one forward pass, for parts that pass over pictures before they measure. */
  readonly batchSize: number;
  /** Awaited between batches: waits while paused, throws when the work is cancelled. */
  readonly control: () => Promise<void>;
}

/** A part made ready for one subject. */
export interface MeasuredPart<Part extends EvaluationPart = EvaluationPart> {
  readonly part: Part;
  /** Items; and numbers of a row. */
  readonly count: number;
  readonly width: number;
  /** Forward passes that an item takes, roughly (a gradient counts as two more): for progress only. */
  readonly passes: number;
  /**
   * Measures consecutive items.
   * @param items indices in 0..count-1, ascending
   * @param out   [items.length, width] filled row by row
   */
  measure(items: readonly number[], out: Float32Array): Promise<void>;
  /** @param rows [count, width] */
  summarise(rows: Float32Array): PartSummary<Part>;
  /** Frees what {@link measure} holds. */
  close(): void;
}

export interface PartSummary<Part extends EvaluationPart = EvaluationPart> {
  /** By key; means over the same pictures are drawn together. */
  readonly figures: Readonly<Record<string, Resampled>>;
  readonly details: PartDetails[Part];
  /** Reservations in plain sentences. */
  readonly notes: readonly string[];
  /** What was measured on each picture, NaN where it was not: for tables. All columns are as long as `ids`. */
  readonly perPicture: {
    readonly ids: readonly string[];
    readonly columns: Readonly<Record<string, Float32Array>>;
  };
}

/**
 * Makes a part ready, or says in a sentence why it cannot be measured on these data.
 * Preparing may read masks and pictures (in batches, with `control`), so that donors and clusters are known.
 */
export type PreparePart<Part extends EvaluationPart = EvaluationPart> = (
  subject: Subject,
) => Promise<MeasuredPart<Part> | { readonly unmeasurable: string }>;

/** Why {@link ONE_CLASS_PARTS} (parts.ts) are not measured where pictures may be of several classes. */
export const ONE_CLASS_ONLY = 'This part needs pictures of exactly one class each; here a picture may be of several.';

/** One part as the list of all parts holds it (evaluation/parts.ts). */
export interface PartKind<Part extends EvaluationPart = EvaluationPart> {
  readonly part: Part;
  /** Raised whenever what it measures changes: stored results of an older definition are outdated. */
  readonly definition: number;
  /** Forward passes for each picture of the measured split, roughly, before anything is prepared: for estimates. */
  passes(settings: EvaluationSettings, pictures: number): number;
  readonly prepare: PreparePart<Part>;
}

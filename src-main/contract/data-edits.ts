/**
 * Corrections of a data set: what a person changes about labels, classes and parts without touching a file. They are
 * kept in the study as a list, applied in order to what was read from the disk, and can be taken back.
 */
import * as v from 'valibot';
import type { SplitCounts } from './data-view.ts';

const className = v.pipe(v.string(), v.normalize('NFC'), v.trim(), v.minLength(1), v.maxLength(200));
const ids = v.pipe(v.array(v.pipe(v.string(), v.maxLength(8000))), v.minLength(1), v.maxLength(1_000_000));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(0.5));

/** One correction. Classes are named, not numbered: numbers change when classes are merged. */
export const DataEdit = v.variant('kind', [
  /** Other classes for some pictures: one in single-label data, one or several in multi-label data. May name a new class. */
  v.strictObject({ kind: v.literal('relabel'), ids, classes: v.pipe(v.array(className), v.minLength(1)) }),
  /** Some pictures take no part: not in training, not in any figure. */
  v.strictObject({ kind: v.literal('exclude'), ids }),
  /** Several classes become one; one alone is renamed. */
  v.strictObject({ kind: v.literal('merge'), classes: v.pipe(v.array(className), v.minLength(1)), into: className }),
  /** A class with all its pictures takes no part (in multi-label data: the label goes, pictures with others stay). */
  v.strictObject({ kind: v.literal('drop-class'), class: className }),
  /** Some pictures go to another part of the data. */
  v.strictObject({ kind: v.literal('move'), ids, split: v.picklist(['train', 'val', 'test']) }),
  /** All pictures are parted anew, stratified by class, near-duplicates together. */
  v.strictObject({
    kind: v.literal('resplit'),
    seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)),
    val: share,
    test: share,
  }),
]);
export type DataEdit = v.InferOutput<typeof DataEdit>;

/** The corrections in force, oldest first. */
export interface EditsView {
  readonly edits: readonly {
    /** "12 pictures from cat to lynx." */
    readonly sentence: string;
    /** ISO 8601, UTC. */
    readonly time: string;
    /** Pictures it changed. */
    readonly pictures: number;
  }[];
  /** What undo and redo would do, as a sentence; null where there is nothing. */
  readonly undo: string | null;
  readonly redo: string | null;
  /** Plain sentences: corrections of pictures that are not there any more. */
  readonly warnings: readonly string[];
}

/** What reading the pictures again found. */
export interface RefreshView {
  readonly added: number;
  readonly removed: number;
  /** Pictures whose file, class, part, boxes or mask changed. */
  readonly changed: number;
  /** Of the pictures as they are now, corrections applied. */
  readonly counts: SplitCounts;
  /** One sentence for a person. */
  readonly sentence: string;
  /** As {@link EditsView.warnings}. */
  readonly warnings: readonly string[];
}

/**
 * `labels-csv`: every picture that takes part with its classes and its part (path, label, split), which can be read again
 * as a table. `edits-csv`: every picture that was corrected, before and after. `edits-json`: what was done, in order.
 */
export const EDIT_EXPORT_KINDS = ['labels-csv', 'edits-csv', 'edits-json'] as const;
export type EditExportKind = (typeof EDIT_EXPORT_KINDS)[number];

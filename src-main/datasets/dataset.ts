/** What a reader found: labelled pictures, where they belong, and what was wrong with them. */
import type { RuleFigures } from '../contract/data-view.ts';

export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A box in pixels of the upright picture: x0, y0 inclusive, x1, y1 exclusive, 0 <= x0 < x1 <= width. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Which class the object is of, where the data set says so; else it is of the picture's. */
  readonly label?: number;
}

/**
 * `single-label`: a picture is of exactly one class (softmax). `multi-label`: of one or several (a sigmoid a class).
 */
export const TASKS = ['single-label', 'multi-label'] as const;
export type Task = (typeof TASKS)[number];

/** One readable picture. */
export interface Sample {
  /**
   * Path relative to the data set's root with forward slashes: the name of the sample everywhere. Pictures inside of
   * one file (an array, a table) are named by their format, e.g. `train-images-idx3-ubyte#17`.
   */
  readonly id: string;
  /** Index into {@link Dataset.classes}; in multi-label data the first of {@link labels}. */
  readonly label: number;
  /** Multi-label data only: every class the picture is of, ascending, at least one. */
  readonly labels?: readonly number[];
  /** Multi-label data only: classes of which it is not known, ascending (VOC's "difficult" objects): neither right nor wrong. */
  readonly unsure?: readonly number[];
  readonly split: Split;
  /** Width and height in pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 (hex) of the file's bytes; the key of the pixel cache. */
  readonly hash: string;
  readonly boxes: readonly Box[];
  /** Path of the mask relative to the root, or the mask itself (see inline-mask.ts), or null. */
  readonly mask: string | null;
  /** SHA-256 (hex) of the mask file's bytes, the key of its pixels in the cache; null without a mask. */
  readonly maskHash: string | null;
  /** Near-duplicates share a number (the index of the first of them when the data was read); absent where there is none. */
  readonly group?: number;
}

export const PROBLEM_KINDS = [
  'unreadable',
  'empty-file',
  'too-large',
  'not-a-picture',
  /** Named by a table or an annotation, but not there. */
  'missing-picture',
  /** There, but named by no table, or without a class. */
  'unlabelled',
  'bad-annotation',
  'duplicate',
  'duplicate-across-splits',
  'near-duplicate',
  'near-duplicate-across-splits',
  'conflicting-labels',
  'tiny-class',
  'class-missing-in-split',
  'extreme-aspect',
  'nearly-constant',
  /** Possible shortcuts: something beside the object tells the class. `file` is the name of a class, or '' for all. */
  'label-in-name',
  'camera-tells-class',
  'size-tells-class',
  'colour-tells-class',
  'border-tells-class',
  'bad-box',
  'bad-mask',
  'ignored',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** Early warnings: nothing is wrong with the pictures, but something beside the object tells the class. */
export const SHORTCUT_KINDS: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'label-in-name',
  'camera-tells-class',
  'size-tells-class',
  'colour-tells-class',
  'border-tells-class',
]);

export interface Problem {
  /** Path relative to the root, or a class name for problems of a class. */
  readonly file: string;
  readonly kind: ProblemKind;
  /** One plain sentence. */
  readonly reason: string;
  /** Early warnings of shortcuts: what the sentence says, as numbers. */
  readonly figures?: RuleFigures;
}

/** How the data was read, so that it can be read again. */
export interface DataSource {
  /** Absolute path of the folder, or of the archive. */
  readonly root: string;
  /** Id of the format that read it, e.g. `folder-per-class`; see formats.ts. */
  readonly format: string;
  /** Folder inside of the root that everything lies in, with forward slashes; '' as a rule (archives often have one). */
  readonly inside: string;
  /** The file below it that was named, e.g. `labels.csv`; null where the folder was. */
  readonly focus: string | null;
  /** What a person chose where the format asks, by key; see {@link Choice}. */
  readonly choices: Readonly<Record<string, string>>;
}

export interface Dataset extends DataSource {
  readonly task: Task;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** Sorted by id (code-unit order), so that indices are stable for equal data. */
  readonly samples: readonly Sample[];
  readonly problems: readonly Problem[];
  /** `folders`: train/ val/ test/ were given; `seeded`: we split. */
  readonly splitOrigin: 'folders' | 'seeded' | 'mixed';
  /** SHA-256 over classes, ids, labels, splits, content hashes, boxes and mask contents. */
  readonly fingerprint: string;
}

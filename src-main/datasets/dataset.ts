/** What a reader found: labelled pictures, where they belong, and what was wrong with them. */

export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A box in pixels of the upright picture: x0, y0 inclusive, x1, y1 exclusive, 0 <= x0 < x1 <= width. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** One readable picture. */
export interface Sample {
  /** Path relative to the data set's root with forward slashes: the name of the sample everywhere. */
  readonly id: string;
  /** Index into {@link Dataset.classes}. */
  readonly label: number;
  readonly split: Split;
  /** Width and height in pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 (hex) of the file's bytes; the key of the pixel cache. */
  readonly hash: string;
  readonly boxes: readonly Box[];
  /** Path of the mask relative to the root, or null. */
  readonly mask: string | null;
  /** SHA-256 (hex) of the mask file's bytes, the key of its pixels in the cache; null without a mask. */
  readonly maskHash: string | null;
}

export type ProblemKind =
  | 'unreadable'
  | 'empty-file'
  | 'too-large'
  | 'not-a-picture'
  | 'duplicate'
  | 'duplicate-across-splits'
  | 'conflicting-labels'
  | 'tiny-class'
  | 'class-missing-in-split'
  | 'bad-box'
  | 'bad-mask'
  | 'ignored';

export interface Problem {
  /** Path relative to the root, or a class name for problems of a class. */
  readonly file: string;
  readonly kind: ProblemKind;
  /** One plain sentence. */
  readonly reason: string;
}

export interface Dataset {
  /** Absolute path of the folder. */
  readonly root: string;
  /** e.g. `folder-per-class`. */
  readonly format: string;
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

/**
 * What every data set format implements: `match` says how sure it is that a place is of its format, `list` names its
 * pictures with what is known of each, and, where pictures are no files of their own, `pictures` reads them.
 * Everything that is common to all (decoding, hashing, splitting, finding problems) happens once, in build-dataset.ts.
 */
import type { FileTree, PictureReader } from './trees/file-tree.ts';
import type { Box, Problem, Split, Task } from './dataset.ts';

/** Where to look. */
export interface Place {
  readonly tree: FileTree;
  /** The file below the root that a person named, e.g. `labels.csv`; null where they named the folder or archive. */
  readonly focus: string | null;
}

/** How sure a reader is that a place is of its format, and why in one sentence. */
export interface Match {
  /**
   * 0: it is not. 0.3: it could be read so. 0.6: it looks so. 0.9: its names or first bytes say so. A format that
   * explains more of what is there must be surer than one that explains less: annotations win over bare folders.
   */
  readonly certainty: number;
  /** "There is an annotations/instances_train.json with 80 categories." */
  readonly reason: string;
}

/** A question that a format has, answered by a guess until a person answers it. */
export interface Choice {
  /** Stable: `path-column`. */
  readonly key: string;
  /** "Column with the picture's file". */
  readonly label: string;
  /** One of `options`: what is in force. */
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** One sentence, or ''. */
  readonly explanation: string;
}

export interface ListOptions {
  /** Answers of a person, by {@link Choice.key}; one that is no option any more counts as not given. */
  readonly choices: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A box as the annotation says it: checked and cut to the picture once its size is known. */
export interface ListedBox extends Omit<Box, 'label'> {
  /** `pixel`: x0, y0 inclusive, x1, y1 exclusive, of the upright picture. `share`: of width and height, 0..1. */
  readonly unit: 'pixel' | 'share';
  /** Class of the object, where it is said. */
  readonly className?: string;
  /** Where it is written, for the problem list. */
  readonly from?: { readonly file: string; readonly line: number };
}

export interface ListedPicture {
  /** Path, or the name by which {@link Format.pictures} reads it. */
  readonly id: string;
  /** NFC. Exactly one in single-label data; several, without repetition, in multi-label data. Never empty. */
  readonly classNames: readonly string[];
  /** Multi-label data: classes of which it is not known. */
  readonly unsure?: readonly string[];
  /** The split that the data set gives it, or null. */
  readonly split: Split | null;
  readonly boxes?: readonly ListedBox[];
  /** Path of the mask (read like a picture), or the mask itself (see inline-mask.ts). */
  readonly mask?: string | null;
  /** Width and height that boxes and masks refer to, where the annotation says so: boxes are scaled where it differs. */
  readonly annotatedSize?: readonly [number, number];
}

/** What a format found: names only, no picture was decoded. */
export interface Listing {
  readonly task: Task;
  /** All classes in label order where the format fixes it; null: the names that occur, sorted. Classes without a readable picture are dropped and reported. */
  readonly classes: readonly string[] | null;
  /** In any order; ids are unique. */
  readonly pictures: readonly ListedPicture[];
  /** What was recognised, for a person: "Pascal VOC 2012, image sets train and val". */
  readonly sentence: string;
  readonly choices: readonly Choice[];
  readonly problems: readonly Problem[];
}

export interface Format {
  /** Stable, stored in studies: `coco`. */
  readonly id: string;
  /** For a person: "COCO annotations". */
  readonly title: string;
  /** Looks at names and the beginnings of files: well below a second. Never throws for what is on the disk. */
  match(place: Place): Promise<Match>;
  /**
   * @throws SteadygazeError `data-empty`, `data-one-class`, `data-unreadable`, `cancelled`; what concerns single
   *   pictures is a problem in the listing instead
   */
  list(place: Place, options: ListOptions): Promise<Listing>;
  /** Reads pictures (and masks) that are no files; without it the tree does. It may open what it needs once. */
  pictures?(place: Place, choices: Readonly<Record<string, string>>): Promise<PictureReader>;
}

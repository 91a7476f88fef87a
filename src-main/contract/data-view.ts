/** What the Data view shows of a data set: a new one that was just recognised, or that of the open study. */

/** A picture as the window names it: enough to ask for its pixels and to lay out its place. */
export interface PictureRef {
  /** Sample id: path relative to the data set. */
  readonly id: string;
  /** SHA-256 (hex) of the file's bytes; see resources.ts for its address. */
  readonly hash: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Multi-label data: every class that it is of. */
  readonly labels?: readonly number[];
}

export interface SplitCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

export interface ClassView {
  readonly label: number;
  readonly name: string;
  readonly counts: SplitCounts;
  /** A few of its pictures, spread over the class. */
  readonly examples: readonly PictureRef[];
}

/** How far a very simple rule gets that never sees the object; shares in 0..1. */
export interface RuleFigures {
  /** Pictures whose class it names rightly: mean over all classes; of a rule about one class, pictures of that class. */
  readonly right: number;
  /** What that is to be compared with: guessing among all classes; of one class, other pictures that it takes for it. */
  readonly chance: number;
  /** The class that it is about, or that it knows best. */
  readonly clearest: string;
}

/** One problem; `kind` as in datasets/dataset.ts. */
export interface ProblemView {
  readonly kind: string;
  /** Path relative to the data set, or the name of a class. */
  readonly file: string;
  /** One plain sentence. */
  readonly reason: string;
  /** The picture itself where it can be shown. */
  readonly picture: PictureRef | null;
  /** Early warnings of shortcuts only. */
  readonly figures?: RuleFigures;
}

export interface ProblemGroup {
  readonly kind: string;
  /** In plain words: "Pictures that cannot be read". */
  readonly title: string;
  /** What it means and what Steadygaze does about it. */
  readonly explanation: string;
  readonly count: number;
  /** The first of them; see `data.problems` for the others. */
  readonly problems: readonly ProblemView[];
  /** Something a person should look at before training, rather than a remark. */
  readonly attention: boolean;
}

export interface DataView {
  /** Absolute path of the pictures: a folder, or an archive. */
  readonly root: string;
  /** Id of the format, and its name for a person. */
  readonly format: string;
  readonly formatTitle: string;
  /** `multi-label`: a picture may be of several classes; counts of classes then add up to more than the pictures. */
  readonly task: 'single-label' | 'multi-label';
  /** What was recognised, in one sentence. */
  readonly sentence: string;
  readonly pictures: number;
  readonly counts: SplitCounts;
  readonly splitOrigin: 'folders' | 'seeded' | 'mixed';
  readonly classes: readonly ClassView[];
  /** Pictures with at least one box; with a mask. */
  readonly boxes: number;
  readonly masks: number;
  /** Median width and height in pixels. */
  readonly medianSize: readonly [number, number];
  readonly problems: readonly ProblemGroup[];
  readonly fingerprint: string;
}

/** A format that could read what was chosen. */
export interface FormatView {
  readonly format: string;
  readonly title: string;
  /** Why it could: one sentence. */
  readonly reason: string;
  /** 0..1 */
  readonly certainty: number;
}

/** A question of the format, answered by a guess that the person may correct: "Column with the picture's file". */
export interface ChoiceView {
  readonly key: string;
  readonly label: string;
  /** One of `options`. */
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** One sentence, or ''. */
  readonly explanation: string;
}

/** A data set that was looked at but is no study yet. */
export interface Inspection {
  /** Handed to `study.create`. */
  readonly id: string;
  /** What was chosen: hand it to `data.inspect` again with another format or other answers. */
  readonly path: string;
  /** What was recognised, in one sentence: "Pascal VOC 2012, image sets train and val." */
  readonly recognised: string;
  /** Surest first. The one in force is `view.format`. */
  readonly formats: readonly FormatView[];
  readonly choices: readonly ChoiceView[];
  readonly view: DataView;
  /** Proposals that the person may change: a name, and an absolute path that does not exist yet. */
  readonly suggestedName: string;
  readonly suggestedFolder: string;
}

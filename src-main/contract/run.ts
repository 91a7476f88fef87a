/** What a run leaves behind and says while it works: plain values, shared by all floors. */
import type { RunSettings } from './settings.ts';
import type { ErrorValue } from './errors.ts';

/** One row of `rounds/NN.parquet`: one training picture in one assessment. */
export interface AssessmentRow {
  /** Sample id (path relative to the data set). */
  readonly id: string;
  /**
   * The given class. Where a picture may be of several: the one of its classes that the model is most sure of on the
   * clean picture, so that there too the picture is named correctly where `prediction` is `label`.
   */
  readonly label: number;
  /** Predicted class on the clean picture (the most probable one), and its probability. */
  readonly prediction: number;
  readonly probability: number;
  /** Probability of the given label, clean and attacked. */
  readonly labelProbability: number;
  readonly attackedLabelProbability: number;
  /** Predicted class on the attacked picture, and its probability. */
  readonly attackedPrediction: number;
  readonly attackedProbability: number;
  /**
   * Similarity of the two heatmaps, agreement of the two predictions, E = S * Q, all in [0,1]. Of several labels each is
   * the mean over them, so that E need not be the product of the other two.
   */
  readonly s: number;
  readonly q: number;
  readonly e: number;
  /** Weight in the round that follows this assessment (mean 1 over the training set). */
  readonly v: number;
  /** Cross-entropy on the clean picture; of several labels the sum of the binary cross-entropies of all classes. */
  readonly loss: number;
  /** True when either heatmap is zero everywhere (then E is 0); of several labels, when that is so of each. */
  readonly empty: boolean;
  /**
   * Where this round did not assess the picture (`method.assessShare`): the earlier round that did, whose values these
   * are, but for v. Absent: this round did. A picture that no round has assessed yet has no row.
   */
  readonly assessedIn?: number;
  /** Multi-label data: all classes of the picture, ascending, and E of each. */
  readonly labels?: readonly number[];
  readonly labelE?: readonly number[];
  /** Multi-label data: how likely each of these classes is, clean and attacked. */
  readonly labelProbabilities?: readonly number[];
  readonly attackedLabelProbabilities?: readonly number[];
}

/** Figures of one assessment. */
export interface RoundSummary {
  readonly round: number;
  /** Training pictures that this round assessed, which all of this is of. */
  readonly samples: number;
  /** All training pictures, where it assessed only a share of them (`method.assessShare`). */
  readonly pictures?: number;
  readonly eMean: number;
  readonly eMedian: number;
  /** Share of samples with E < 0.5. */
  readonly eBelowHalf: number;
  /**
   * Mean E per class, in class order; null where a class has no training sample. In multi-label data a picture's E for
   * a class counts there, for each of its classes.
   */
  readonly eMeanPerClass: readonly (number | null)[];
  /** Counts of E in 20 equal bins over [0,1]. */
  readonly eHistogram: readonly number[];
  /**
   * Share whose prediction is the same before and after the attack, among the correct ones. In multi-label data: whose
   * most probable class is one of theirs before and after.
   */
  readonly survived: number;
  /** Training accuracy on the clean pictures; in multi-label data the share whose most probable class is one of theirs. */
  readonly accuracy: number;
  readonly emptyMaps: number;
  /** The eps in use, in [0,1]. */
  readonly eps: number;
}

/** A figure with its 95% bootstrap interval over pictures (1,000 resamples), and its count. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Localization on the test split, threshold chosen on validation (`...Best`: maximum on test). */
export interface LocalizationFigures {
  readonly maxboxacc: Figure;
  readonly maxboxaccThreshold: number;
  /**
   * Where the shared thresholds and the size of the centre box were chosen. `test`: there was no annotated
   * validation picture, so they were chosen on the measured pictures themselves and flatter the figures.
   */
  readonly thresholdFrom: 'val' | 'test';
  /** MaxBoxAcc on the measured pictures at each of the 100 thresholds 0, 0.01, ..., 0.99. */
  readonly maxboxaccCurve: readonly number[];
  /** Mean intersection over union of the largest component at `maxboxaccThreshold`. */
  readonly iou: Figure;
  /** Maximum over thresholds on the test split itself (optimistic; shown beside). */
  readonly maxboxaccBest: number;
  readonly maxboxaccV2: Figure;
  /** At IoU 0.3, 0.5, 0.7. */
  readonly maxboxaccV2Parts: readonly [number, number, number];
  readonly maxboxaccV2Best: number;
  readonly top1Loc: Figure;
  readonly pointing: Figure;
  readonly energy: Figure;
  /** Pixel average precision; null without masks. */
  readonly pxap: Figure | null;
  /** The same maxboxacc of a centred box (size chosen on validation). */
  readonly centreBox: Figure;
  /** Side of that box as a share of the picture's side. */
  readonly centreBoxSize: number;
  /** Energy of a map that is the same everywhere = the mean share of object area. */
  readonly uniformEnergy: Figure;
  /** Where masks are there `mask`, else `box`: what pointing and energy are measured against. */
  readonly target: 'mask' | 'box';
}

export interface DebiasingFigures {
  readonly original: Figure;
  readonly mixedSame: Figure;
  readonly mixedRand: Figure;
  /** acc(mixed_same) - acc(mixed_rand), paired by picture. */
  readonly bgGap: Figure;
  /** Accuracy on the other variants, by their published names (`only_bg_t`, `only_fg`, ...), where measured. */
  readonly others?: Readonly<Record<string, Figure>>;
}

/** Everything measured on one finished run. */
export interface RunFigures {
  /** In multi-label data the share of pictures whose most probable class is one of theirs. */
  readonly top1: Figure;
  /** Multi-label data: mean average precision over the classes. */
  readonly map?: Figure;
  readonly localization: LocalizationFigures | null;
  readonly debiasing: DebiasingFigures | null;
}

/** A person's verdict on a training picture before a run: another class, or `null`: leave it out. */
export interface Correction {
  /** Sample id. */
  readonly id: string;
  readonly label: number | null;
}

/** Which state of a study's data: what was read from the disk, and how many lines of corrections were in force. */
export interface DataState {
  /** Fingerprint of what was read; absent: what the study was made of. */
  readonly dataImport?: string;
  /** Lines of `data-edits.ndjson` after its first; absent: none. */
  readonly dataEdits?: number;
}

export type RunState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

/** `runs/<id>/run.json`. */
export interface RunRecord extends DataState {
  readonly format: 'steadygaze-run';
  readonly version: 1;
  readonly id: string;
  readonly created: string;
  readonly state: RunState;
  readonly settings: RunSettings;
  readonly preset: string | null;
  readonly engine: string;
  readonly engineDescription: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Of the data as the run saw it: in the state that {@link DataState} names. */
  readonly dataFingerprint: string;
  readonly classes: readonly string[];
  /** Absent: every picture is of exactly one class. */
  readonly task?: 'multi-label';
  /**
   * Training pictures that were relabelled or left out, where there were any: how many, and SHA-256 of the list
   * in `corrections.json`. `dataFingerprint` stays that of the study's data.
   */
  readonly corrections?: { readonly relabelled: number; readonly leftOut: number; readonly hash: string };
  /** The eps in use once chosen (`auto`) and the share of the probe that survived it. */
  readonly eps: number | null;
  readonly epsSurvival: number | null;
  readonly rounds: readonly RoundSummary[];
  readonly figures: RunFigures | null;
  /** SHA-256 of the final weights file. */
  readonly weightsHash: string | null;
  /** Seconds of work, pauses not counted. */
  readonly seconds: number;
  readonly error: ErrorValue | null;
}

export type Phase = 'decode' | 'train' | 'project' | 'calibrate' | 'assess' | 'evaluate';

/** One message of a running job. `done` and `total` count pictures of this phase. */
export type JobEvent =
  | {
      readonly type: 'started';
      readonly run: string;
      readonly engine: string;
      readonly arm: string;
      readonly seed: number;
    }
  | {
      readonly type: 'progress';
      readonly run: string;
      readonly phase: Phase;
      readonly round: number;
      readonly epoch: number;
      readonly done: number;
      readonly total: number;
      /** Share of the whole run, 0..1, and seconds left (null until it can be told). */
      readonly overall: number;
      readonly secondsLeft: number | null;
      readonly imagesPerSecond: number;
      readonly loss: number | null;
      /** Resident memory of the compute process in bytes. */
      readonly memory: number;
    }
  | {
      readonly type: 'epoch';
      readonly run: string;
      readonly round: number;
      readonly epoch: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly learningRate: number;
    }
  | { readonly type: 'round'; readonly run: string; readonly summary: RoundSummary }
  | { readonly type: 'checkpoint'; readonly run: string; readonly step: number }
  | { readonly type: 'paused'; readonly run: string }
  | { readonly type: 'resumed'; readonly run: string }
  | { readonly type: 'warning'; readonly run: string; readonly message: string }
  | { readonly type: 'finished'; readonly run: string; readonly figures: RunFigures | null; readonly seconds: number }
  | { readonly type: 'stopped'; readonly run: string }
  | { readonly type: 'failed'; readonly run: string; readonly error: ErrorValue };

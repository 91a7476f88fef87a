/** Runs of a study side by side. */
import type { PictureRef } from './data-view.ts';
import type { EvaluationPart } from './evaluation.ts';
import type { Figure, RoundSummary } from './run.ts';
import type { Arm } from './settings.ts';

export const FIGURE_GROUPS = ['recognition', 'background', 'gaze', 'robustness', 'explanation'] as const;
export type FigureGroup = (typeof FIGURE_GROUPS)[number];

/** `share`: in [0,1], shown as a percentage, changes as points. `number`: shown as it is, with two decimals. */
export type FigureUnit = 'share' | 'number';

/** `none`: the interval contains zero, there is no measurable difference. `unknown`: they cannot be paired. */
export type Verdict = 'better' | 'worse' | 'none' | 'unknown';

/** What a run has more than the baseline, over the same pictures. */
export interface FigureDifference {
  readonly change: number;
  /** 95 % interval; null where they cannot be paired. */
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: Verdict;
  /** In words that do not overstate. */
  readonly sentence: string;
}

export interface ComparedFigure {
  readonly key: string;
  readonly part: EvaluationPart;
  readonly group: FigureGroup;
  /** In plain words, and the technical term. */
  readonly label: string;
  readonly term: string;
  readonly explanation: string;
  readonly better: 'higher' | 'lower';
  readonly unit: FigureUnit;
  /** Shown at once; the others of its group when somebody asks for more. */
  readonly headline: boolean;
  /** In the order of the runs; null where it was not measured. */
  readonly values: readonly (Figure | null)[];
  /** To the baseline; null for the baseline itself and where one of the two was not measured. */
  readonly differences: readonly (FigureDifference | null)[];
  /** What a trivial method reaches (a centred box, an even map), where there is one. */
  readonly reference: { readonly label: string; readonly value: number } | null;
}

/** Several seeds of one kind of training. */
export interface SeedsOfArm {
  readonly arm: Arm;
  readonly name: string;
  readonly seeds: readonly number[];
}

export interface SeedsFigure {
  readonly key: string;
  readonly label: string;
  readonly better: 'higher' | 'lower';
  readonly unit: FigureUnit;
  /** Mean and standard deviation over the seeds of each arm, in their order; null with fewer than two. */
  readonly arms: readonly ({ readonly mean: number; readonly deviation: number; readonly seeds: number } | null)[];
  /** To the first arm, over the seeds that both have. */
  readonly differences: readonly ({
    readonly mean: number;
    readonly deviation: number;
    /** One for each common seed, ascending. */
    readonly perSeed: readonly number[];
    readonly sentence: string;
  } | null)[];
}

/** How much of a difference is the luck of training. */
export interface SeedsView {
  readonly arms: readonly SeedsOfArm[];
  readonly figures: readonly SeedsFigure[];
}

export interface CompareView {
  readonly baseline: string;
  /** The baseline first. */
  readonly runs: readonly { readonly id: string; readonly name: string; readonly arm: Arm; readonly seed: number }[];
  /** The answer in two or three plain sentences. */
  readonly answer: readonly string[];
  /** What stands in the way of comparing them (other data, other disturbance); empty when nothing does. */
  readonly cautions: readonly string[];
  readonly figures: readonly ComparedFigure[];
  /** Last assessment of each run; null before there is one. */
  readonly steadiness: readonly (RoundSummary | null)[];
  /** Null where no arm has two seeds among the runs. */
  readonly seeds: SeedsView | null;
}

/** The same training picture under both models. */
export interface ComparedPicture {
  readonly sample: PictureRef;
  readonly labelName: string;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
}

export interface ComparedSide {
  readonly row: number;
  readonly round: number;
  readonly e: number;
  readonly predictionName: string;
  readonly right: boolean;
  readonly attackedPredictionName: string;
}

export const PICTURE_ORDERS = ['steadier', 'less-steady', 'newly-right', 'newly-wrong'] as const;
export type PictureOrder = (typeof PICTURE_ORDERS)[number];

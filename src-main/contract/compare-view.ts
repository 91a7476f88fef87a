/** Two runs of a study side by side. */
import type { PictureRef } from './data-view.ts';
import type { Figure, RoundSummary } from './run.ts';

export interface ComparedFigure {
  readonly key: string;
  readonly group: 'recognition' | 'background' | 'gaze';
  /** In plain words, and the technical term. */
  readonly label: string;
  readonly term: string;
  readonly explanation: string;
  readonly better: 'higher' | 'lower';
  readonly a: Figure | null;
  readonly b: Figure | null;
  /** b - a over the same pictures; null where they cannot be paired. `verdict`: of the 95 % interval. */
  readonly difference: {
    readonly change: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly verdict: 'better' | 'worse' | 'none' | 'unknown';
    /** In words that do not overstate. */
    readonly sentence: string;
  } | null;
  /** What a trivial method reaches (a centred box, an even map), where there is one. */
  readonly reference: { readonly label: string; readonly value: number } | null;
}

export interface CompareView {
  readonly a: string;
  readonly b: string;
  /** The answer in two or three plain sentences. */
  readonly answer: readonly string[];
  /** What stands in the way of comparing them (other data, other disturbance); empty when nothing does. */
  readonly cautions: readonly string[];
  readonly figures: readonly ComparedFigure[];
  /** Last assessment of each; null before there is one. */
  readonly steadinessA: RoundSummary | null;
  readonly steadinessB: RoundSummary | null;
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

/**
 * Sanity check of heatmaps (Adebayo et al., NeurIPS 2018, cascading randomisation): the layers of the model are drawn
 * anew from the head to the input, one more each time. A heatmap that hardly changes shows the picture's edges or the
 * middle of the frame, and not what the model has learned.
 */
import { rankCorrelation } from '../numeric/rank-correlation.ts';
import type { Predictor, RandomisablePredictor } from './predictor.ts';

/** Copies of a model that have forgotten their last layers; one is held at a time. */
export class ForgetfulModel {
  readonly #model: RandomisablePredictor;
  readonly #seed: number;
  #held: { readonly count: number; readonly predictor: Predictor & { close(): void } } | null = null;

  /** @param seed of all copies: layers once drawn anew stay the same when the next one follows */
  constructor(model: RandomisablePredictor, seed: number) {
    this.#model = model;
    this.#seed = seed;
  }

  /** The model without what its last `count` layers have learned; usable until the next call. */
  without(count: number): Predictor {
    if (this.#held?.count !== count) {
      this.close();
      this.#held = { count, predictor: this.#model.randomised(count, this.#seed) };
    }
    return this.#held.predictor;
  }

  close(): void {
    this.#held?.predictor.close();
    this.#held = null;
  }
}

export interface MapLikeness {
  /** Spearman's rank correlation, -1..1; 0 where either map is the same everywhere. */
  readonly similarity: number;
  /** Whether either map is the same everywhere, so that there is nothing to compare. */
  readonly blank: boolean;
}

/** How alike two heatmaps of one shape order their places. */
export function mapLikeness(a: Float32Array, b: Float32Array): MapLikeness {
  const blank = [a, b].some((map) => map.every((value) => value === map[0]));
  return { similarity: blank ? 0 : rankCorrelation(a, b), blank };
}

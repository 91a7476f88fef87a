/**
 * The whole state of a run at a batch boundary. A run that starts from a snapshot ends with the
 * same weights as one that was never interrupted: every random number is derived from
 * (seed, round, epoch, sample), never from a generator that would have to be stored.
 */
import type { NamedArray } from '../networks/parameters.ts';

export type { NamedArray };

/** Where the run stands. Everything here survives JSON. */
export interface RunPosition {
  /** Round being worked on, 0 (warm-up) to `rounds`. */
  readonly round: number;
  /**
   * Within a round: `train`, then (of a network with prototypes) `project`, then (in round 0, where eps is chosen)
   * `calibrate`, then `assess`.
   */
  readonly phase: 'train' | 'project' | 'calibrate' | 'assess' | 'done';
  /** Epoch within the round. */
  readonly epoch: number;
  /** Pictures of this epoch (or of this assessment) already worked on. */
  readonly offset: number;
  /** Optimiser steps since the beginning of the run. */
  readonly step: number;
  /** Chosen eps in [0,1], or null before it is chosen; and the share of the probe that survived. */
  readonly eps: number | null;
  readonly epsSurvival: number | null;
  /** Running sums of the current epoch: loss, correct predictions. */
  readonly lossSum: number;
  readonly correct: number;
}

export interface Snapshot {
  readonly position: RunPosition;
  /** Parameters and running statistics under torchvision's names. */
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** The optimiser's momentum buffers, `momentum.<parameter>`; and per-sample arrays of the run
   * (`v`, rows of a half-finished assessment) under names of their own. */
  readonly state: ReadonlyMap<string, NamedArray>;
}

/** What a run of rounds tells its surroundings, and what it asks of them. */
import type { AssessmentRow, Phase, RoundSummary } from '../contract/run.ts';
import type { NamedArray } from '../networks/parameters.ts';
import type { Heatmaps } from './heatmap.ts';
import type { Snapshot } from './snapshot.ts';

/** One finished assessment. */
export interface AssessmentResult {
  readonly round: number;
  /** One row a training picture, in the order of the training data. */
  readonly rows: readonly AssessmentRow[];
  readonly summary: RoundSummary;
  /**
   * Heatmaps of the given labels before and after the attack, in the order of the rows; of several labels, the largest
   * value of their heatmaps at each place.
   */
  readonly maps: Heatmaps;
  readonly attackedMaps: Heatmaps;
  /** Weights at the end of this round's training, torchvision's names. */
  readonly weights: ReadonlyMap<string, NamedArray>;
}

export interface RoundsProgress {
  readonly phase: Phase;
  readonly round: number;
  readonly epoch: number;
  /** Pictures of this epoch, assessment or calibration. */
  readonly done: number;
  readonly total: number;
  /** Work done and to do in the whole run, in forward passes of one picture. */
  readonly work: number;
  readonly workTotal: number;
  readonly loss: number | null;
}

export interface RoundsHooks {
  /** Awaited between batches: resolves when the work may go on, rejects to stop it. */
  control(): Promise<void>;
  /** Whether a checkpoint inside an epoch or assessment is wanted now. */
  checkpointDue(): boolean;
  /** Resolves when the snapshot is durable. */
  checkpoint(snapshot: Snapshot): Promise<void>;
  /**
   * Awaited before an assessment that is not complete, once a checkpoint of this moment is durable. It rejects where
   * the assessment is made elsewhere, in shards (shards.ts); absent: it is made here.
   */
  assessmentDue?(): Promise<void>;
  progress(progress: RoundsProgress): void;
  epoch(epoch: { round: number; epoch: number; loss: number; accuracy: number; learningRate: number }): void;
  /** The chosen eps and the share of the probe that survives it (null: nothing to probe with). */
  calibrated(eps: number, survival: number | null): Promise<void>;
  /** Resolves when the assessment is stored. May be called again for a round after a crash. */
  assessed(result: AssessmentResult): Promise<void>;
  warning(message: string): void;
}

export interface RoundsResult {
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly eps: number;
  readonly epsSurvival: number | null;
}

import type { LabelSets } from '../numeric/label-sets.ts';
import type { BatchLoader } from './loading.ts';

/** What the method needs of the training pictures. Implemented by the job on top of the cache. */
export interface TrainingData {
  readonly count: number;
  /** Side of the square pictures in pixels. */
  readonly size: number;
  readonly classCount: number;
  /** [count] class of each picture; in multi-label data the first of its classes. */
  readonly labels: Int32Array;
  /** Multi-label data: all classes of each picture; null in single-label data. */
  readonly labelSets: LabelSets | null;
  /** [count] sample ids: the source of each sample's own random numbers. */
  readonly ids: readonly string[];
  /** Fills `out` [indices.length, size, size, 3] with values 0..255. */
  read(indices: ArrayLike<number>, out: Uint8Array): Promise<void>;
  /** Prepares batches beside the engine; absent: they are prepared when they are wanted. */
  readonly loader?: BatchLoader;
}

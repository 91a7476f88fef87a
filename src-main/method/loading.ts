/**
 * Batches of training pictures, ready for the engine, in their order. Where the data bring a loader, the next batches
 * are prepared beside the engine while it works; else each is prepared when it is wanted. The values are the same: all
 * that is random goes by the sample and the epoch, not by who does it or when.
 */
import type { TrainingData } from './data.ts';
import { preparePictures, type TrainingPlan } from './loading-plan.ts';

/** Prepares batches beside the engine. */
export interface BatchLoader {
  /** Batches that are ordered before they are wanted. */
  readonly ahead: number;
  /** @param indices pictures of the training data */
  order(indices: Int32Array, plan: TrainingPlan | null): OrderedBatch;
}

export interface OrderedBatch {
  /** [n,size,size,3] in [0,1]. @throws SteadygazeError where pictures cannot be read */
  take(): Promise<Float32Array>;
  /** Its values are needed no more, whether they were taken or not: their memory may hold another batch. */
  release(): void;
}

export interface LoadedBatch {
  /** Which of the batches. */
  readonly number: number;
  readonly indices: Int32Array;
  /** [n,size,size,3] in [0,1]; only until the next batch is asked for. */
  readonly values: Float32Array;
}

/** How long the engine has waited for pictures, added up. */
export interface Waiting {
  seconds: number;
}

/**
 * @param batches indices into the training data, one list a batch
 * @param planOf  what is done to the pictures of a batch
 */
export async function* loadBatches(
  data: TrainingData,
  batches: readonly Int32Array[],
  planOf: (batch: number) => TrainingPlan | null,
  waiting: Waiting = { seconds: 0 },
): AsyncGenerator<LoadedBatch, void, void> {
  const loader = data.loader ?? onTheSpot(data);
  const ordered: OrderedBatch[] = [];
  let next = 0;
  try {
    for (const [number, indices] of batches.entries()) {
      for (; next < batches.length && next <= number + loader.ahead; next++) {
        ordered.push(loader.order(batches[next], planOf(next)));
      }
      const began = performance.now();
      const [current] = ordered;
      const values = await current.take();
      waiting.seconds += (performance.now() - began) / 1000;
      yield { number, indices, values };
      ordered.shift();
      current.release();
    }
  } finally {
    for (const batch of ordered) batch.release();
  }
}

/** The pictures as they are, in batches of at most `size`. */
export function loadUnchanged(
  data: TrainingData,
  samples: Int32Array,
  size: number,
): AsyncGenerator<LoadedBatch, void, void> {
  const batches: Int32Array[] = [];
  for (let start = 0; start < samples.length; start += size) batches.push(samples.subarray(start, start + size));
  return loadBatches(data, batches, () => null);
}

/** Values of the pictures `from` .. `to - 1`. */
export function partOf(values: Float32Array, size: number, from: number, to: number): Float32Array {
  return values.subarray(from * size * size * 3, to * size * size * 3);
}

/** Reads and prepares a batch here and now. */
export async function prepareBatch(
  data: Pick<TrainingData, 'size' | 'read'>,
  indices: Int32Array,
  plan: TrainingPlan | null,
): Promise<Float32Array> {
  const pictures = new Uint8Array(indices.length * data.size * data.size * 3);
  await data.read(indices, pictures);
  const values = new Float32Array(pictures.length);
  await preparePictures(pictures, data.size, plan, values);
  return values;
}

function onTheSpot(data: TrainingData): BatchLoader {
  return {
    ahead: 0,
    order: (indices, plan) => ({ take: () => prepareBatch(data, indices, plan), release: () => undefined }),
  };
}

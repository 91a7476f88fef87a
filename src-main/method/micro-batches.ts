/**
 * Batches in parts that fit into the engine's memory. How many pictures fit is estimated before a run (cost.ts); where an
 * engine runs out of memory all the same, half as many are tried, from then on.
 */
import { disposingOnFailure, isOutOfMemory } from '../compute/out-of-memory.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { RunCost } from './cost.ts';

export class BatchLimit {
  #pictures: number;
  readonly #least: number;
  readonly #onSmaller: (pictures: number) => void;

  /**
   * @param pictures  that fit into memory at once, as far as is known
   * @param least     fewer make no sense: 2 where batch norms go by the pictures that they see together
   * @param onSmaller told of how many are worked on at once after memory did not suffice
   */
  constructor(pictures: number, least = 1, onSmaller: (pictures: number) => void = () => undefined) {
    this.#pictures = Math.max(least, pictures);
    this.#least = least;
    this.#onSmaller = onSmaller;
  }

  get pictures(): number {
    return this.#pictures;
  }

  /** Parts of a batch of n pictures: as few as fit, of equal size up to one picture, and none below the least. */
  sizes(n: number): number[] {
    const parts = Math.min(Math.ceil(n / this.#pictures), Math.max(1, Math.floor(n / this.#least)));
    const border = (i: number): number => Math.floor((i * n) / parts);
    return Array.from({ length: parts }, (_, i) => border(i + 1) - border(i));
  }

  /**
   * Carries out `work` on a whole batch in parts; again in smaller ones, from the beginning, where memory does not suffice.
   * @param work given the sizes of the parts; leaves nothing changed where it fails
   * @throws SteadygazeError `out-of-memory` where the least does not fit
   */
  async whole<T>(n: number, work: (sizes: readonly number[]) => Promise<T>): Promise<T> {
    for (;;) {
      const sizes = this.sizes(n);
      try {
        return await work(sizes);
      } catch (error) {
        this.#shrink(Math.max(...sizes), error);
      }
    }
  }

  /**
   * Carries out `work` on one part of a batch after the other; only a part for which memory does not suffice is done again.
   * @param work given the pictures `from` .. `to - 1` of n; tensors that it leaves behind where it fails are disposed of
   * @throws SteadygazeError `out-of-memory` where the least does not fit
   */
  async inParts(n: number, work: (from: number, to: number) => Promise<void>): Promise<void> {
    for (let from = 0; from < n;) {
      const to = Math.min(n, from + this.#pictures);
      try {
        await disposingOnFailure(() => work(from, to));
        from = to;
      } catch (error) {
        this.#shrink(to - from, error);
      }
    }
  }

  /** @param tried pictures that were too many @throws what it was given, where it is no lack of memory */
  #shrink(tried: number, error: unknown): void {
    if (!isOutOfMemory(error)) throw error;
    const fewer = Math.max(this.#least, Math.floor(tried / 2));
    // Of an odd batch one part has one picture more than the least; that is the smallest there is.
    if (tried <= this.#least || fewer === this.#pictures) throw noRoom(error);
    this.#pictures = fewer;
    this.#onSmaller(this.#pictures);
  }
}

function noRoom(cause: unknown): SteadygazeError {
  return new SteadygazeError(
    'out-of-memory',
    'The engine ran out of memory even with the fewest pictures at once.',
    'Choose smaller pictures or a narrower network, close other programs, or take another engine.',
    cause instanceof Error ? cause.message : undefined,
  );
}

/**
 * The limits of a run. That a training batch is worked on in parts is said once, at its beginning or when it comes to
 * that; so is what comes of it.
 */
export function batchLimits(
  { trainingPart, assessBatch, leastPart }: Pick<RunCost, 'trainingPart' | 'assessBatch' | 'leastPart'>,
  { arm, training }: Pick<RunSettings, 'arm' | 'training'>,
  count: number,
  warn: (message: string) => void,
): { readonly training: BatchLimit; readonly assessment: BatchLimit } {
  const batch = Math.min(training.batchSize, count);
  let said = false;
  const ofTraining = (pictures: number): void => {
    if (!said) warn(partsWarning(batch, pictures, leastPart === 2));
    said = true;
  };
  if (arm !== 'given' && trainingPart < batch) ofTraining(trainingPart);
  return {
    training: new BatchLimit(trainingPart, leastPart, ofTraining),
    assessment: new BatchLimit(assessBatch, 1, (pictures) => warn(smallerWarning(pictures))),
  };
}

/** What is said of a run whose training batches do not fit into memory. @param goesByBatch whether batch norms do */
function partsWarning(batch: number, pictures: number, goesByBatch: boolean): string {
  const what = `A batch of ${batch} pictures does not fit into the engine's memory. It is worked on ${pictures} at a time, and every step is still made from all of them.`;
  return goesByBatch
    ? `${what} Only the batch norms of the network go by the ${pictures} pictures they see together, so the result differs a little from that on an engine with more memory.`
    : what;
}

/** What is said when assessments have had to go on with fewer pictures at once. */
function smallerWarning(pictures: number): string {
  return `The engine ran out of memory. Pictures are assessed ${pictures} at a time from here on; the result is the same.`;
}

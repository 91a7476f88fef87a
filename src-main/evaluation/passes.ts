/** Working through pictures in batches: one batch in memory at a time, a stop point before each. */

export interface PassOptions {
  /** Pictures of one forward pass; changes memory and speed, never a figure. */
  readonly batchSize: number;
  /** Awaited before every batch: waits while paused, throws when the work is cancelled. */
  readonly control?: () => Promise<void>;
  /** Called with the number of pictures just worked on. */
  readonly onPictures?: (count: number) => void;
}

/** Calls `work` with consecutive slices of `indices`, in order, one after the other. */
export async function forEachBatch(
  indices: readonly number[],
  options: PassOptions,
  work: (batch: readonly number[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < indices.length; from += options.batchSize) {
    await options.control?.();
    const batch = indices.slice(from, from + options.batchSize);
    await work(batch);
    options.onPictures?.(batch.length);
  }
}

/** 0, 1, ..., count - 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

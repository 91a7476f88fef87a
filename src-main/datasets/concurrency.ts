/** A few things at a time: reading and decoding 50,000 files must neither wait in line nor flood memory. */
import { availableParallelism } from 'node:os';
import { SteadygazeError } from '../contract/errors.ts';

/** Files worked on at once: one more than there are processors, for one waits for the disk. More would only hold buffers. */
const FILES_AT_ONCE = Math.max(3, Math.min(9, availableParallelism() + 1));

// Node's pool, in which files are read and pictures decoded, has four threads unless this says more before it is first
// used. In a thread of its own (and where somebody has said how many) it changes nothing.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, FILES_AT_ONCE));

/** Throws the error that means "the user stopped this" once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SteadygazeError('cancelled', 'Stopped on request.');
}

/**
 * Runs `work` on every item, `FILES_AT_ONCE` at a time, starting them in order. The first failure
 * stops new items from starting, and is thrown after those under way have ended.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      const item = items[index];
      try {
        throwIfCancelled(signal);
        await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(FILES_AT_ONCE, items.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

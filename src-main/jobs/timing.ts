/** How long a piece of work takes for each picture, from as few repetitions as a person is willing to wait for. */
import { SteadygazeError } from '../contract/errors.ts';
import { median } from '../numeric/statistics.ts';

/** The least that batch statistics and mixed backgrounds can be computed of. */
export const SMALLEST = 2;
/** How many times larger the next batch to be measured is at most. */
const LARGEST_GROWTH = 8;
/** Times that the last batch is measured, the first of which pays for what is prepared once... */
const REPETITIONS = 4;
/** ...unless that takes longer than this multiple of the time there is. */
const PATIENCE = 1.5;

/**
 * Seconds that `work` takes for each picture in batches of `largest`. The batch grows while there is time; where that
 * ends before it is so large, what a batch and what a picture costs are told apart by the smallest and the largest
 * batch that were measured.
 * @param work   does it for a batch, and has done it when its promise resolves
 * @param budget milliseconds; one small batch is measured where that takes longer
 * @throws SteadygazeError `cancelled` once the signal is aborted
 */
export async function secondsEach(
  work: (count: number) => Promise<void>,
  largest: number,
  budget: number,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<number> {
  const began = now();
  const sizes: { readonly count: number; readonly times: number[] }[] = [];
  let count = Math.min(SMALLEST, largest);
  for (;;) {
    // Lets a wish to stop come in.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new SteadygazeError('cancelled', 'Stopped on request.');
    const start = now();
    await work(count);
    const time = now() - start;
    if (sizes.at(-1)?.count !== count) sizes.push({ count, times: [] });
    sizes.at(-1)?.times.push(time);
    const spent = now() - began;
    const left = budget - spent;
    // The very first time pays for so much that it says little, unless it takes too long to be repeated.
    if (sizes.length === 1 && sizes[0].times.length === 1 && time < budget) continue;
    // Half of what is left: the larger batch shall be measured more than once.
    const factor = Math.min(LARGEST_GROWTH, Math.floor((0.5 * left) / time));
    if (factor >= 2 && count < largest) count = Math.min(largest, count * factor);
    else if (left < time && ((sizes.at(-1)?.times.length ?? 0) >= REPETITIONS || spent + time > PATIENCE * budget))
      break;
  }
  return secondsAt(largest, sizes) / 1000;
}

/** The time of each picture in a batch of `size`, from the times of batches. */
function secondsAt(size: number, measured: readonly { readonly count: number; readonly times: number[] }[]): number {
  // The first time at a size pays for what is prepared once.
  const [first, ...others] = measured.map(({ count, times }) => ({
    count,
    time: median(Float64Array.from(times.length > 1 ? times.slice(1) : times)),
  }));
  const last = others.at(-1) ?? first;
  const average = last.time / last.count;
  if (last === first || last.count === size) return average;
  // A busy machine can make a small batch look as slow as a larger one, but no picture costs nothing.
  const each = Math.max((last.time - first.time) / (last.count - first.count), average / 4);
  return Math.min(average, each + (last.time - each * last.count) / size);
}

import { describe, expect, it } from 'vitest';
import { secondsEach } from './timing.ts';

const BUDGET = 1000;

/** Measures work that takes `cost(count)` milliseconds, the first time at a size `first` times as long. */
async function measure(cost: (count: number) => number, largest = 64, first = 1) {
  let time = 0;
  const sizes: number[] = [];
  const work = async (count: number) => {
    time += cost(count) * (sizes.includes(count) ? 1 : first);
    sizes.push(count);
  };
  const seconds = await secondsEach(work, largest, BUDGET, new AbortController().signal, () => time);
  return { milliseconds: seconds * 1000, time, sizes };
}

describe('the time of a picture', () => {
  it('is that of the whole batch where there is time for it, without what is done once', async () => {
    const { milliseconds, sizes, time } = await measure((count) => 10 + count, 64, 3);
    expect(sizes.at(-1)).toBe(64);
    expect(milliseconds).toBeCloseTo(74 / 64, 9);
    expect(time).toBeLessThan(BUDGET * 1.5);
  });

  it('is the middle one of at least three, so that one that was disturbed does not count', async () => {
    let time = 0;
    let call = 0;
    // Batches of 64 take 200 ms; the second of them is disturbed for 150 ms more.
    const work = async (count: number) => {
      if (count === 64) call += 1;
      time += count * (200 / 64) + (count === 64 && call === 2 ? 150 : 0);
    };
    const seconds = await secondsEach(work, 64, BUDGET, new AbortController().signal, () => time);
    expect(call).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeCloseTo(0.2 / 64, 9);
  });

  it('is extrapolated to the whole batch where there is none', async () => {
    const { milliseconds, sizes, time } = await measure((count) => 100 + 20 * count);
    expect(Math.max(...sizes)).toBeLessThan(64);
    expect(milliseconds).toBeCloseTo((100 + 20 * 64) / 64, 6);
    expect(time).toBeLessThan(BUDGET * 1.5);
  });

  it('is that of one small batch where even that takes too long', async () => {
    const { milliseconds, sizes } = await measure((count) => 2000 * count);
    expect(sizes).toEqual([2]);
    expect(milliseconds).toBe(2000);
  });

  it('is never nothing, and never more than in the largest batch that was measured', async () => {
    const flat = await measure(() => 150);
    const shrinking = await measure((count) => 300 - 20 * count, 64);
    for (const { milliseconds, sizes } of [flat, shrinking]) {
      expect(milliseconds).toBeGreaterThan(1);
      expect(milliseconds).toBeLessThanOrEqual(300 / Math.max(...sizes));
    }
  });

  it('takes no larger batch than asked for', async () => {
    expect(new Set((await measure((count) => count, 1)).sizes)).toEqual(new Set([1]));
    expect(Math.max(...(await measure((count) => count, 5)).sizes)).toBe(5);
  });

  it('stops on request', async () => {
    const work = () => Promise.resolve();
    await expect(secondsEach(work, 8, BUDGET, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

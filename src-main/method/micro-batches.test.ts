import { describe, expect, it } from 'vitest';
import { isOutOfMemory } from '../compute/out-of-memory.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { BatchLimit } from './micro-batches.ts';

const full = () => new Error('OOM when allocating tensor with shape[64,112,112,64] and type float on CPU');

describe('parts of a batch', () => {
  it('are as few as fit, of equal size, and none is below the least', () => {
    expect(new BatchLimit(16).sizes(10)).toEqual([10]);
    expect(new BatchLimit(4).sizes(10)).toEqual([3, 3, 4]);
    expect(new BatchLimit(1).sizes(3)).toEqual([1, 1, 1]);
    // Three parts would leave one picture alone.
    expect(new BatchLimit(2, 2).sizes(5)).toEqual([2, 3]);
    expect(new BatchLimit(1, 2).sizes(1)).toEqual([1]);
  });

  it('are halved until they fit, and stay so', async () => {
    const told: number[] = [];
    const limit = new BatchLimit(64, 2, (pictures) => told.push(pictures));
    const tried: number[][] = [];
    const sizes = await limit.whole(20, (parts) => {
      tried.push([...parts]);
      return Math.max(...parts) > 5 ? Promise.reject(full()) : Promise.resolve(parts);
    });
    expect(tried).toEqual([[20], [10, 10], [5, 5, 5, 5]]);
    expect(sizes).toEqual([5, 5, 5, 5]);
    expect(told).toEqual([10, 5]);
    expect(limit.sizes(20)).toEqual([5, 5, 5, 5]);
  });

  it('that are done are not done again', async () => {
    const done: number[] = [];
    let room = 8;
    await new BatchLimit(8).inParts(20, (from, to) => {
      if (from >= 8) room = 3;
      if (to - from > room) return Promise.reject(full());
      for (let i = from; i < to; i++) done.push(i);
      return Promise.resolve();
    });
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('do not hide what is no lack of memory, nor a lack that no halving helps', async () => {
    const wrong = () => Promise.reject(new Error('no parameter fc.weight'));
    await expect(new BatchLimit(8).whole(8, wrong)).rejects.toThrow('no parameter fc.weight');
    // 9 pictures can be parted into 2, 2, 2 and 3, and no further.
    for (const n of [8, 9]) {
      await expect(new BatchLimit(n, 2).whole(n, () => Promise.reject(full()))).rejects.toMatchObject({
        code: 'out-of-memory',
        details: full().message,
      });
    }
  });
});

describe('a lack of memory', () => {
  it.each([
    new SteadygazeError('out-of-memory', 'The built-in engine ran out of memory.'),
    full(),
    new Error('Invalid TF_Status: 8\nMessage: ResourceExhaustedError: failed to allocate memory'),
    new RangeError('Array buffer allocation failed'),
    new Error('Buffer size (5368709120) exceeds the max buffer size limit (4294967296).'),
    Object.assign(new Error('Out of memory'), { name: 'GPUOutOfMemoryError' }),
  ])('is told by its words: $message', (error) => {
    expect(isOutOfMemory(error)).toBe(true);
  });

  it.each([
    new SteadygazeError('engine-failed', 'The graphics card was lost.'),
    new Error('no batch statistics of bn1'),
    new Error('The room is full'),
  ])('is not $message', (error) => {
    expect(isOutOfMemory(error)).toBe(false);
  });
});

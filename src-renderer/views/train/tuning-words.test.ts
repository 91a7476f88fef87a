import { describe, expect, it } from 'vitest';
import { parseThreads, tunedChoice, tunedSpeed } from './tuning-words.ts';

const TUNED = {
  ...{ engine: 'native', description: '', threads: 2, assessBatch: 64, measured: '', suggestion: null },
  ...{ trainingImagesPerSecond: 387.4, assessmentImagesPerSecond: 4.56 },
};

describe('what was found to be fastest', () => {
  it('is said with what it can do', () => {
    expect(tunedChoice(TUNED)).toBe('native, 2 threads, 64 pictures at a time');
    expect(tunedChoice({ ...TUNED, threads: 1 })).toBe('native, 1 thread, 64 pictures at a time');
    expect(tunedChoice({ ...TUNED, engine: 'wasm', threads: null })).toBe('wasm, 64 pictures at a time');
    expect(tunedSpeed(TUNED)).toBe('trains on 390 and assesses 4.6 pictures a second');
  });
});

describe('threads that are typed', () => {
  it('are a whole number, or nothing', () => {
    expect(parseThreads(' ')).toBeNull();
    expect(parseThreads(' 4 ')).toBe(4);
    for (const wrong of ['0', '-1', '2.5', 'two', '5000', '1e2']) expect(parseThreads(wrong)).toBeUndefined();
  });
});

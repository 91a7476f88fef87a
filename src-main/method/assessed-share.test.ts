import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RunSettings } from '../contract/settings.ts';
import { assessedSamples, assessedShare } from './assessed-share.ts';

describe('the pictures that a round assesses', () => {
  it.each([
    [100, 0.3, 30, 4],
    [7, 0.25, 2, 4],
    [10, 0.5, 5, 2],
    [3, 0.05, 1, 3],
    [30, 0.1, 3, 10],
  ])('of %d at a share of %d are %d, and all within %d rounds', (count, share, each, rounds) => {
    const seen = new Set<number>();
    for (let round = 5; round < 5 + rounds; round++) {
      const samples = assessedSamples(count, share, 1, round);
      expect(samples).toHaveLength(each);
      expect([...samples]).toEqual([...new Set(samples)].sort((a, b) => a - b));
      samples.forEach((sample) => seen.add(sample));
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it('are the same for the same seed and round, and others for another', () => {
    expect(assessedSamples(100, 0.3, 1, 2)).toEqual(assessedSamples(100, 0.3, 1, 2));
    expect(assessedSamples(100, 0.3, 2, 2)).not.toEqual(assessedSamples(100, 0.3, 1, 2));
    expect(assessedSamples(100, 0.3, 1, 3)).not.toEqual(assessedSamples(100, 0.3, 1, 2));
  });

  it('are all of them where the share is 1', () => {
    expect([...assessedSamples(4, 1, 7, 3)]).toEqual([0, 1, 2, 3]);
  });

  it('are all of them after the last round, and of a network that is not trained', () => {
    const settings = v.parse(RunSettings, { training: { rounds: 2 }, method: { assessShare: 0.2 } });
    expect([0, 1, 2].map((round) => assessedShare(settings, round))).toEqual([0.2, 0.2, 1]);
    expect(assessedShare({ ...settings, arm: 'given' }, 0)).toBe(1);
  });
});

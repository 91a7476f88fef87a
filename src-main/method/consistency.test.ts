import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIMILARITIES } from '../contract/settings.ts';
import { agreement, consistency, similarity, softmax } from './consistency.ts';

const background = { threshold: 'mean', thresholdValue: 0.5 } as const;
const map = fc
  .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 20 })
  .map((values) => Float32Array.from(values.map((value) => (value < 1e-6 ? 0 : value))))
  .filter((values) => values.some((value) => value > 0.01));
const logits = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 5, maxLength: 5 });
const pair = (clean: Float32Array, attacked: Float32Array) => ({ clean, attacked, height: 4, width: 5 });

describe('similarity of heatmaps', () => {
  it.each(SIMILARITIES)('%s: 1 for a map and itself, symmetric, in [0,1]', (kind) => {
    fc.assert(
      fc.property(map, map, (a, b) => {
        if (kind !== 'pearson' || new Set(a).size > 1)
          expect(similarity(pair(a, a), kind, background)).toBeCloseTo(1, 5);
        const there = similarity(pair(a, b), kind, background);
        const back = similarity(pair(b, a), kind, background);
        expect(there).toBeCloseTo(back, 6);
        expect(there).toBeGreaterThanOrEqual(-1e-6);
        expect(there).toBeLessThanOrEqual(1 + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the values worked out by hand', () => {
    const maps = {
      clean: Float32Array.of(1, 0, 0, 0),
      attacked: Float32Array.of(1, 0, 0, 1),
      height: 2,
      width: 2,
    };
    expect(similarity(maps, 'cosine', background)).toBeCloseTo(1 / Math.sqrt(2), 6);
    // Centred: (3,-1,-1,-1)/4 and (1,-1,-1,1)/2: 4/8 over sqrt(12)/4 * 1.
    expect(similarity(maps, 'pearson', background)).toBeCloseTo(0.5 / (Math.sqrt(12) / 4), 6);
    expect(similarity(maps, 'iou', background)).toBeCloseTo(0.5, 6);
    // Half of the mass moves two of at most two cells.
    expect(similarity(maps, 'emd', background)).toBeCloseTo(1 - 1 / 2, 6);
    // JSD = (1/2) log2(1/0.75) + (1/4) log2(0.5/0.75) + (1/4) log2(0.5/0.25).
    const divergence = 0.5 * Math.log2(1 / 0.75) + 0.25 * Math.log2(0.5 / 0.75) + 0.25;
    expect(similarity(maps, 'jsd', background)).toBeCloseTo(1 - Math.sqrt(divergence), 6);
  });
});

describe('agreement of predictions', () => {
  it('is in [0,1], 1 for equal predictions', () => {
    fc.assert(
      fc.property(logits, logits, fc.integer({ min: 0, max: 4 }), (a, b, label) => {
        const [p, q] = [softmax(Float32Array.from(a)), softmax(Float32Array.from(b))];
        for (const kind of ['ratio', 'tv', 'none', 'agreement'] as const) {
          const value = agreement(p, q, label, kind);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
          if (kind !== 'agreement') expect(agreement(p, p, label, kind)).toBeCloseTo(1, 9);
        }
      }),
    );
  });

  it('gives the values worked out by hand', () => {
    const [p, q] = [Float64Array.of(0.8, 0.2), Float64Array.of(0.4, 0.6)];
    expect(agreement(p, q, 0, 'ratio')).toBeCloseTo(0.5, 12);
    expect(agreement(p, q, 1, 'ratio')).toBe(1);
    expect(agreement(p, q, 0, 'agreement')).toBe(0);
    expect(agreement(p, q, 1, 'agreement')).toBe(1);
    expect(agreement(p, q, 0, 'tv')).toBeCloseTo(0.6, 12);
  });
});

describe('explanation consistency', () => {
  const p = Float64Array.of(0.7, 0.3);
  const settings = { similarity: 'cosine', agreement: 'ratio', ...background } as const;

  it('is 1 for a picture and itself', () => {
    fc.assert(
      fc.property(map, (a) => {
        expect(consistency(pair(a, a), p, p, 0, settings).e).toBeCloseTo(1, 6);
      }),
    );
  });

  it('is 0 by rule where a map is empty, whatever the similarity says', () => {
    const [empty, full] = [new Float32Array(20), new Float32Array(20).fill(1)];
    for (const kind of SIMILARITIES) {
      for (const [a, b] of [
        [empty, full],
        [full, empty],
        [empty, empty],
      ] as const) {
        const found = consistency(pair(a, b), p, p, 0, { ...settings, similarity: kind });
        expect(found.e).toBe(0);
        expect(found.empty).toBe(true);
        expect(Number.isNaN(found.s)).toBe(false);
      }
    }
  });
});

/** Augmentation, mixing, background rules, schedule and weights, one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otsuThreshold } from '../numeric/threshold.ts';
import { augment } from './augmentation.ts';
import { backgroundOf } from './background.ts';
import { mixBackgrounds } from './mixing.ts';
import { batchOffsets, learningRateAt } from './schedule.ts';
import { sampleWeights } from './weights.ts';

describe('augmentation', () => {
  const picture = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);

  it('gives the picture itself when everything is off', () => {
    const out = new Float32Array(picture.length);
    augment(picture, 8, { flip: false, crop: 0, jitter: 0 }, 5, out);
    out.forEach((value, i) => {
      expect(value).toBeCloseTo(picture[i] / 255, 6);
    });
  });

  it('stays in [0,1], is seeded, and flips about half of the pictures', () => {
    const settings = { flip: true, crop: 0.25, jitter: 0.5 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const [a, b] = [new Float32Array(picture.length), new Float32Array(picture.length)];
        augment(picture, 8, settings, seed, a);
        augment(picture, 8, settings, seed, b);
        expect(a).toEqual(b);
        expect(a.every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
    );
    let flipped = 0;
    for (let seed = 0; seed < 400; seed++) {
      const out = new Float32Array(picture.length);
      augment(picture, 8, { flip: true, crop: 0, jitter: 0 }, seed, out);
      if (Math.abs((out[0] ?? 0) - picture[7 * 3] / 255) < 1e-6) flipped += 1;
    }
    expect(flipped).toBeGreaterThan(150);
    expect(flipped).toBeLessThan(250);
  });

  it('keeps a constant picture constant under shifts: edges are reflected, not black', () => {
    const out = new Float32Array(8 * 8 * 3);
    augment(new Uint8Array(8 * 8 * 3).fill(200), 8, { flip: true, crop: 0.5, jitter: 0 }, 3, out);
    expect(out.every((value) => Math.abs(value - 200 / 255) < 1e-6)).toBe(true);
  });
});

describe('background mixing', () => {
  // Two pictures of 2x2 pixels: foreground 200 left above, background 10 or 50.
  const pictures = () => Uint8Array.from([200, 10, 10, 10, 100, 50, 50, 56].flatMap((value) => [value, value, value]));
  const backgrounds = Uint8Array.of(0, 1, 1, 1, 0, 1, 1, 1);

  it('keeps the own foreground and takes the other background, its object filled with its mean', () => {
    const mixed = pictures();
    mixBackgrounds(mixed, Uint8Array.of(0, 1, 1, 1, 1, 1, 0, 1), 2, 1, 1);
    const grey = Array.from({ length: 8 }, (_, i) => mixed[i * 3]);
    expect(grey.slice(0, 4)).toEqual([200, 50, Math.round((100 + 50 + 56) / 3), 56]);
    expect(grey.slice(4)).toEqual([10, 10, 50, 10]);
  });

  it('changes the wanted share of the batch', () => {
    const mixed = pictures();
    mixBackgrounds(mixed, backgrounds, 2, 0.5, 1);
    const original = pictures();
    const changed = [0, 1].filter((k) =>
      mixed.slice(k * 12, k * 12 + 12).some((value, i) => value !== original[k * 12 + i]),
    );
    expect(changed).toHaveLength(1);
  });
});

describe('background region', () => {
  const map = Float32Array.of(1, 0.5, 0.25, 0);

  it('is below the mean of the resized map', () => {
    expect([...backgroundOf(map, 2, 2, 2, { threshold: 'mean', thresholdValue: 0.5 })]).toEqual([0, 0, 1, 1]);
  });

  it('follows the fraction of the maximum, the area share and Otsu', () => {
    expect([...backgroundOf(map, 2, 2, 2, { threshold: 'fraction', thresholdValue: 0.3 })]).toEqual([0, 0, 1, 1]);
    expect([...backgroundOf(map, 2, 2, 2, { threshold: 'area', thresholdValue: 0.25 })]).toEqual([0, 1, 1, 1]);
    const twoLevels = Float32Array.of(0.9, 0.1, 0.2, 0.95);
    expect([...backgroundOf(twoLevels, 2, 2, 2, { threshold: 'otsu', thresholdValue: 0.5 })]).toEqual([0, 1, 1, 0]);
  });

  it('is empty for an empty map', () => {
    for (const threshold of ['mean', 'fraction', 'otsu', 'area'] as const) {
      expect(backgroundOf(new Float32Array(4), 2, 2, 4, { threshold, thresholdValue: 0.5 }).some(Boolean)).toBe(false);
    }
  });

  it('Otsu separates two groups wherever they lie', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.double({ min: 0.6, max: 1, noNaN: true }),
        (low, high) => {
          const values = Float32Array.from({ length: 40 }, (_, i) => (i < 25 ? low : high) + (i % 5) * 0.01);
          const level = otsuThreshold(values);
          expect(level).toBeGreaterThan(low + 0.04 - 1e-6);
          expect(level).toBeLessThanOrEqual(high + 1e-6);
        },
      ),
    );
  });
});

describe('schedule', () => {
  it('cuts an epoch into batches of nearly equal length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), (count, size) => {
        const offsets = batchOffsets(count, size);
        expect(offsets[0]).toBe(0);
        expect(offsets.at(-1)).toBe(count);
        const lengths = offsets.slice(1).map((end, i) => end - (offsets[i] ?? 0));
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(Math.min(...lengths)).toBeGreaterThanOrEqual(Math.min(count, Math.ceil(size / 2)) - 1);
      }),
    );
  });

  it('rises linearly, then falls to nearly 0', () => {
    const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(step, 100, 10, 0.1));
    expect(Math.max(...rates)).toBeCloseTo(0.1, 6);
    expect(rates.indexOf(Math.max(...rates))).toBe(10);
    for (let i = 11; i < 100; i++) expect(rates[i]).toBeLessThan(rates[i - 1] ?? 0);
    expect(rates[99]).toBeLessThan(0.001);
  });
});

describe('sample weights', () => {
  const column = (values: number[]) => Float32Array.from(values);

  it('deal the weights of `consistency` out at random for `random`', () => {
    const e = column(Array.from({ length: 50 }, (_, i) => i / 50));
    const loss = new Float32Array(50).fill(1);
    const ordered = sampleWeights('consistency', e, loss, 0.1, 7, 1);
    const dealt = sampleWeights('random', e, loss, 0.1, 7, 1);
    expect(dealt).not.toEqual(ordered);
    expect(dealt.slice().sort()).toEqual(ordered.slice().sort());
  });

  it('are the values worked out by hand', () => {
    expect([...sampleWeights('consistency', column([1, 0.5, 0]), column([0, 0, 0]), 0, 0, 0)]).toEqual([0, 1, 2]);
    const [first = 0, second = 0] = sampleWeights('loss', column([0, 0]), column([Math.log(2), Math.log(4)]), 0, 0, 0);
    expect(second / first).toBeCloseTo(0.75 / 0.5, 5);
    expect([...sampleWeights('consistency', column([1, 1]), column([0, 0]), 0, 0, 0)]).toEqual([1, 1]);
  });
});

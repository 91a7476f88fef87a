import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitStratified } from './split.ts';

const classNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `class ${i}`);
const everyOneAlone = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const countIn = (splits: readonly string[], split: string): number => splits.filter((s) => s === split).length;

/** Class sizes, one picture after the other. */
const arbitraryLabels = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 12 })
  .map((sizes) => ({ sizes, labels: sizes.flatMap((size, label) => Array.from({ length: size }, () => label)) }));

describe('splitStratified', () => {
  it('gives each class its share, rounded down or up, and keeps tiny classes in training', () => {
    fc.assert(
      fc.property(arbitraryLabels, fc.nat(), ({ sizes, labels }, seed) => {
        const splits = splitStratified(labels, everyOneAlone(labels.length), classNames(sizes.length), seed);
        sizes.forEach((size, label) => {
          const own = splits.filter((_, i) => labels[i] === label);
          if (size < 3) return expect(countIn(own, 'train')).toBe(size);
          expect(countIn(own, 'train')).toBeGreaterThan(0);
          expect(Math.abs(countIn(own, 'test') - size * 0.2)).toBeLessThan(1);
          expect(Math.abs(countIn(own, 'val') - size * 0.1)).toBeLessThan(1);
        });
      }),
    );
  });

  it('is right over all classes even where each class has only four pictures', () => {
    const labels = Array.from({ length: 800 }, (_, i) => Math.floor(i / 4));
    const splits = splitStratified(labels, everyOneAlone(800), classNames(200), 7);
    expect(Math.abs(countIn(splits, 'val') - 80)).toBeLessThanOrEqual(1);
    expect(Math.abs(countIn(splits, 'test') - 160)).toBeLessThanOrEqual(1);
  });

  it('never parts a group, and leaves every class with two groups a training picture', () => {
    const grouped = arbitraryLabels.chain(({ sizes, labels }) =>
      fc
        .array(fc.nat(8), { minLength: labels.length, maxLength: labels.length })
        .map((marks) => ({ sizes, labels, groups: labels.map((label, i) => label * 100 + (marks[i] ?? 0)) })),
    );
    fc.assert(
      fc.property(grouped, fc.nat(), ({ sizes, labels, groups }, seed) => {
        const splits = splitStratified(labels, groups, classNames(sizes.length), seed);
        for (const group of new Set(groups)) {
          expect(new Set(splits.filter((_, i) => groups[i] === group)).size).toBe(1);
        }
        for (const label of sizes.keys()) {
          expect(
            countIn(
              splits.filter((_, i) => labels[i] === label),
              'train',
            ),
          ).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('depends on the seed and on nothing else', () => {
    const labels = Array.from({ length: 60 }, (_, i) => i % 3);
    const split = (seed: number): string => splitStratified(labels, everyOneAlone(60), classNames(3), seed).join();
    expect(split(1)).toBe(split(1));
    expect(new Set([1, 2, 3, 4].map(split)).size).toBe(4);
  });

  it('gives away the smaller of two large groups rather than nothing', () => {
    const splits = splitStratified([0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1], ['a'], 0);
    expect(splits).toEqual(['train', 'train', 'train', 'train', 'test', 'test', 'test']);
  });
});

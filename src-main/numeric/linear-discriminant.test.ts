import { describe, expect, it } from 'vitest';
import { discriminantOutOfFold } from './linear-discriminant.ts';
import type { Table } from './linear-discriminant.ts';
import { Random } from './random.ts';

/** Normal features; class c has `distance` added to feature c. */
function table(n: number, classes: number, width: number, distance: number, seed: number): Table {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const values = Float64Array.from({ length: n * width }, () => random.normal());
  labels.forEach((label, i) => (values[i * width + label] += distance));
  return { values, width, labels, classes };
}

const foldsOf = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => Math.floor(i / 7) % 5);
const shareRight = ({ labels }: Table, named: Int32Array): number =>
  named.filter((label, i) => label === labels[i]).length / named.length;

describe('discriminantOutOfFold', () => {
  it('finds the border in the middle of two classes, whatever their sizes', () => {
    // One feature: class 0 at 0 and 2, class 1 at 10 and 12; middle of the means 6. Nine times as many of class 0.
    const labels = Array.from({ length: 40 }, (_, i) => (i < 36 ? 0 : 1));
    const values = Float64Array.from(labels, (label, i) => 10 * label + 2 * (i % 2));
    // Held out: 5.9 and 6.1, of class 0 as far as anyone says.
    const all = { values: Float64Array.from([...values, 5.9, 6.1]), width: 1, labels: [...labels, 0, 0], classes: 2 };
    const folds = [...labels.map(() => 0), 1, 1];
    expect(Array.from(discriminantOutOfFold(all, folds, 2).slice(-2))).toEqual([0, 1]);
  });

  it('does what theory says for two normal classes', () => {
    // Distance 2 sqrt(1/2 + 1/2) = 2 between the means along one direction: error Phi(-1) = 0.159.
    const data = table(4000, 2, 6, Math.SQRT2, 1);
    expect(shareRight(data, discriminantOutOfFold(data, foldsOf(4000), 5))).toBeCloseTo(0.841, 1.7);
  });

  it('guesses where there is nothing to learn, however many features there are', () => {
    const shares = [1, 2, 3, 4].map((seed) => {
      const data = table(200, 4, 150, 0, seed);
      return shareRight(data, discriminantOutOfFold(data, foldsOf(200), 5));
    });
    // Deviation of one share: sqrt(0.25 * 0.75 / 200) = 0.031.
    for (const share of shares) expect(Math.abs(share - 0.25)).toBeLessThan(0.11);
  });

  it('bears features that are always the same or say the same, and a class that a fold lacks', () => {
    const { values, labels } = table(60, 3, 3, 8, 5);
    const rows = Float64Array.from({ length: 60 * 5 }, (_, i) => {
      const [row, column] = [Math.floor(i / 5), i % 5];
      return column === 4 ? 7 : values[row * 3 + (column === 3 ? 0 : column)];
    });
    const data = { values: rows, width: 5, labels, classes: 3 };
    expect(shareRight(data, discriminantOutOfFold(data, foldsOf(60), 5))).toBeGreaterThan(0.95);
    // All of class 2 in one fold: nobody names it there, for nobody has seen it.
    const apart = Int32Array.from(labels, (label) => (label === 2 ? 1 : 0));
    expect(discriminantOutOfFold(data, apart, 2).filter((label, i) => apart[i] === 1 && label === 2)).toHaveLength(0);
  });
});

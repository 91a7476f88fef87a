import { describe, expect, it } from 'vitest';
import { filterSelectivity } from './selectivity.ts';

/** @param rows what each filter answered, picture by picture */
const answers = (rows: number[][], classesOf: (i: number) => Iterable<number>, classes: number) => ({
  pictures: rows.length,
  filters: rows[0].length,
  classes,
  // A row begins with something else.
  values: Float32Array.from(rows.flatMap((row) => [99, ...row])),
  stride: rows[0].length + 1,
  offset: 1,
  classesOf,
});

describe('class selectivity of filters', () => {
  // Two pictures of class 0, one of class 1, one of class 2.
  const LABELS = [0, 0, 1, 2];
  const rows = [
    [4, 1, 0, 0],
    [2, 1, 1, 0],
    [0, 1, 3, 0],
    [0, 1, 0, 0],
  ];

  it('compares the class of the largest mean with the others, which count alike', () => {
    const { figure, favourites, indices } = filterSelectivity(
      answers(rows, (i) => [LABELS[i]], 4),
      0,
    );
    // Means by class: 3, 0, 0 - 1, 1, 1 - 0.5, 3, 0 - 0, 0, 0. Class 3 has no pictures and does not count.
    const third = (3 - 0.25) / (3 + 0.25);
    expect(Array.from(indices)).toEqual([1, 0, expect.closeTo(third, 12), NaN]);
    expect(Array.from(favourites)).toEqual([0, 0, 1, -1]);
    expect(figure?.value).toBeCloseTo((1 + 0 + third) / 3, 12);
    expect(figure?.n).toBe(4);
  });

  it('counts a picture of several classes for each of them', () => {
    const several = [[0], [0, 1], [1]];
    const { indices } = filterSelectivity(
      answers([[4], [2], [0]], (i) => several[i], 2),
      0,
    );
    // Class 0: mean of 4 and 2; class 1: mean of 2 and 0.
    expect(indices[0]).toBeCloseTo((3 - 1) / (3 + 1), 12);
  });

  it('is nothing where there is only one class, or no filter answers', () => {
    expect(
      filterSelectivity(
        answers([[1], [2]], () => [0], 2),
        0,
      ).figure,
    ).toBeNull();
    expect(
      filterSelectivity(
        answers([[0], [0]], (i) => [i], 2),
        0,
      ).figure,
    ).toBeNull();
  });

  it('has an interval around itself, also where filters answer to nothing but chance', () => {
    // 40 filters, 8 classes of 3 pictures, answers without any pattern: the largest mean is luck.
    const noise = Array.from({ length: 24 }, (_, i) =>
      Array.from({ length: 40 }, (__, k) => ((i * 7919 + k * 104729 + i * k * 31) % 101) / 101),
    );
    const { figure } = filterSelectivity(
      answers(noise, (i) => [i % 8], 8),
      3,
    );
    if (figure === null) throw new Error('not measured');
    expect(figure.low).toBeLessThan(figure.value);
    expect(figure.high).toBeGreaterThan(figure.value);
    // Two pictures a class would make it larger still: it is a figure of these many pictures.
    expect(figure.value).toBeGreaterThan(0.1);
  });
});

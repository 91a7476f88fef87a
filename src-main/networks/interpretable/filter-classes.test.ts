import { describe, expect, it } from 'vitest';
import { LabelSets } from '../../numeric/label-sets.ts';
import { ABSENT, expectedParts, filterClasses, movedTable, PRESENT, UNKNOWN } from './filter-classes.ts';

describe('which class each filter stands for', () => {
  it('is a running mean of what each class excites, from the first picture of the class on', () => {
    // Two classes, three filters. Pictures: class 0 twice, class 1 not at all.
    const activations = Float32Array.of(1, 2, 0, 3, 0, 0);
    const first = movedTable(new Float32Array(6), activations, Int32Array.of(0, 0), 3);
    expect([...first]).toEqual([2, 1, 0, 0, 0, 0]);
    const second = movedTable(first, Float32Array.of(4, 1, 5), Int32Array.of(1), 3);
    expect([...second]).toEqual([2, 1, 0, 4, 1, 5]);
    // 0.9 * 2 + 0.1 * 12 = 3, 0.9 * 1 + 0.1 * 1 = 1, 0.1 * 10 = 1.
    const third = movedTable(second, Float32Array.of(12, 1, 10), Int32Array.of(0), 3);
    [3, 1, 1, 4, 1, 5].forEach((value, i) => {
      expect(third[i]).toBeCloseTo(value, 6);
    });
    expect([...filterClasses(third, 3)]).toEqual([1, 0, 1]);
  });

  it('counts a picture for each of its classes, and expects nothing where a class is unsure', () => {
    const targets = new LabelSets(3, [[0, 2], [1]], [[], [2]]);
    const moved = movedTable(new Float32Array(3), Float32Array.of(6, 4), targets, 1);
    expect([...moved]).toEqual([6, 4, 6]);
    const expected = expectedParts(Int32Array.of(0, 1, 2), targets, 2);
    expect([...expected]).toEqual([PRESENT, ABSENT, PRESENT, ABSENT, PRESENT, UNKNOWN]);
  });
});

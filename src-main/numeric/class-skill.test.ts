import { describe, expect, it } from 'vitest';
import { classSkill } from './class-skill.ts';

const alone = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('classSkill', () => {
  it('counts every class alike', () => {
    // Class 0: 6 of 8 right, 2 named as 1. Class 1: 1 of 2 right, 1 named by no class.
    const labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    const named = [0, 0, 0, 0, 0, 0, 1, 1, 1, -1];
    const { accuracy, chance, classes } = classSkill(labels, named, alone(10), 2, 0);
    expect(accuracy).toBeCloseTo((6 / 8 + 1 / 2) / 2, 12);
    expect(chance).toBe(0.5);
    expect(classes.map(({ found, mistaken }) => [found, mistaken])).toEqual([
      [6 / 8, 0],
      [1 / 2, 2 / 8],
    ]);
  });

  it('has a lower bound like that of the binomial for single pictures, and a lower one for groups', () => {
    // 80 of 100 right in each of two classes: deviation of the mean sqrt(0.8 * 0.2 / 200) = 0.0283, 2.5 % at -1.96.
    const labels = alone(200).map((i) => i % 2);
    const named = labels.map((label, i) => (i % 10 < 2 ? 1 - label : label));
    const single = classSkill(labels, named, alone(200), 2, 1);
    expect(single.accuracy).toBeCloseTo(0.8, 12);
    expect(single.low).toBeCloseTo(0.8 - 1.96 * 0.0283, 1.7);
    // Twenty pictures all right or all wrong together are worth one.
    const groups = alone(200).map((i) => Math.floor((i % 10) / 2) * 2 + (i % 2));
    expect(classSkill(labels, named, groups, 2, 1).low).toBeLessThan(single.low - 0.1);
  });

  it('is certain of what is always right', () => {
    const labels = alone(60).map((i) => i % 3);
    const { accuracy, low, classes } = classSkill(labels, labels, alone(60), 3, 2);
    expect([accuracy, low, classes.map((found) => found.low)]).toEqual([1, 1, [1, 1, 1]]);
  });
});

import { describe, expect, it } from 'vitest';
import type { ClassScores } from './multi-label.ts';
import { multiLabelFigures } from './multi-label.ts';

const scored = (shown: readonly number[], scores: readonly number[]): ClassScores => ({
  shown: Uint8Array.from(shown),
  scores: Float64Array.from(scores),
});

describe('average precision', () => {
  it('adds precision times gain in recall at every picture that shows the class', () => {
    // In order of score: shown, not, shown, not. Precision 1/1 and 2/3, each at half of the recall.
    const { perClass } = multiLabelFigures([scored([1, 1, 0, 0], [0.9, 0.5, 0.7, 0.1])], 0);
    expect(perClass[0]?.value).toBeCloseTo(1 / 2 + (2 / 3) * (1 / 2), 14);
    // Interpolation would raise nothing here; 11 points would give (6 * 1 + 5 * 2/3) / 11 = 0.848 instead of 0.833.
    expect(perClass[0]?.value).not.toBeCloseTo((6 + 10 / 3) / 11, 3);
  });

  it('does not interpolate: a precision that rises later is not carried back', () => {
    // Not, shown, shown, shown: precisions 1/2, 2/3, 3/4. Interpolated, each would be 3/4.
    const { perClass } = multiLabelFigures([scored([0, 1, 1, 1], [4, 3, 2, 1])], 0);
    expect(perClass[0]?.value).toBeCloseTo((1 / 2 + 2 / 3 + 3 / 4) / 3, 14);
  });

  it('takes equal scores as one step, in whatever order the pictures come', () => {
    // 0.8: one shown, one not (precision 1/2, recall 1/3); 0.3: two shown, one not (3/5, the other 2/3).
    const expected = (1 / 2) * (1 / 3) + (3 / 5) * (2 / 3);
    for (const shown of [
      [1, 0, 1, 1, 0],
      [0, 1, 0, 1, 1],
    ]) {
      const { perClass } = multiLabelFigures([scored(shown, [0.8, 0.8, 0.3, 0.3, 0.3])], 0);
      expect(perClass[0]?.value).toBeCloseTo(expected, 14);
    }
    // All scores equal: the share of pictures that show it.
    expect(multiLabelFigures([scored([1, 0, 0, 0], [2, 2, 2, 2])], 0).perClass[0]?.value).toBe(0.25);
  });
});

describe('mAP', () => {
  it('is the mean over the classes that are shown at all', () => {
    const figures = multiLabelFigures([scored([1, 0], [1, 0]), scored([0, 0], [1, 0]), scored([1, 0], [0, 1])], 0);
    expect(figures.perClass.map((figure) => figure?.value ?? null)).toEqual([1, null, 0.5]);
    expect(figures.mean?.value).toBe(0.75);
    expect(multiLabelFigures([scored([0, 0], [1, 0])], 0).mean).toBeNull();
  });

  it('has an interval over pictures, the same for the same seed', () => {
    // Drawn twice, the first picture alone gives 1 (and the second class is left out); the second alone 1, both 1.
    const sure = multiLabelFigures([scored([1, 0], [1, 0]), scored([0, 1], [0, 1])], 3);
    expect([sure.mean?.low, sure.mean?.high, sure.mean?.n]).toEqual([1, 1, 2]);
    const classes = [scored([1, 0, 1, 0, 0, 1], [6, 5, 4, 3, 2, 1])];
    const once = multiLabelFigures(classes, 7);
    expect(once).toEqual(multiLabelFigures(classes, 7));
    expect(once.mean?.low).toBeLessThan(once.mean?.value ?? 0);
    expect(once.mean?.high).toBeGreaterThan(once.mean?.value ?? 1);
    expect(once.mean).toEqual(once.perClass[0]);
  });
});

import { describe, expect, it } from 'vitest';
import { LabelSets } from '../numeric/label-sets.ts';
import { mostProbable, type Targets, weightedLoss } from './loss.ts';

const V = Float32Array.of(0.5, 1.5);
/** Two pictures, three classes. Values that halves and quarters are exact in. */
const LOGITS = Float32Array.of(2, -1, 0.5, -0.25, 0, 3);

/** Central differences of mean_i v_i L_i. */
function numericGradient(targets: Targets): number[] {
  const loss = (logits: Float32Array): number => {
    const { losses } = weightedLoss(logits, targets, V);
    return losses.reduce((sum, value, i) => sum + V[i] * value, 0) / 2;
  };
  const step = 2 ** -6;
  return Array.from(LOGITS, (_, k) => {
    const moved = (by: number) => LOGITS.map((z, j) => (j === k ? z + by : z));
    return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
  });
}

describe('loss of a batch', () => {
  const sets = new LabelSets(3, [[0, 1], [2]], [[], [1]]);

  it.each<[string, Targets]>([
    ['one label a picture', Int32Array.of(1, 2)],
    ['several, one of them not known', sets],
  ])('has the gradient that its differences have: %s', (_, targets) => {
    const { gradient } = weightedLoss(LOGITS, targets, V);
    numericGradient(targets).forEach((expected, k) => expect(gradient[k]).toBeCloseTo(expected, 4));
  });

  it('adds up binary cross-entropies of the known classes', () => {
    const zero = weightedLoss(new Float32Array(6), sets, V);
    // Nothing said: log 2 a class, three of the first picture, two of the second.
    expect(zero.losses[0]).toBeCloseTo(3 * Math.LN2, 6);
    expect(zero.losses[1]).toBeCloseTo(2 * Math.LN2, 6);
    // (v / n) (1/2 - t): 0.25 * -0.5 for the two classes of the first; 0.75 of the second, nothing where not known.
    expect(Array.from(zero.gradient)).toEqual([-0.125, -0.125, 0.125, 0.375, 0, -0.375]);
    // -log s(2) - log s(-1) - log(1 - s(0.5)) and -log(1 - s(-0.25)) - log s(3).
    const { losses } = weightedLoss(LOGITS, sets, V);
    expect(losses[0]).toBeCloseTo(Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.E) + Math.log(1 + Math.exp(0.5)), 6);
    expect(losses[1]).toBeCloseTo(Math.log(1 + Math.exp(-0.25)) + Math.log(1 + Math.exp(-3)), 6);
  });

  it('stays finite where the model is very sure and wrong', () => {
    const { losses, gradient } = weightedLoss(Float32Array.of(-500, 500), new LabelSets(2, [[0]], [[]]), V);
    expect(losses[0]).toBe(1000);
    expect(Array.from(gradient)).toEqual([-0.5, 0.5]);
  });

  it('counts a picture whose most probable class is one of its classes, unknown ones left out', () => {
    const correct = (positives: number[], unsure: number[]): number =>
      weightedLoss(Float32Array.of(3, 2, 1), new LabelSets(3, [positives], [unsure]), V).correct;
    expect(correct([0, 2], [])).toBe(1);
    expect(correct([1, 2], [])).toBe(0);
    expect(correct([1, 2], [0])).toBe(1);
    expect(mostProbable([1, 1], Int32Array.of())).toBe(0);
    expect(mostProbable([1, 1], Int32Array.of(0, 1))).toBe(-1);
  });
});

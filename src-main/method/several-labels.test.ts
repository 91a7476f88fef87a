/** Pictures of several classes, worked out by hand: E, backgrounds, unions, and what counts as the same prediction. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RunSettings } from '../contract/settings.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { assessSeveral } from './assessed-picture.ts';
import { keepsPrediction } from './calibration.ts';
import { labelPairs, pictureBackground, unionMaps } from './label-maps.ts';

const { method } = v.parse(RunSettings, {});
const LOG3 = Math.log(3);
/** One row of two places. */
const pair = (clean: readonly number[], attacked: readonly number[]) => {
  return { clean: Float32Array.from(clean), attacked: Float32Array.from(attacked), height: 1, width: 2 };
};
const BOTH = new LabelSets(2, [[0, 1]], [[]]);
/** Probabilities 3/4 and 1/2; attacked 1/2 and 3/4. */
const [CLEAN, ATTACKED] = [Float32Array.of(LOG3, 0), Float32Array.of(0, LOG3)];
/** The first label's map turns by 45 degrees, the second's stays. */
const TURNED = pair([1, 0], [1, 1]);
const STAYS = pair([0, 1], [0, 1]);

describe('E of several labels', () => {
  const of = (agreement: 'ratio' | 'agreement' | 'tv' | 'none', pairs = [TURNED, STAYS]) =>
    assessSeveral(CLEAN, ATTACKED, BOTH, 0, pairs, { ...method, agreement });

  it.each([
    // Ratios 2/3 and 1 (it rose).
    ['ratio', 2 / 3, 1],
    // 1/2 is not above 1/2; 3/4 is.
    ['agreement', 0, 1],
    // Both moved by 1/4.
    ['tv', 3 / 4, 3 / 4],
    ['none', 1, 1],
  ] as const)('is the mean of S times Q of each: %s', (agreement, q0, q1) => {
    const { values, labelE, labelProbabilities, attackedLabelProbabilities } = of(agreement);
    expect(labelE[0]).toBeCloseTo(Math.SQRT1_2 * q0, 6);
    expect(labelE[1]).toBeCloseTo(q1, 6);
    expect(values.e).toBeCloseTo((Math.SQRT1_2 * q0 + q1) / 2, 6);
    expect(values.s).toBeCloseTo((Math.SQRT1_2 + 1) / 2, 6);
    expect(values.q).toBeCloseTo((q0 + q1) / 2, 6);
    expect(labelProbabilities.map((p) => p.toFixed(6))).toEqual(['0.750000', '0.500000']);
    expect(attackedLabelProbabilities.map((p) => p.toFixed(6))).toEqual(['0.500000', '0.750000']);
  });

  it('is 1 of a picture and itself', () => {
    const same = assessSeveral(CLEAN, CLEAN, BOTH, 0, [pair([1, 0], [1, 0]), STAYS], method);
    expect(same.values).toMatchObject({ s: 1, q: 1, e: 1, empty: 0 });
  });

  it('is 0 of a label without a heatmap, before or after, and only of that', () => {
    for (const empty of [pair([0, 0], [1, 0]), pair([1, 0], [0, 0])]) {
      expect(of('none', [empty, STAYS]).labelE).toEqual([0, 1]);
      expect(of('none', [empty, STAYS]).values.empty).toBe(0);
    }
    expect(of('none', [pair([0, 0], [0, 0]), pair([0, 0], [0, 1])]).values).toMatchObject({ e: 0, empty: 1 });
  });

  it('goes by the class the model is most sure of, and sums the losses of all classes', () => {
    const { values, label } = of('ratio');
    expect(label).toBe(0);
    expect(values).toMatchObject({ prediction: 0, attackedPrediction: 1 });
    expect(values.attackedProbability).toBeCloseTo(0.75, 6);
    expect(values.probability).toBeCloseTo(0.75, 6);
    expect(values.labelProbability).toBeCloseTo(0.75, 6);
    expect(values.attackedLabelProbability).toBe(0.5);
    expect(values.loss).toBeCloseTo(-Math.log(0.75) - Math.log(0.5), 6);
  });

  it('leaves out what is not known: neither predicted nor a loss', () => {
    const sets = new LabelSets(3, [[1]], [[0]]);
    const logits = Float32Array.of(9, LOG3, -LOG3);
    const { values, label } = assessSeveral(logits, logits, sets, 0, [STAYS], method);
    expect([values.prediction, label]).toEqual([1, 1]);
    expect(values.loss).toBeCloseTo(-2 * Math.log(0.75), 6);
  });
});

describe('maps of several labels', () => {
  const sets = new LabelSets(3, [[0, 2], [1]], [[], []]);
  const pairs = labelPairs(sets);
  const maps = (values: readonly number[]) => {
    return { maps: { values: Float32Array.from(values), count: 3, height: 1, width: 4 }, pairs };
  };
  const rule = { threshold: 'fraction', thresholdValue: 0.5 } as const;
  // Maps of one row of four, spread over 4x4: every row is the same.
  const row = (background: Uint8Array) => Array.from(background.subarray(0, 4));

  it('belong to pairs of picture and class', () => {
    expect(pairs).toEqual({
      count: 3,
      pictures: Int32Array.of(0, 0, 1),
      labels: Int32Array.of(0, 2, 1),
      first: Int32Array.of(0, 2, 3),
    });
  });

  it('have a background that is outside the foreground of every label', () => {
    const found = maps([1, 0, 0, 0, /**/ 0, 0, 1, 0.2, /**/ 0, 1, 0, 0]);
    expect(row(pictureBackground(found, 0, 4, rule))).toEqual([0, 1, 0, 1]);
    expect(row(pictureBackground(found, 1, 4, rule))).toEqual([1, 0, 1, 1]);
    expect(Array.from(unionMaps(found).values.subarray(0, 4))).toEqual([1, 0, 1, Math.fround(0.2)]);
    expect(Array.from(unionMaps(found).values.subarray(4))).toEqual([0, 1, 0, 0]);
  });

  it('that are empty add no foreground; all of them empty leave no background', () => {
    expect(row(pictureBackground(maps([0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0]), 0, 4, rule))).toEqual([1, 1, 0, 1]);
    expect(row(pictureBackground(maps([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), 0, 4, rule))).toEqual([0, 0, 0, 0]);
  });
});

describe('keeping the prediction', () => {
  const keeps = (clean: number[], attacked: number[], positives: number[], unsure: number[] = []) =>
    keepsPrediction(Float32Array.from(clean), Float32Array.from(attacked), new LabelSets(3, [positives], [unsure]), 0);

  it('takes the most probable class to be one of its own, and every class that was seen to be seen', () => {
    expect(keeps([2, 1, -1], [1, 2, -1], [0, 1])).toBe(true);
    // The second is seen no more.
    expect(keeps([2, 1, -1], [2, -1, -2], [0, 1])).toBe(false);
    // It was not seen before.
    expect(keeps([2, -1, -2], [2, -3, -2], [0, 1])).toBe(true);
    // Another class is more probable now; unless nobody knows whether it is there.
    expect(keeps([2, -1, -1], [1, -1, 3], [0, 1])).toBe(false);
    expect(keeps([2, -1, -1], [1, -1, 3], [0, 1], [2])).toBe(true);
    expect(keepsPrediction(Float32Array.of(1, 0), Float32Array.of(0, 1), Int32Array.of(1), 0)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { AssessmentRow } from '../../contract/run.ts';
import { plainText } from '../../reports/words.ts';
import { gazeMove, movedBetween, placeOf } from './gaze.ts';
import { whySentence } from './why-hard.ts';

const SIDE = 8;

/** A square of heat, 3 by 3, on a faint ground. */
function spot(row: number, column: number, ground = 0): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    return y >= row && y < row + 3 && x >= column && x < column + 3 ? 255 : ground;
  });
}
const between = (clean: Uint8Array, attacked: Uint8Array) => gazeMove(clean, attacked, SIDE, SIDE);
const MIDDLE = spot(2, 3);
const NOTHING = new Uint8Array(SIDE * SIDE);

const CLASSES = ['dog', 'wolf', 'cat'];
const row = (changes: Partial<AssessmentRow>): AssessmentRow => ({
  ...{ id: 'dog/1.jpg', label: 0, prediction: 0, probability: 0.9, labelProbability: 0.9, loss: 0.1 },
  ...{ attackedPrediction: 0, attackedProbability: 0.88, attackedLabelProbability: 0.88 },
  ...{ s: 0.95, q: 0.97, e: 0.9, v: 0.2, empty: false },
  ...changes,
});
const flips = { attackedPrediction: 1, attackedProbability: 0.7, attackedLabelProbability: 0.2, q: 0.22 };
const said = (changes: Partial<AssessmentRow>, clean: Uint8Array, attacked: Uint8Array) =>
  plainText(whySentence(row(changes), CLASSES, between(clean, attacked)));

describe('where the gaze lies', () => {
  it('names nine places', () => {
    expect([0.1, 0.5, 0.9].map((y) => [0.1, 0.5, 0.9].map((x) => placeOf([x, y])))).toEqual([
      ['upper left', 'top', 'upper right'],
      ['left', 'middle', 'right'],
      ['lower left', 'bottom', 'lower right'],
    ]);
  });

  it('measures the centre of mass and what left the old place', () => {
    const move = between(spot(0, 0), spot(5, 0));
    expect(move.from?.map((at) => at * SIDE)).toEqual([1.5, 1.5]);
    expect(move.to?.map((at) => at * SIDE)).toEqual([1.5, 6.5]);
    expect(move).toMatchObject({ outside: 1, outsideBefore: 0, cleanEmpty: false });
    expect(movedBetween(move)).toEqual({ from: 'upper left', to: 'lower left' });
  });

  it('claims no move where there is hardly any, or no gaze', () => {
    expect(movedBetween(between(spot(2, 2), spot(2, 3)))).toBeNull(); // an eighth across a border of words, straight
    expect(movedBetween(between(MIDDLE, MIDDLE))).toBeNull();
    expect(movedBetween(between(MIDDLE, NOTHING))).toBeNull();
    expect(between(NOTHING, MIDDLE)).toMatchObject({ cleanEmpty: true, attackedEmpty: false, from: null });
  });
});

describe('why a picture is hard', () => {
  it.each([
    [
      'flip, gaze moves',
      { ...flips, s: 0.2 },
      spot(5, 0),
      'When the background is disturbed, the model looks at the lower left instead of the middle and says wolf instead of dog.',
    ],
    [
      'flip, gaze stays',
      flips,
      MIDDLE,
      'When the background is disturbed, the model says wolf instead of dog, although it looks at nearly the same place.',
    ],
    [
      'flip, gaze spreads without direction',
      { ...flips, s: 0.7 },
      spot(2, 3, 60),
      'When the background is disturbed, the model looks partly elsewhere and says wolf instead of dog. 59% of its gaze now lies outside the area it looked at before.',
    ],
    [
      'wrong already',
      { prediction: 1, labelProbability: 0.05, attackedPrediction: 1, attackedLabelProbability: 0.04 },
      MIDDLE,
      'Even on the original the model says wolf instead of dog. When the background is disturbed, the model still looks at nearly the same place and still says wolf.',
    ],
    [
      'wrong, then right',
      { prediction: 1, labelProbability: 0.3, attackedPrediction: 0, attackedLabelProbability: 0.6 },
      MIDDLE,
      'Even on the original the model says wolf instead of dog. When the background is disturbed, the model says dog, which is its label, although it looks at nearly the same place.',
    ],
    [
      'gaze moves only',
      { s: 0.3, e: 0.28 },
      spot(2, 0),
      'When the background is disturbed, the model looks at the left instead of the middle, although it still says dog.',
    ],
    [
      'gaze moves, less sure',
      { s: 0.3, attackedLabelProbability: 0.5 },
      spot(2, 0),
      'When the background is disturbed, the model looks at the left instead of the middle; it still says dog, but its probability of dog falls from 90% to 50%.',
    ],
    [
      'less sure only',
      { attackedLabelProbability: 0.5, q: 0.55 },
      MIDDLE,
      'When the background is disturbed, the model still says dog, but its probability of dog falls from 90% to 50%; it looks at nearly the same place.',
    ],
    [
      'steady',
      {},
      MIDDLE,
      'When the background is disturbed, the model still looks at nearly the same place and still says dog.',
    ],
    [
      'empty after',
      { ...flips, s: 0, e: 0, empty: true },
      NOTHING,
      'When the background is disturbed, no place in the picture speaks for dog any more, and the model says wolf instead of dog.',
    ],
  ])('%s', (_, changes, attacked, sentence) => {
    expect(said(changes, MIDDLE, attacked)).toBe(sentence);
  });

  it('empty before', () => {
    expect(said({ s: 0, e: 0, empty: true }, NOTHING, MIDDLE)).toBe(
      'No place in the picture speaks for dog, so there is no gaze that could be steady.',
    );
  });

  it('says what a report says where there are no heatmaps', () => {
    expect(plainText(whySentence(row({ ...flips, s: 0.2 }), CLASSES, null))).toBe(
      'When the background is disturbed, the model says wolf instead of dog, and looks elsewhere.',
    );
  });
});

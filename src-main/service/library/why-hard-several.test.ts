import { describe, expect, it } from 'vitest';
import type { AssessmentRow } from '../../contract/run.ts';
import { plainText } from '../../reports/words.ts';
import { gazeMove } from './gaze.ts';
import { whySentence } from './why-hard.ts';

const CLASSES = ['bag', 'boot', 'dress'];
/** A picture of a bag and a boot; the model is surest of the bag. */
const row = (changes: Partial<AssessmentRow>): AssessmentRow => ({
  ...{ id: 'a.jpg', label: 0, prediction: 0, probability: 0.9, labelProbability: 0.9, loss: 0.1 },
  ...{ attackedPrediction: 0, attackedProbability: 0.88, attackedLabelProbability: 0.88 },
  ...{ s: 0.95, q: 0.97, e: 0.9, v: 0.2, empty: false, labels: [0, 1], labelE: [0.95, 0.85] },
  ...changes,
});
const said = (changes: Partial<AssessmentRow>, gaze = STILL): string =>
  plainText(whySentence(row(changes), CLASSES, gaze));

/** One warm place of 4 by 4: that column. */
const at = (column: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === column ? 255 : 0));
const STILL = gazeMove(at(0), at(0), 4, 4);
const MOVED = gazeMove(at(0), at(3), 4, 4);
const NOWHERE = gazeMove(new Uint8Array(16), new Uint8Array(16), 4, 4);
const GONE = gazeMove(at(0), new Uint8Array(16), 4, 4);

describe('a picture of several classes', () => {
  it('is surest of the same class, of another of its own, or of none of them', () => {
    expect(said({})).toBe(
      'When the background is disturbed, the model looks at nearly the same place and is still surest of bag.',
    );
    expect(said({ attackedPrediction: 1 })).toBe(
      'When the background is disturbed, the model looks at nearly the same place and is now surest of boot, which is in it too.',
    );
    expect(said({ attackedPrediction: 2, attackedLabelProbability: 0.4, s: 0.2 }, MOVED)).toBe(
      'When the background is disturbed, the model looks at the right instead of the left and is now surest of dress, which is none of its classes; its probability of bag falls from 90% to 40%.',
    );
  });

  it('was not recognised before either', () => {
    expect(said({ prediction: 2, attackedPrediction: 2 })).toBe(
      'Even on the original the model is surest of dress, which is none of its classes: bag and boot. When the background is disturbed, the model looks at nearly the same place and is still surest of dress.',
    );
    expect(said({ prediction: 2, attackedPrediction: 1 })).toMatch(/is now surest of boot, which is right\.$/);
    expect(said({ prediction: 2, attackedPrediction: 2, labels: [1], label: 1, labelE: [0.5] })).toMatch(
      /^Even on the original the model is surest of dress instead of boot\./,
    );
  });

  it('says which class loses the most, where they differ', () => {
    expect(said({ labelE: [0.9, 0.2] })).toMatch(
      / Of its classes, the explanation of boot survives least \(E\u00a00\.20\), that of bag most \(E\u00a00\.90\)\.$/,
    );
    expect(said({ labelE: [0.9], labels: [0] })).not.toContain('Of its classes');
  });

  it('has no gaze, or loses it', () => {
    expect(said({ empty: true, labelE: [0, 0] }, NOWHERE)).toBe(
      'No place in the picture speaks for any of its classes, so there is no gaze that could be steady.',
    );
    expect(said({ attackedPrediction: 2, labelE: [0, 0] }, GONE)).toBe(
      'When the background is disturbed, no place in the picture speaks for any of its classes any more, and the model is now surest of dress, which is none of its classes.',
    );
  });

  it('is told of without heatmaps too', () => {
    expect(plainText(whySentence(row({ attackedPrediction: 1 }), CLASSES, null))).toBe(
      'When the background is disturbed, the model is now surest of boot, which is in it too.',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { secondsOf } from '../../jobs/run-seconds.ts';
import { corrected, learned, NO_CORRECTION, ratiosOf } from './correction.ts';

const PREDICTED = { start: 3, decode: 2, training: 40, assessment: 60, evaluation: 10 };

describe('the correction of estimates', () => {
  it('comes to within 25 % of the truth after one run, and nearer with each, on a machine that is slower than it seemed', () => {
    // This machine really takes 1.5 times as long to train and 1.3 times to assess: 60 + 78 + 10 + 5 = 153 s, not 115.
    const truth = { training: 60, assessment: 78, evaluation: 10 };
    const shares = { training: 1, assessment: 1, evaluation: 1 };
    expect(secondsOf(PREDICTED)).toBe(115);
    let correction = NO_CORRECTION;
    const errors: number[] = [];
    for (let run = 0; run < 4; run++) {
      errors.push(Math.abs(secondsOf(corrected(PREDICTED, correction)) / 153 - 1));
      correction = learned(correction, ratiosOf(truth, PREDICTED, shares));
    }
    // sqrt(1.5) * 40 + sqrt(1.3) * 60 + 10 + 5 = 132.4: 13.5 % off
    expect(errors[0]).toBeCloseTo(1 - 115 / 153, 9);
    expect(errors[1]).toBeCloseTo(1 - (Math.sqrt(1.5) * 40 + Math.sqrt(1.3) * 60 + 15) / 153, 9);
    expect(errors[2]).toBeLessThan(errors[1]);
    expect(errors[3]).toBeLessThan(0.05);
  });

  it('is bounded, and knows only of what it was told', () => {
    const absurd = learned(NO_CORRECTION, { training: 100, assessment: 0.001 });
    expect(absurd).toEqual({ training: Math.sqrt(2), assessment: Math.sqrt(0.5), evaluation: 1 });
    expect(learned(NO_CORRECTION, { training: Number.NaN })).toEqual(NO_CORRECTION);
  });

  it('counts only the share that was done, and nothing that is too short to tell', () => {
    const ratios = ratiosOf(
      { training: 30, assessment: 0.3, evaluation: 10 },
      { training: 40, assessment: 60, evaluation: 0 },
      { training: 0.5, assessment: 0.005, evaluation: 1 },
    );
    expect(ratios).toEqual({ training: 1.5 });
  });
});

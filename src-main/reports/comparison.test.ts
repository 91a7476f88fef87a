import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PartResult, StoredEvaluation } from '../contract/evaluation.ts';
import { differenceSentence, pairedDifference, verdictOf } from './comparison.ts';
import { figureKinds, type FigureKind } from './figure-kinds.ts';
import { CONSISTENCY, PLAIN, runInput } from './report.fixture.ts';

const KINDS = figureKinds([runInput(PLAIN, 0).evaluation]);
const kindOf = (key: string): FigureKind => {
  const kind = KINDS.find((each) => each.key === key);
  if (kind === undefined) throw new Error(`no ${key}`);
  return kind;
};

/** A run of which only the BG-Gap is known: `drawn` are its resampled values. */
function gapOf(
  value: number,
  drawn: readonly number[],
  change: Partial<PartResult<'debiasing'>> = {},
): StoredEvaluation {
  const debiasing = runInput(PLAIN, 0).evaluation?.parts.debiasing;
  if (debiasing === undefined) throw new Error('the fixture has all parts');
  const figures = { bg_gap: { value, low: value - 0.03, high: value + 0.03, n: 1000 } };
  return {
    parts: { debiasing: { ...debiasing, figures, ...change } },
    resampled: { bg_gap: Float32Array.from(drawn) },
  };
}

describe('the verdict', () => {
  test('an interval that contains zero is never called a difference', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.double({ min: -1, max: 0, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, low, high) => {
          const verdict = verdictOf(low, high, kind);
          expect(verdict).toBe('none');
          const values = { key: kind.key, before: 0.5, after: 0.6, change: 0.1 };
          const sentence = differenceSentence(kind, { ...values, low, high, n: 10, verdict, obstacle: null });
          expect(sentence).toMatch(/^No measurable difference in /);
        },
      ),
    );
  });

  test('an interval that excludes zero says which way, whatever is better', () => {
    const share = (better: FigureKind['better']) => ({ better, unit: 'share' }) as const;
    expect(verdictOf(0.01, 0.03, share('higher'))).toBe('better');
    expect(verdictOf(0.01, 0.03, share('lower'))).toBe('worse');
    expect(verdictOf(-0.03, -0.01, share('higher'))).toBe('worse');
    expect(verdictOf(-0.03, -0.01, share('lower'))).toBe('better');
  });

  test('is judged on the borders as they are printed: tenths of a point, hundredths', () => {
    expect(verdictOf(0.0004, 0.02, { better: 'higher', unit: 'share' })).toBe('none'); // +0.0
    expect(verdictOf(0.0006, 0.02, { better: 'higher', unit: 'share' })).toBe('better'); // +0.1
    expect(verdictOf(0.004, 0.2, { better: 'higher', unit: 'number' })).toBe('none'); // 0.00
    expect(verdictOf(0.006, 0.2, { better: 'higher', unit: 'number' })).toBe('better'); // 0.01
    expect(verdictOf(Number.NaN, 0.02, { better: 'higher', unit: 'share' })).toBe('unknown');
  });
});

describe('a paired difference', () => {
  test('pairs draw by draw: two figures that vary together differ by less than they vary', () => {
    // 18.3 and 6.1 on average, each spread over 20 points; their difference is always -12.2.
    const spread = Array.from({ length: 1000 }, (_, i) => (i / 999 - 0.5) * 0.2);
    const before = gapOf(
      0.183,
      spread.map((each) => 0.183 + each),
    );
    const after = gapOf(
      0.061,
      spread.map((each) => 0.061 + each),
    );
    const difference = pairedDifference(kindOf('bg_gap'), before, after);
    expect(difference?.low).toBeCloseTo(-0.122, 6);
    expect(difference?.high).toBeCloseTo(-0.122, 6);
    expect(difference).toMatchObject({ verdict: 'better', n: 1000, obstacle: null });
  });

  test('is told in one plain sentence with its values and its interval', () => {
    // Changes run evenly from -15.0 to -9.5 points: 2.5% of the draws lie below -14.8625, 2.5% above -9.6375.
    const drawn = Array.from({ length: 1000 }, (_, i) => 0.183 - 0.15 + (i / 999) * 0.055);
    const same = Array.from({ length: 1000 }, () => 0.183);
    const kind = kindOf('bg_gap');
    const difference = pairedDifference(kind, gapOf(0.183, same), gapOf(0.061, drawn));
    if (difference === null) throw new Error('both were measured');
    expect(differenceSentence(kind, difference, 'the new model')).toBe(
      'The new model relies on the background 12.2 points less (BG-Gap 18.3% \u2192 6.1%, 95% interval of the change \u221214.9 to \u22129.6 points).',
    );
  });

  test('is not claimed where the two were not measured alike, and the sentence says why', () => {
    const drawn = Array.from({ length: 1000 }, () => 0.2);
    const baseline = gapOf(0.2, drawn);
    const { key } = baseline.parts.debiasing ?? {};
    if (key === undefined) throw new Error('measured');
    const refused = (change: Partial<PartResult<'debiasing'>>): string | null | undefined => {
      const difference = pairedDifference(kindOf('bg_gap'), baseline, gapOf(0.1, drawn, change));
      expect(difference).toMatchObject({ verdict: 'unknown', low: null, high: null, n: null });
      return difference?.obstacle;
    };
    expect(refused({ key: { ...key, dataFingerprint: 'other' } })).toContain('different data');
    expect(refused({ key: { ...key, settings: { ...key.settings, seed: 1 } } })).toContain('different settings (seed)');
    expect(refused({ key: { ...key, judges: ['a', 'b'] } })).toContain('different models');
    expect(refused({ key: { ...key, definition: 2 } })).toContain('different definitions');
    expect(refused({ key: { ...key, split: 'val' } })).toContain('validation pictures');
    expect(refused({ picturesHash: 'other' })).toContain('different pictures');
    expect(refused({ figures: { bg_gap: { value: 0.1, low: 0, high: 0.2, n: 7 } } })).toContain('7 of the other');
    // The same settings in another order are the same settings; other weights are what is compared.
    const settings = Object.fromEntries(Object.entries(key.settings).reverse());
    const alike = gapOf(0.1, drawn, { key: { ...key, weightsHash: 'other', settings } });
    expect(pairedDifference(kindOf('bg_gap'), baseline, alike)?.obstacle).toBeNull();
  });

  test('needs the resampled values of both', () => {
    const kind = kindOf('bg_gap');
    const baseline = gapOf(0.2, [0.2, 0.2]);
    expect(pairedDifference(kind, baseline, gapOf(0.1, []))).toMatchObject({ verdict: 'unknown' });
    const sentence = (difference: ReturnType<typeof pairedDifference>) =>
      difference === null ? '' : differenceSentence(kind, difference);
    expect(sentence(pairedDifference(kind, baseline, gapOf(0.1, [])))).toMatch(
      /^Whether there is a difference in reliance on the background cannot be told \(BG-Gap 20\.0% \u2192 10\.0%\): /,
    );
    expect(pairedDifference(kind, baseline, undefined)).toBeNull();
  });

  test('of what owes nothing to the model no difference is told', () => {
    const [plain, other] = [runInput(PLAIN, 0), runInput(CONSISTENCY, 0)];
    for (const key of ['centre_box', 'uniform_energy', 'insertion_random', 'deletion_random']) {
      expect(pairedDifference(kindOf(key), plain.evaluation, other.evaluation)).toBeNull();
    }
  });

  test('worst groups of different sizes pair all the same', () => {
    const [plain, other] = [runInput(PLAIN, 0), runInput(CONSISTENCY, 0)];
    expect(pairedDifference(kindOf('worst_group'), plain.evaluation, other.evaluation)?.obstacle).toBeNull();
  });
});

describe('the list of figures', () => {
  test('names every figure that is measured, once, and each with a sentence for both ways', () => {
    const evaluation = runInput(PLAIN, 0).evaluation;
    const measured = Object.values(evaluation?.parts ?? {}).flatMap(({ figures }) => Object.keys(figures));
    expect(KINDS.map(({ key }) => key).sort()).toEqual([...measured].sort());
    for (const kind of KINDS) {
      expect(kind.rises).toContain('{}');
      expect(kind.falls).toContain('{}');
      expect(kind.definition).toMatch(/\.$/);
    }
  });

  test('shows the strongest attack near 2/255 at once, for each region', () => {
    const shown = KINDS.filter(({ part, headline }) => part === 'robustness' && headline).map(({ key }) => key);
    expect(shown).toEqual([
      ...['acc_pgd50_all_2', 'same_pgd50_all_2'],
      ...['acc_pgd50_background_2', 'same_pgd50_background_2'],
    ]);
  });
});

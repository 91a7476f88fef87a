import { describe, expect, it } from 'vitest';
import { filterFindings } from './findings-filters.ts';
import type { RunView } from './run-view.ts';

/** Figures with one value, and draws around it. */
function run(figures: Record<string, readonly [value: number, width: number]>, details: object = {}): RunView {
  const all = { filters: 64, silent: 4, gate: null, prototypes: null, ...details };
  const draws = ([value, width]: readonly [number, number]) =>
    Float32Array.from({ length: 1000 }, (_, i) => value + width * (i / 999 - 0.5));
  return {
    evaluation: { resampled: Object.fromEntries(Object.entries(figures).map(([key, of]) => [key, draws(of)])) },
    parts: { interpretability: { details: all } },
    figures: Object.fromEntries(
      Object.entries(figures).map(([key, [value, width]]) => [
        key,
        { value, low: value - width / 2, high: value + width / 2, n: 200 },
      ]),
    ),
    // The other fields of a run are not looked at.
  } as unknown as RunView;
}
const told = (of: RunView) => filterFindings(of).map(({ number, sentence, tone }) => [tone, number, sentence]);

describe('what is said of single filters', () => {
  it('compares locality with even filters, and claims nothing that cannot be told from it', () => {
    expect(told(run({ filter_locality: [0.71, 0.02], uniform_locality: [0.14, 0] }))).toEqual([
      [
        'neutral',
        '71.0%',
        'of what a filter shows lies around its peak (95% interval 70.0% to 72.0%); of filters that show the same everywhere it would be 14.0%. The nearer to 100%, the more a filter marks one place.',
      ],
    ]);
    const [[tone, , sentence]] = told(run({ filter_locality: [0.145, 0.02], uniform_locality: [0.14, 0] }));
    expect(tone).toBe('attention');
    expect(sentence).toContain('So its filters do not measurably mark places.');
  });

  it('says what selectivity is', () => {
    expect(told(run({ filter_selectivity: [0.42, 0.02] }))[0].slice(1)).toEqual([
      '0.42',
      'is how much its 60 filters answer to one class (class selectivity, 0 to all alike, 1 to one class alone; 95% interval 0.41 to 0.43).',
    ]);
  });

  it('calls filters of a gate specific only where accuracy measurably falls without them', () => {
    const gate = { sparsity: 0.8, classesPerFilter: 1.2 };
    const of = (only: number, without: number, misled: number, width = 0.02) =>
      told(
        run(
          { gated_accuracy: [only, width], complement_accuracy: [without, 0.02], gate_misled: [misled, 0.02] },
          { gate },
        ),
      )[0];
    const needed = of(0.9, 0.3, 0.2);
    expect(needed.slice(0, 2)).toEqual(['neutral', '30.0%']);
    expect(needed[2]).toMatch(
      /make it name that class in 20\.0%\. So the filters of a class answer to it more than the gate alone explains\. The gate is closed to 80\.0%;.* 1\.2 classes/,
    );
    // As right without them; and named as another class as readily, so that the gate decides.
    for (const not of [of(0.9, 0.9, 0.2, 0.3), of(0.9, 0, 0.9, 0.3)]) {
      expect(not[0]).toBe('attention');
      expect(not[2]).toContain('so they do not stand for it');
    }
  });

  it('compares prototypes with chance', () => {
    const prototypes = { count: 60, chance: 0.2, pure: 1, unmeasured: 0, target: null };
    const pure = told(run({ prototype_purity: [0.8, 0.1] }, { prototypes }))[0];
    expect(pure).toEqual([
      'neutral',
      '80.0%',
      'of the pictures that are most like one of its 60 prototypes are of the class of the prototype (95% interval 75.0% to 85.0%); of pictures chosen at random 20.0% would be.',
    ]);
    const random = told(run({ prototype_purity: [0.22, 0.1] }, { prototypes }))[0];
    expect(random[0]).toBe('attention');
    expect(random[2]).toMatch(/do not measurably stand for their classes\.$/);
  });

  it('says nothing where nothing was measured', () => {
    expect(filterFindings({ figures: {}, parts: {}, evaluation: null } as unknown as RunView)).toEqual([]);
  });
});

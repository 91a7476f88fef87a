import { describe, expect, test } from 'vitest';
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { Arm } from '../contract/settings.ts';
import { figureKinds } from './figure-kinds.ts';
import { PLAIN, runInput } from './report.fixture.ts';
import { seedsOf } from './seeds.ts';

const BASE = runInput(PLAIN, 0);

/** A run of which only the BG-Gap is known. */
function run(arm: Arm, seed: number, gap: number, fingerprint = '9f2c'.repeat(16)) {
  const debiasing = BASE.evaluation?.parts.debiasing;
  if (debiasing === undefined) throw new Error('the fixture has all parts');
  const figures = { bg_gap: { value: gap, low: 0, high: 1, n: 1000 } };
  const evaluation: StoredEvaluation = { parts: { debiasing: { ...debiasing, figures } }, resampled: {} };
  const settings = { ...BASE.record.settings, arm, seed };
  return { record: { ...BASE.record, settings, dataFingerprint: fingerprint }, evaluation };
}

const seeds = (...runs: ReturnType<typeof run>[]) => seedsOf(runs, figureKinds(runs.map((each) => each.evaluation)));

describe('figures over seeds', () => {
  test('mean and deviation of each kind of training, and the differences seed by seed', () => {
    // Plain 20, 22, 24 (mean 22, deviation 2); consistency 14, 17, 17 (mean 16, deviation sqrt(3)).
    // Differences -6, -5, -7: mean -6, deviation 1; half interval 4.303 * 1 / sqrt(3) = 2.484.
    const view = seeds(
      ...[run('consistency', 2, 0.17), run('consistency', 0, 0.14), run('consistency', 1, 0.17)],
      ...[run('plain', 0, 0.2), run('plain', 1, 0.22), run('plain', 2, 0.24)],
    );
    expect(view?.arms.map(({ arm, seeds: own }) => [arm, own])).toEqual([
      ['plain', [0, 1, 2]],
      ['consistency', [0, 1, 2]],
    ]);
    const figure = view?.figures[0];
    expect(figure?.arms[0]?.mean).toBeCloseTo(0.22, 12);
    expect(figure?.arms[0]?.deviation).toBeCloseTo(0.02, 12);
    expect(figure?.arms[1]?.mean).toBeCloseTo(0.16, 12);
    expect(figure?.arms[1]?.deviation).toBeCloseTo(Math.sqrt(3) / 100, 12);
    expect(figure?.differences[0]).toBeNull();
    const difference = figure?.differences[1];
    expect(difference?.perSeed.map((each) => Math.round(each * 100))).toEqual([-6, -5, -7]);
    expect(difference?.mean).toBeCloseTo(-0.06, 12);
    expect(difference?.deviation).toBeCloseTo(0.01, 12);
    expect(difference?.sentence).toBe(
      'Over 3 seeds, the model trained for explanation consistency relies on the background 6.0 points less on average (\u22126.0, \u22125.0, \u22127.0 points seed by seed; mean \u22126.0, 95% interval over seeds \u22128.5 to \u22123.5 points).',
    );
  });

  test('claims nothing where the seeds do not carry it', () => {
    // -6, -1, -2: mean -3, deviation 2.65; half interval 4.303 * 2.6458 / sqrt(3) = 6.57, beyond zero.
    const three = seeds(
      ...[run('plain', 0, 0.2), run('plain', 1, 0.2), run('plain', 2, 0.2)],
      ...[run('consistency', 0, 0.14), run('consistency', 1, 0.19), run('consistency', 2, 0.18)],
    );
    expect(three?.figures[0].differences[1]?.sentence).toMatch(
      /^Over 3 seeds, no difference in reliance on the background that could not be the luck of training/,
    );
  });

  test('two seeds are too few, whatever they say', () => {
    const two = seeds(
      ...[run('plain', 0, 0.3), run('plain', 1, 0.3), run('consistency', 0, 0.1), run('consistency', 1, 0.1)],
    );
    const sentence = two?.figures[0].differences[1]?.sentence ?? '';
    expect(sentence).toMatch(/^Only two seeds were trained both ways .*\u221220\.0, \u221220\.0 points/);
    expect(sentence).toContain('three or more are needed');
    expect(sentence).not.toContain('less');
  });

  test('only common seeds, only runs of the same data, and nothing without two seeds', () => {
    const view = seeds(
      run('plain', 0, 0.2),
      run('plain', 1, 0.3),
      run('consistency', 1, 0.2),
      run('consistency', 7, 0.1),
    );
    expect(view?.figures[0].differences[1]?.perSeed.map((each) => Math.round(each * 100))).toEqual([-10]);
    expect(seeds(run('plain', 0, 0.2), run('consistency', 0, 0.1))).toBeNull();
    expect(seeds(run('plain', 0, 0.2), run('plain', 1, 0.2, 'other'))).toBeNull();
  });
});

/** E from the by-products of training. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import type { NamedArray } from '../networks/parameters.ts';
import { countPasses } from './counted-passes.fixture.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder, severalDiscs } from './rounds.fixture.ts';

const data = discs(30, 24);

function settingsOf(input: RunSettingsInput): RunSettings {
  return v.parse(RunSettings, {
    ...{ arm: 'consistency', assessBatch: 15 },
    network: { architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
    training: { warmupEpochs: 2, rounds: 2, epochsPerRound: 2, batchSize: 15, learningRate: 0.05 },
    ...input,
    method: { steps: 2, eps: 8 / 255, consistencyFrom: 'training', ...input.method },
  });
}

describe.each([
  ['native', startNative, 1e-4],
  ['wasm', startWasm, 0],
] as const)('on %s', (_name, start, tolerance) => {
  const passes = { forward: 0, back: 0 };
  let engine: Engine;
  beforeAll(async () => {
    engine = countPasses(await start(), passes);
  });

  it('trains as it would without, and takes one pass of a sample in the last epoch before weights are set', async () => {
    const courses = [];
    for (const consistencyFrom of ['training', 'attack'] as const) {
      passes.forward = passes.back = 0;
      const hooks = recorder();
      const { weights } = await runRounds(
        engine,
        settingsOf({ arm: 'plain', method: { consistencyFrom } }),
        data,
        hooks,
        null,
      );
      courses.push({ weights, passes: { ...passes }, rounds: hooks.assessments.map(({ round }) => round) });
    }
    const [watched, attacked] = courses;
    expect(largestDifference(watched.weights, attacked.weights)).toBeLessThanOrEqual(tolerance);
    expect([watched.rounds, attacked.rounds]).toEqual([[2], [0, 1, 2]]);
    // Six epochs and three looks at clean pictures; of those whose heatmap is not empty, three more and two back.
    expect(attacked.passes.forward).toBe(30 * (6 + 3) + (3 * attacked.passes.back) / 2);
    // Two watched epochs with one more pass forward, and the way back to the picture; one assessment.
    expect(watched.passes.forward).toBe(30 * (6 + 2 + 1) + (3 * (watched.passes.back - 60)) / 2);
  });

  it.each(['one class', 'several classes'])('sets weights and goes on from every checkpoint: %s', async (kind) => {
    const pictures = kind === 'one class' ? data : severalDiscs(30, 24);
    const settings = settingsOf({});
    const whole = recorder(true);
    const before = tf.memory().numTensors;
    const { weights } = await runRounds(engine, settings, pictures, whole, null);
    expect(tf.memory().numTensors).toBe(before);
    const later =
      whole.snapshots.find(({ position }) => position.round === 1)?.state.get('v')?.data ?? new Float32Array(0);
    expect(later.reduce((sum, each) => sum + each, 0) / 30).toBeCloseTo(1, 5);
    expect(new Set(later).size).toBeGreaterThan(5);
    for (const [i, snapshot] of whole.snapshots.entries()) {
      if (i % 4 !== 1) continue;
      const resumed = await runRounds(engine, settings, pictures, recorder(), snapshot);
      expect(largestDifference(resumed.weights, weights)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('assesses by attack as long as the strength is not chosen', async () => {
    const hooks = recorder();
    await runRounds(engine, settingsOf({ method: { eps: 'auto', autoProbe: 10 } }), data, hooks, null);
    expect(hooks.assessments.map(({ round }) => round)).toEqual([0, 2]);
  });

  it.each([
    [{ network: { architecture: 'vgg11', width: 4, size: 32 } }, 'takes a pass of its own'],
    [{ arm: 'mix' }, 'mixed backgrounds'],
  ] as const)('is refused where it cannot be: %o', async (input, why) => {
    const settings = settingsOf(input);
    await expect(runRounds(engine, settings, discs(6, settings.network.size), recorder(), null)).rejects.toThrow(why);
  });
});

function largestDifference(a: ReadonlyMap<string, NamedArray>, b: ReadonlyMap<string, NamedArray>): number {
  let largest = 0;
  for (const [name, { data: values }] of a) {
    const other = b.get(name)?.data ?? new Float32Array(0);
    values.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - other[i]))));
  }
  return largest;
}

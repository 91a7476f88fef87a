/** Networks of part filters and of class gates through the rounds, and what short training makes of them. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { partPeaks, templatesAround } from '../networks/interpretable/part-mask.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { readBatch } from './calibration.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder, severalDiscs } from './rounds.fixture.ts';

const KINDS = ['icnn', 'csg'] as const;
const OWN = { icnn: 'icnn.class_activation', csg: 'csg.gate' } as const;
const SIZE = 24;
const data = discs(45, SIZE);

function settingsOf(input: RunSettingsInput): RunSettings {
  return v.parse(RunSettings, {
    assessBatch: 20,
    ...input,
    network: { architecture: 'resnet10', width: 4, stem: 'small', lastStride: 1, size: SIZE, ...input.network },
    training: { warmupEpochs: 3, rounds: 1, epochsPerRound: 1, batchSize: 15, learningRate: 0.05, ...input.training },
    method: { steps: 2, eps: 8 / 255 },
  });
}

describe('networks that explain themselves by parts and gates', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startWasm();
  });

  it.each(KINDS)('%s goes through the rounds of both arms', async (interpretable) => {
    const before = tf.memory().numTensors;
    const ends: ReadonlyMap<string, NamedArray>[] = [];
    for (const arm of ['plain', 'consistency'] as const) {
      const hooks = recorder();
      const { weights } = await runRounds(engine, settingsOf({ arm, network: { interpretable } }), data, hooks, null);
      expect(hooks.assessments).toHaveLength(2);
      for (const { rows } of hooks.assessments) expect(rows.some(({ e }) => e > 0 && e < 1)).toBe(true);
      ends.push(weights);
    }
    expect(ends[0].get(OWN[interpretable])?.shape).toEqual([3, 32]);
    expect(ends[0].get('fc.weight')).not.toEqual(ends[1].get('fc.weight'));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(KINDS)('%s goes on from a checkpoint to the same end', async (interpretable) => {
    const settings = settingsOf({ arm: 'consistency', network: { interpretable } });
    const whole = recorder(true);
    const { weights } = await runRounds(engine, settings, data, whole, null);
    // In the second epoch after one batch (the step that goes through the gate is behind it), and in the last round.
    const chosen = whole.snapshots.filter(
      ({ position: { phase, round, epoch, offset } }) =>
        phase === 'train' && offset === 15 && (round === 1 || epoch === 1),
    );
    expect(chosen).toHaveLength(2);
    for (const snapshot of chosen) {
      const { weights: resumed } = await runRounds(engine, settings, data, recorder(), snapshot);
      for (const [name, { data: values }] of weights) expect(resumed.get(name)?.data, name).toEqual(values);
    }
  });

  it.each(KINDS)('%s learns from pictures of several classes', async (interpretable) => {
    const hooks = recorder();
    const several = severalDiscs(30, SIZE);
    const { weights } = await runRounds(engine, settingsOf({ network: { interpretable } }), several, hooks, null);
    const own = weights.get(OWN[interpretable])?.data ?? new Float32Array(0);
    expect(own.every(Number.isFinite)).toBe(true);
    expect(new Set(own).size).toBeGreaterThan(3);
  });

  /** Trained plainly for some epochs; the network's figures by `measure`. */
  const trained = async <T>(input: RunSettingsInput, measure: (network: FrozenNetwork) => Promise<T>): Promise<T> => {
    const settings = settingsOf({ arm: 'plain', ...input, training: { ...LONGER, ...input.training } });
    const { weights } = await runRounds(engine, settings, data, recorder(), null);
    const architecture = buildArchitecture(settings.network, 3);
    const network = new Network(engine, architecture, importWeights(describeParameters(architecture), weights));
    const frozen = await network.freeze();
    try {
      return await measure(frozen);
    } finally {
      frozen.dispose();
      network.dispose();
    }
  };

  it('gathers the maps of filters around one place by the filter loss', async () => {
    const network = { interpretable: 'icnn' } as const;
    const masked = await trained({ network, training: { filterLoss: 0 } }, partShare);
    const gathered = await trained({ network }, partShare);
    expect(gathered.share).toBeGreaterThan(masked.share + 0.03);
    expect(gathered.correct).toBeGreaterThan(0.8);
  });

  it('closes gates of classes that filters do not serve, the more, the more they cost', async () => {
    const mean = async (gateSparsity: number) =>
      trained({ network: { interpretable: 'csg' }, training: { gateSparsity, gatePeriod: 2 } }, async (frozen) => {
        const gate = frozen.values('csg.gate') ?? new Float32Array(0);
        const { correct } = await partShare(frozen);
        return { mean: gate.reduce((sum, value) => sum + value, 0) / gate.length, correct };
      });
    const [free, sparse] = [await mean(0), await mean(8)];
    expect(sparse.mean).toBeLessThan(free.mean - 0.3);
    expect(sparse.correct).toBeGreaterThan(0.8);
  });
});

const LONGER = { warmupEpochs: 12, rounds: 0 } as const;

/** Share of the maps before any mask that lies within the part around their peaks; share of pictures named correctly. */
async function partShare(network: FrozenNetwork): Promise<{ readonly share: number; readonly correct: number }> {
  const { x, labels } = await readBatch(
    data,
    Array.from({ length: data.count }, (_, i) => i),
  );
  const { map, logits } = network.forward(x);
  const unmasked = network.unmaskedMap(x);
  const predicted = tf.tidy(() => tf.argMax(logits, 1).dataSync());
  const share = tf.tidy(() => {
    const [, h, w] = unmasked.shape;
    const part = tf.cast(tf.greater(templatesAround(partPeaks(unmasked), h, w), 0), 'float32');
    return tf.div(tf.sum(tf.mul(unmasked, part)), tf.sum(unmasked)).dataSync()[0];
  });
  tf.dispose([x, map, logits, unmasked]);
  return { share, correct: labels.filter((label, i) => predicted[i] === label).length / data.count };
}

/** What must hold of the method where pictures are of several classes, on both engines. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { weightedLoss } from '../networks/loss.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { attackBatch } from './assessment.ts';
import { readBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';
import { heatmaps, mapOf } from './heatmap.ts';
import { labelHeatmaps, labelPairs, pictureBackgrounds } from './label-maps.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder, severalDiscs } from './rounds.fixture.ts';

const EPS = 8 / 255;
const data = severalDiscs(40, 24);

function settingsOf(input: RunSettingsInput = {}): RunSettings {
  return v.parse(RunSettings, {
    network: { architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
    training: { warmupEpochs: 3, rounds: 1, epochsPerRound: 1, batchSize: 10, learningRate: 0.05 },
    assessBatch: 16,
    ...input,
    method: { steps: 2, eps: EPS, ...input.method },
  });
}

describe.each([
  ['native', startNative, 1e-3],
  ['wasm', startWasm, 1e-3],
] as const)('several labels on %s', (_name, start, tolerance) => {
  let engine: Engine;
  let weights: ReadonlyMap<string, NamedArray>;

  beforeAll(async () => {
    engine = await start();
    ({ weights } = await runRounds(engine, settingsOf({ arm: 'plain' }), data, recorder(), null));
  });

  async function withTrained<T>(use: (network: FrozenNetwork) => Promise<T> | T): Promise<T> {
    const architecture = buildArchitecture(settingsOf().network, 3);
    const network = new Network(engine, architecture, importWeights(describeParameters(architecture), weights));
    const frozen = await network.freeze();
    try {
      return await use(frozen);
    } finally {
      frozen.dispose();
      network.dispose();
    }
  }

  const eOf = async (from: TrainingData, settings: RunSettings) => {
    const hooks = recorder();
    await runRounds(engine, settings, from, hooks, null);
    return hooks.assessments[0];
  };

  it('gives each label the heatmap that it has alone, whatever the kind', async () => {
    await withTrained(async (network) => {
      const { x, targets } = await readBatch(data, [0, 1, 2, 3, 4, 5]);
      const { map, logits } = network.forward(x);
      const pairs = labelPairs(targets as LabelSets);
      expect(new Set(pairs.first).size).toBeGreaterThan(3);
      for (const kind of ['cam', 'gradcam', 'layercam'] as const) {
        const before = tf.memory().numTensors;
        const { maps } = await labelHeatmaps(network, map, targets, kind);
        for (let k = 0; k < pairs.count; k++) {
          const one = tf.slice(map, [pairs.pictures[k], 0, 0, 0], [1, -1, -1, -1]);
          const alone = await heatmaps(network, one, Int32Array.of(pairs.labels[k]), kind);
          one.dispose();
          mapOf(maps, k).forEach((value, p) => expect(value).toBeCloseTo(alone.values[p], 4));
        }
        expect(tf.memory().numTensors).toBe(before);
      }
      tf.dispose([x, map, logits]);
    });
  });

  it('raises the sum of binary cross-entropies, in the background of all labels alone', async () => {
    await withTrained(async (network) => {
      const indices = Array.from({ length: data.count }, (_, i) => i);
      const { x, targets, ids } = await readBatch(data, indices);
      const meanLoss = (logits: Float32Array) => {
        const { losses } = weightedLoss(logits, targets, new Float32Array(data.count));
        return losses.reduce((sum, value) => sum + value, 0) / data.count;
      };
      const after: number[] = [];
      for (const steps of [1, 10]) {
        const { method } = settingsOf({ method: { steps, randomStart: false } });
        const batch = await attackBatch(network, x, targets, ids, method, EPS, 0, 0);
        after.push(meanLoss(batch.logits), meanLoss(batch.attackedLogits));
        const pairs = labelPairs(targets as LabelSets);
        const background = pictureBackgrounds({ maps: batch.maps, pairs }, data.size, method);
        const [before, changed] = [x.dataSync(), batch.attacked.dataSync()];
        let moved = 0;
        for (let i = 0; i < before.length; i++) {
          if (background[Math.floor(i / 3)] === 0) expect(changed[i]).toBe(before[i]);
          else if (changed[i] !== before[i]) moved += 1;
        }
        expect(moved).toBeGreaterThan(1000);
        batch.attacked.dispose();
      }
      const [clean, one, , ten] = after;
      expect(one).toBeGreaterThan(clean);
      expect(ten).toBeGreaterThan(one);
      x.dispose();
    });
  });

  it('measures the same E whatever the batch size, with weights of mean 1 that fall with E', async () => {
    const [seven, all] = [
      await eOf(data, { ...settingsOf(), assessBatch: 7 }),
      await eOf(data, { ...settingsOf(), assessBatch: 40 }),
    ];
    all.rows.forEach((row, i) => {
      expect(Math.abs(row.e - seven.rows[i].e)).toBeLessThan(tolerance);
      const labelE = row.labelE ?? [];
      // The class that the row goes by is one of them.
      const at = row.labels?.indexOf(row.label) ?? -1;
      expect(row.labelProbabilities?.[at]).toBe(row.labelProbability);
      expect(row.attackedLabelProbabilities?.[at]).toBe(row.attackedLabelProbability);
      expect(row.labels).toEqual([...(data.labelSets?.positives(i) ?? [])]);
      expect(row.e).toBeCloseTo(labelE.reduce((sum, e) => sum + e, 0) / labelE.length, 5);
      expect(row.labels).toContain(row.label);
    });
    expect(all.rows.reduce((sum, row) => sum + row.v, 0) / data.count).toBeCloseTo(1, 5);
    const sorted = [...all.rows].sort((a, b) => a.e - b.e);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i - 1].v + 1e-6).toBeGreaterThanOrEqual(sorted[i].v);
    expect(all.maps.count).toBe(data.count);
    expect(all.summary.samples).toBe(data.count);
  });

  it('resumes from every checkpoint to the same weights and assessments', async () => {
    const settings = settingsOf({ arm: 'consistency-mix', method: { eps: 'auto', autoProbe: 16 } });
    const whole = recorder(true);
    const reference = await runRounds(engine, settings, data, whole, null);
    const some = whole.snapshots.filter((_, i) => i % 5 === 0 || i === whole.snapshots.length - 1);
    expect(some.some(({ state }) => state.has('assessment.labelE'))).toBe(true);
    expect(some.some(({ state }) => state.has('mixing.maps'))).toBe(true);
    for (const snapshot of some) {
      const rest = recorder();
      const resumed = await runRounds(engine, settings, data, rest, snapshot);
      for (const [name, { data: values }] of resumed.weights) {
        values.forEach((value, k) =>
          expect(Math.abs(value - (reference.weights.get(name)?.data[k] ?? NaN))).toBeLessThan(tolerance),
        );
      }
      for (const { round, rows } of rest.assessments) {
        const original = whole.assessments.find((each) => each.round === round)?.rows ?? [];
        rows.forEach((row, i) => expect(Math.abs(row.e - original[i].e)).toBeLessThan(0.05));
      }
    }
  });

  it('of which each picture has one, looks and attacks where single-label data do', async () => {
    const single = discs(12, 24);
    const each = Array.from(single.labels, (label) => [label]);
    const none = each.map(() => []);
    const sets = new LabelSets(3, each, none);
    await withTrained(async (network) => {
      const { x, labels, ids } = await readBatch(
        single,
        Array.from({ length: 12 }, (_, i) => i),
      );
      const { method } = settingsOf({ method: { attack: 'noise' } });
      const one = await attackBatch(network, x, labels, ids, method, EPS, 0, 0);
      const several = await attackBatch(network, x, sets, ids, method, EPS, 0, 0);
      expect(several.maps).toEqual(one.maps);
      // Noise goes by B and the seeds alone.
      expect(several.attacked.dataSync()).toEqual(one.attacked.dataSync());
      tf.dispose([x, one.attacked, several.attacked]);
    });
  });

  it('learns: the right class comes first more often than before', async () => {
    const settings = settingsOf({ arm: 'plain', training: { ...settingsOf().training, warmupEpochs: 10 } });
    const result = await eOf(data, settings);
    // Half of the pictures have one of three classes, half have two: guessing gives 50%.
    expect(result.summary.accuracy).toBeGreaterThan(0.75);
  });
});

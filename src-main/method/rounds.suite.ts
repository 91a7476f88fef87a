/** What must hold of the method on every engine ("What must hold" of the design). */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { ARMS, ATTACKS, type AttackKind, RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { attackBatch } from './assessment.ts';
import { readBatch } from './calibration.ts';
import { backgroundsOf } from './background.ts';
import { explainSamples } from './explain.ts';
import { heatmaps } from './heatmap.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder } from './rounds.fixture.ts';

const data = discs(45, 24);
const EPS = 8 / 255;

function settingsOf(input: RunSettingsInput): RunSettings {
  return v.parse(RunSettings, {
    network: { architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
    training: { warmupEpochs: 3, rounds: 1, epochsPerRound: 1, batchSize: 15, learningRate: 0.05 },
    assessBatch: 20,
    ...input,
    method: { steps: 2, eps: EPS, ...input.method },
  });
}

/** @param tolerance largest difference of weights between an undisturbed and a resumed run */
export function describeRounds(name: string, start: () => Promise<Engine>, tolerance: number): void {
  describe(`rounds on ${name}`, () => {
    let engine: Engine;
    let trained: ReadonlyMap<string, NamedArray>;

    beforeAll(async () => {
      engine = await start();
      const { weights } = await runRounds(engine, settingsOf({ arm: 'plain' }), data, recorder(), null);
      trained = weights;
    });

    const withTrained = async <T>(
      use: (network: Awaited<ReturnType<Network['freeze']>>) => Promise<T> | T,
    ): Promise<T> => {
      const architecture = buildArchitecture(settingsOf({}).network, 3);
      const network = new Network(engine, architecture, importWeights(describeParameters(architecture), trained));
      const frozen = await network.freeze();
      try {
        return await use(frozen);
      } finally {
        frozen.dispose();
        network.dispose();
      }
    };

    it('gives plain training when v is fixed to 1', async () => {
      // `mix` with a share of 0 has v = 1 exactly, and goes through all of the code of the rounds.
      const { weights } = await runRounds(
        engine,
        settingsOf({ arm: 'mix', method: { mixShare: 0 } }),
        data,
        recorder(),
        null,
      );
      expect(largestDifference(weights, trained)).toBeLessThanOrEqual(tolerance);
      const { weights: other } = await runRounds(engine, settingsOf({ arm: 'consistency' }), data, recorder(), null);
      expect(largestDifference(other, trained)).toBeGreaterThan(1e-4);
    });

    it('resumes from every checkpoint to the same weights and assessments', async () => {
      const settings = settingsOf({ arm: 'consistency-mix', method: { eps: 'auto', autoProbe: 16 } });
      const whole = recorder(true);
      const reference = await runRounds(engine, settings, data, whole, null);
      const positions = whole.snapshots.map((snapshot) => snapshot.position);
      expect(new Set(positions.map((position) => position.phase))).toEqual(new Set(['train', 'assess', 'done']));
      for (const snapshot of everyThird(whole.snapshots)) {
        const rest = recorder();
        const { weights, eps } = await runRounds(engine, settings, data, rest, snapshot);
        expect(largestDifference(weights, reference.weights)).toBeLessThanOrEqual(tolerance);
        expect(eps).toBe(reference.eps);
        for (const assessment of rest.assessments) {
          const original = whole.assessments.find(({ round }) => round === assessment.round);
          const e = (result: typeof original) => Float32Array.from(result?.rows ?? [], (row) => row.e);
          expect(maximum(e(assessment), e(original))).toBeLessThanOrEqual(Math.max(tolerance, 0) * 100);
        }
      }
    });

    it('stops at a batch border without leaving tensors', async () => {
      const before = tf.memory().numTensors;
      await expect(runRounds(engine, settingsOf({}), data, recorder(true, 4), null)).rejects.toThrow('stopped');
      expect(tf.memory().numTensors).toBe(before);
    });

    it('keeps the number of tensors constant from batch to batch', async () => {
      const counts: Record<string, number[]> = {};
      const hooks = recorder();
      hooks.progress = ({ phase }) => (counts[phase] ??= []).push(tf.memory().numTensors);
      await runRounds(engine, settingsOf({}), data, hooks, null);
      for (const phase of ['train', 'assess']) expect(new Set(counts[phase]).size, phase).toBe(1);
    });

    it.each(ARMS)('weights of arm %s have mean 1 and the larger E never the larger v', async (arm) => {
      const hooks = recorder();
      await runRounds(engine, settingsOf({ arm }), data, hooks, null);
      for (const { rows } of hooks.assessments) {
        const mean = rows.reduce((sum, row) => sum + row.v, 0) / rows.length;
        expect(mean).toBeCloseTo(1, 5);
        for (const { e, s, q } of rows) {
          for (const value of [e, s, q]) expect(value).toBeGreaterThanOrEqual(0);
          for (const value of [e, s, q]) expect(value).toBeLessThanOrEqual(1);
        }
        if (!['consistency', 'consistency-mix', 'noise'].includes(arm)) continue;
        const sorted = [...rows].sort((a, b) => a.e - b.e);
        for (let i = 1; i < sorted.length; i++) {
          expect((sorted[i - 1]?.v ?? 0) + 1e-6).toBeGreaterThanOrEqual(sorted[i]?.v ?? Infinity);
        }
      }
    });

    it.each(ATTACKS)('attack %s changes nothing outside B and never more than eps inside', async (attack) => {
      await withTrained(async (network) => {
        const { x, labels, ids } = await readBatch(
          data,
          Array.from({ length: 20 }, (_, i) => i),
        );
        const settings = settingsOf({ method: { attack, steps: 4 } });
        const batch = await attackBatch(network, x, labels, ids, settings.method, EPS, 0, 0);
        const background = backgroundsOf(batch.maps, data.size, settings.method);
        const [before, after] = [await x.data(), await batch.attacked.data()];
        let changed = 0;
        for (let i = 0; i < before.length; i++) {
          const difference = Math.abs(after[i] - before[i]);
          if (background[Math.floor(i / 3)] === 0) expect(difference).toBe(0);
          else if (difference > 0) changed += 1;
          if (difference > EPS + 1e-6) throw new Error(`changed by ${difference}`);
          if (after[i] < 0 || after[i] > 1) throw new Error('left [0,1]');
        }
        expect(changed).toBeGreaterThan(1000);
        tf.dispose([x, batch.attacked]);
      });
    });

    it('grows the loss with the steps; noise stays well below one step', async () => {
      await withTrained(async (network) => {
        const lossAfter = async (attack: AttackKind, steps: number, clean = false): Promise<number> => {
          const { x, labels, ids } = await readBatch(
            data,
            Array.from({ length: data.count }, (_, i) => i),
          );
          const { method } = settingsOf({ method: { attack, steps, randomStart: false } });
          const batch = await attackBatch(network, x, labels, ids, method, EPS, 0, 0);
          tf.dispose([x, batch.attacked]);
          return meanLoss(clean ? batch.logits : batch.attackedLogits, labels);
        };
        const clean = await lossAfter('noise', 1, true);
        const [one, three, ten] = [await lossAfter('pgd', 1), await lossAfter('pgd', 3), await lossAfter('pgd', 10)];
        const noise = await lossAfter('noise', 1);
        expect(one).toBeGreaterThan(clean);
        expect(three).toBeGreaterThan(one);
        expect(ten).toBeGreaterThan(three);
        expect(noise - clean).toBeLessThan(0.5 * (one - clean));
      });
    });

    it('measures the same E whatever the batch size', async () => {
      const e = async (assessBatch: number): Promise<Float32Array> => {
        const hooks = recorder();
        await runRounds(engine, { ...settingsOf({}), assessBatch }, data, hooks, null);
        return Float32Array.from(hooks.assessments[0]?.rows ?? [], (row) => row.e);
      };
      const [seven, all] = [await e(7), await e(45)];
      expect(seven).toHaveLength(45);
      expect(maximum(seven, all)).toBeLessThan(1e-3);
    });

    it('gives the noise control the strength of the attack it stands in for', async () => {
      const epsOf = async (attack: AttackKind): Promise<number> => {
        const settings = settingsOf({
          arm: 'plain',
          method: { attack, steps: 10, eps: 'auto', autoProbe: 30, autoSurvival: 1 },
        });
        return (await runRounds(engine, settings, data, recorder(), null)).eps;
      };
      const strength = await epsOf('pgd');
      expect(strength).toBeLessThan(EPS);
      expect(await epsOf('noise')).toBe(strength);
    });

    it('repeats an attack exactly to show it', async () => {
      const hooks = recorder();
      const settings = settingsOf({});
      await runRounds(engine, settings, data, hooks, null);
      const last = hooks.assessments[1];
      const shown = await explainSamples(engine, settings, last?.weights ?? new Map(), data, [3, 30], 1, EPS);
      const area = shown.maps.height * shown.maps.width;
      const wanted = last?.attackedMaps.values.subarray(30 * area, 31 * area) ?? new Float32Array(0);
      expect(maximum(shown.attackedMaps.values.subarray(area), wanted)).toBeLessThan(1e-3);
    });

    it('Grad-CAM and CAM agree on a pooling head', async () => {
      await withTrained(async (network) => {
        const { x, labels } = await readBatch(data, [0, 1, 2, 3]);
        const { map, logits } = network.forward(x);
        const cam = (await heatmaps(network, map, labels, 'cam')).values;
        const gradCam = (await heatmaps(network, map, labels, 'gradcam')).values;
        expect(maximum(cam, gradCam)).toBeLessThan(1e-4);
        tf.dispose([x, map, logits]);
      });
    });
  });
}

function everyThird<T>(items: readonly T[]): T[] {
  return items.filter((_, i) => i % 3 === 0 || i === items.length - 1);
}

function maximum(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

function largestDifference(a: ReadonlyMap<string, NamedArray>, b: ReadonlyMap<string, NamedArray>): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  let largest = 0;
  for (const [name, { data: values }] of a) largest = Math.max(largest, maximum(values, b.get(name)?.data ?? values));
  return largest;
}

function meanLoss(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    sum += Math.log(row.reduce((total, z) => total + Math.exp(z), 0)) - row[label];
  });
  return sum / labels.length;
}

/** Rounds of a network with prototypes: they are projected between training and assessment. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { prototypesOf, type Prototypes } from '../networks/interpretable/prototype-matches.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { readBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder, severalDiscs, type Recorder } from './rounds.fixture.ts';

const data = discs(45, 24);
type Weights = ReadonlyMap<string, NamedArray>;

function settingsOf(arm: RunSettingsInput['arm']): RunSettings {
  return v.parse(RunSettings, {
    arm,
    network: {
      ...{ architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
      ...{ interpretable: 'protopnet', prototypesPerClass: 2, prototypeChannels: 8 },
    },
    training: { warmupEpochs: 2, rounds: 1, epochsPerRound: 1, batchSize: 15, learningRate: 0.02 },
    method: { steps: 2, eps: 'auto', autoProbe: 16 },
    assessBatch: 20,
  });
}

/** @param tolerance largest difference of weights between an undisturbed and a resumed run */
export function describePrototypeRounds(name: string, start: () => Promise<Engine>, tolerance: number): void {
  describe(`rounds with prototypes on ${name}`, () => {
    let engine: Engine;
    let whole: Recorder;
    let weights: Weights;
    const phases: string[] = [];
    const work: number[] = [];

    const rounds = async (
      arm: RunSettingsInput['arm'],
      hooks: Recorder,
      from: Parameters<typeof runRounds>[4] = null,
    ) => (await runRounds(engine, settingsOf(arm), data, hooks, from)).weights;

    beforeAll(async () => {
      engine = await start();
      whole = recorder(true);
      whole.progress = ({ phase, work: done, workTotal }) => {
        if (phase !== phases[phases.length - 1]) phases.push(phase);
        work.push(done / workTotal);
      };
      weights = await rounds('consistency', whole);
    });

    it('projects after training and before measuring, in every round', () => {
      expect(phases.join(' ')).toBe('train project calibrate assess train project assess');
      expect(work.every((share, i) => share >= (work[i - 1] ?? 0) && share <= 1 + 1e-9)).toBe(true);
      expect(work[work.length - 1]).toBeCloseTo(1, 9);
    });

    it('leaves every prototype a patch of a training picture of its class, whenever it is assessed', async () => {
      expect(whole.assessments).toHaveLength(2);
      for (const assessed of [...whole.assessments.map((each) => each.weights), weights]) {
        await expectProjected(engine, assessed, data);
      }
    });

    it('works with pictures of several classes', async () => {
      const several = severalDiscs(30, 24);
      const found = await runRounds(engine, settingsOf('consistency'), several, recorder(), null);
      await expectProjected(engine, found.weights, several);
    });

    it('fits the votes between the rounds and leaves them alone in training', () => {
      const votes = (of: Weights | undefined) => [...(of?.get('last_layer.weight')?.data ?? [])];
      const at = (phase: string, round: number) =>
        whole.snapshots.filter(({ position }) => position.phase === phase && position.round === round);
      const initial = [1, 1, -0.5, -0.5, -0.5, -0.5];
      for (const { weights: before } of at('train', 0)) expect(votes(before).slice(0, 6)).toEqual(initial);
      const [fitted] = whole.assessments.map((each) => votes(each.weights));
      expect(fitted.slice(0, 6)).not.toEqual(initial);
      for (const { weights: before } of at('train', 1)) expect(votes(before)).toEqual(fitted);
      expect(votes(weights)).not.toEqual(fitted);
    });

    it.each([0, 1])(
      'ends with the same weights when it is stopped within the projection of round %i',
      async (round) => {
        const before = tf.memory().numTensors;
        const stopped = recorder(true);
        let seen = 0;
        stopped.progress = (progress) => {
          if (progress.phase === 'project' && progress.round === round) seen = progress.done / progress.total;
        };
        // In the second half: prototypes are projected, votes are not fitted.
        stopped.control = () => (seen > 0.5 ? Promise.reject(new Error('stopped')) : Promise.resolve());
        await expect(rounds('consistency', stopped)).rejects.toThrow('stopped');
        expect(tf.memory().numTensors).toBe(before);
        const last = stopped.snapshots[stopped.snapshots.length - 1];
        expect(last.position.round).toBe(round);
        const resumed = await rounds('consistency', recorder(), last);
        expect(largestDifference(resumed, weights)).toBeLessThanOrEqual(tolerance);
      },
    );

    it('measures a network that was trained elsewhere as it is, without claiming pictures for its prototypes', async () => {
      const given = recorder();
      const found: string[] = [];
      given.progress = ({ phase }) => void found.push(phase);
      const settings = settingsOf('given');
      const training = { ...settings.training, rounds: 0 };
      const same = await runRounds(engine, { ...settings, training }, data, given, null, weights);
      expect(found).not.toContain('project');
      expect(given.assessments).toHaveLength(1);
      const sources = 'prototype.sources';
      expect(same.weights.get(sources)?.data.every((value) => value === -1)).toBe(true);
      const others = (of: Weights) => new Map([...of].filter(([each]) => each !== sources));
      expect(largestDifference(others(same.weights), others(weights))).toBe(0);
    });

    it('shares everything up to the first assessment with the other arms', async () => {
      const plain = recorder(true);
      await rounds('plain', plain);
      const fork = plain.snapshots.find(
        ({ position: { round, phase, offset } }) => round === 0 && phase === 'assess' && offset === data.count,
      );
      expect(fork).toBeDefined();
      const resumed = await rounds('consistency', recorder(), fork);
      expect(largestDifference(resumed, weights)).toBeLessThanOrEqual(tolerance);
    });
  });
}

async function expectProjected(engine: Engine, weights: Weights, of: TrainingData): Promise<void> {
  const architecture = buildArchitecture(settingsOf('plain').network, 3);
  const network = new Network(engine, architecture, importWeights(describeParameters(architecture), weights));
  const frozen = await network.freeze();
  const found: Prototypes = await prototypesOf(frozen);
  const { perClass, channels } = found.layer;
  for (let j = 0; j < found.layer.classes * perClass; j++) {
    const [row, y, x] = found.sources.subarray(j * 3, j * 3 + 3);
    const label = Math.floor(j / perClass);
    expect(of.labelSets?.isPositive(row, label) ?? of.labels[row] === label).toBe(true);
    const batch = await readBatch(of, [row]);
    const patches = frozen.patches(batch.x);
    const from = (y * (patches.shape[2] ?? 0) + x) * channels;
    const patch = (patches.dataSync() as Float32Array).subarray(from, from + channels);
    const prototype = found.vectors.subarray(j * channels, (j + 1) * channels);
    const distance = patch.reduce((sum, value, c) => sum + (value - prototype[c]) ** 2, 0);
    expect(distance).toBeLessThan(1e-6);
    tf.dispose([batch.x, patches]);
  }
  frozen.dispose();
  network.dispose();
}

function largestDifference(a: Weights, b: Weights): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  let largest = 0;
  for (const [name, { data: values }] of a) {
    const other = b.get(name)?.data ?? new Float32Array(values.length).fill(NaN);
    values.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - other[i]))));
  }
  return largest;
}

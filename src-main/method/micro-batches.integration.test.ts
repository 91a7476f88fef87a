/** Batches in parts against the same batches whole, and engines that have too little memory. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineOps } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { NO_PENALTIES } from '../networks/moment.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, initialWeights, type FlatWeights } from '../networks/parameters.ts';
import { networkCost } from '../networks/cost.ts';
import { readBatch } from './calibration.ts';
import { costOfRun } from './cost.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder } from './rounds.fixture.ts';

const SIZE = 32;
const data = discs(18, SIZE);
/** Without batch norm, with dropout: exact in parts. */
const VGG = { architecture: 'vgg11', width: 2, size: SIZE } as const;
const RESNET = { architecture: 'resnet10', width: 4, stem: 'small', size: SIZE } as const;
const v8 = Float32Array.of(0.5, 1.5, 2, 0, 1, 1, 0.25, 1.75);

/** Has room for so many pictures, and for no more once a pass has got to its later layers. */
function narrow(engine: Engine, pictures: number, failing: 'conv2d' | 'conv2dFilterGrad'): Engine {
  const refuse = (n: number, channels: number): void => {
    if (n <= pictures || channels <= 3) return;
    throw new Error(`OOM when allocating tensor with shape[${n},16,16,${channels}] and type float on CPU`);
  };
  const ops: EngineOps = {
    ...bound(engine.ops),
    [failing]: (...given: Parameters<EngineOps['conv2dFilterGrad']>) => {
      refuse(given[0].shape[0], given[0].shape[3]);
      return (engine.ops[failing] as (...all: unknown[]) => tf.Tensor4D)(...given);
    },
  };
  return { ...engine, ops };
}

function bound(ops: EngineOps): EngineOps {
  const names = Object.keys(ops) as (keyof EngineOps)[];
  return Object.fromEntries(
    names.map((name) => [name, (ops[name] as () => unknown).bind(ops)]),
  ) as unknown as EngineOps;
}

function settingsOf(network: RunSettingsInput['network']): RunSettings {
  return v.parse(RunSettings, {
    network,
    arm: 'consistency',
    training: { warmupEpochs: 1, rounds: 1, epochsPerRound: 1, batchSize: 9, learningRate: 0.01 },
    method: { steps: 2, eps: 'auto', autoProbe: 6 },
    assessBatch: 9,
  });
}

describe('a batch in parts', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startWasm();
  });

  /** One pass over 8 pictures. */
  const pass = async (network: Network, sizes: readonly number[], first = 0) => {
    const count = sizes.reduce((sum, size) => sum + size, 0);
    const indices = Array.from({ length: count }, (_, i) => first + i);
    const { x, targets } = await readBatch(data, indices);
    const batch = { targets, v: v8.slice(first, first + count), seed: 7, step: 0, penalties: NO_PENALTIES };
    const { gradient, losses, correct } = await network.trainingPassInParts(batch, sizes, (from, to) =>
      tf.slice4d(x, [from, 0, 0, 0], [to - from, SIZE, SIZE, 3]),
    );
    const values = await gradient.data();
    gradient.dispose();
    x.dispose();
    return { gradient: values, losses, correct };
  };

  const networkOf = (input: RunSettingsInput['network'], on = engine): Network => {
    const architecture = buildArchitecture(settingsOf(input).network, 3);
    return new Network(on, architecture, initialWeights(describeParameters(architecture), 3));
  };

  it('has the same gradient, losses and dropout where nothing goes by the batch', async () => {
    const network = networkOf(VGG);
    const whole = await pass(network, [8]);
    const parts = await pass(network, [3, 4, 1]);
    const largest = Math.max(...whole.gradient.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-3);
    expect(difference(parts.gradient, whole.gradient)).toBeLessThan(1e-5 * largest);
    expect(difference(parts.losses, whole.losses)).toBeLessThan(1e-5);
    expect(parts.correct).toBe(whole.correct);
    network.dispose();
  });

  it('moves running statistics by the mean over the parts where batch norms go by them', async () => {
    const moved = async (use: (network: Network) => Promise<Float32Array>) => {
      const network = networkOf(RESNET);
      const gradient = await use(network);
      const { statistics }: FlatWeights = await network.weights();
      network.dispose();
      return { gradient, statistics };
    };
    const first = await moved(async (network) => (await pass(network, [4])).gradient);
    const second = await moved(async (network) => (await pass(network, [4], 4)).gradient);
    const both = await moved(async (network) => (await pass(network, [4, 4])).gradient);
    const mean = (of: 'gradient' | 'statistics') => first[of].map((value, i) => (value + second[of][i]) / 2);
    expect(difference(both.statistics, mean('statistics'))).toBeLessThan(1e-5);
    expect(difference(both.gradient, mean('gradient'))).toBeLessThan(1e-4);
  });

  it.each(['conv2d', 'conv2dFilterGrad'] as const)('leaves nothing behind where %s fails', async (failing) => {
    const network = networkOf(RESNET, narrow(engine, 3, failing));
    const before = { weights: await network.weights(), tensors: tf.memory().numTensors };
    const { x, targets } = await readBatch(data, [0, 1, 2, 3, 4, 5]);
    await expect(network.trainingPass(x, targets, v8.slice(0, 6))).rejects.toThrow('OOM');
    x.dispose();
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(await network.weights()).toEqual(before.weights);
    network.dispose();
  });

  it('trains and assesses with too little memory as with enough, and says so once', async () => {
    const [easy, hard] = [recorder(), recorder()];
    const warnings: string[] = [];
    hard.warning = (message) => warnings.push(message);
    const expected = await runRounds(engine, settingsOf(VGG), data, easy, null);
    const before = tf.memory().numTensors;
    const tensors: number[] = [];
    hard.progress = ({ phase }) => void (phase === 'assess' && tensors.push(tf.memory().numTensors));
    const found = await runRounds(narrow(engine, 2, 'conv2d'), settingsOf(VGG), data, hard, null);
    expect(tf.memory().numTensors).toBe(before);
    expect(new Set(tensors).size).toBe(1);
    for (const [name, { data: values }] of expected.weights) {
      expect(difference(found.weights.get(name)?.data ?? [], values), name).toBeLessThan(1e-5);
    }
    const eOf = (hooks: typeof easy) => hooks.assessments.flatMap(({ rows }) => rows.map(({ e }) => e));
    expect(difference(eOf(hard), eOf(easy))).toBeLessThan(1e-3);
    // Training: 9 pictures, then 4 (and 5), then 2. Assessment: 9, 4, 2.
    expect(warnings.filter((message) => message.includes('A batch of 9 pictures does not fit'))).toHaveLength(1);
    expect(warnings.filter((message) => message.includes('assessed 4 at a time'))).toHaveLength(1);
    expect(warnings.filter((message) => message.includes('assessed 2 at a time'))).toHaveLength(1);
    expect(warnings).toHaveLength(3);
  });

  it('is planned in parts where memory is known to be little', async () => {
    const settings = settingsOf(RESNET);
    const architecture = buildArchitecture(settings.network, 3);
    const whole = costOfRun(engine, architecture, settings, data.count);
    expect([whole.trainingPart, whole.leastPart]).toEqual([9, 2]);
    // Room for 4 of the 9 pictures, and a little more.
    const each = networkCost(architecture, SIZE).activationBytes * 1.7;
    const small: Engine = { ...engine, memoryBudget: 4.5 * each };
    expect(costOfRun(small, architecture, settings, data.count).trainingPart).toBe(4);
    expect(costOfRun(small, buildArchitecture(settingsOf(VGG).network, 3), settingsOf(VGG), 18).leastPart).toBe(1);
    const kept = { ...settings, start: { ...settings.start, batchNorm: 'keep' } as const };
    expect(costOfRun(small, architecture, kept, data.count).leastPart).toBe(1);
    expect(() => costOfRun({ ...engine, memoryBudget: 1.5 * each }, architecture, settings, 18)).toThrow(
      'two pictures',
    );
    const warnings: string[] = [];
    const hooks = { ...recorder(), warning: (message: string) => void warnings.push(message) };
    await runRounds(small, settings, data, hooks, null);
    expect(warnings).toEqual([expect.stringMatching(/9 pictures does not fit.*4 at a time.*batch norms/) as string]);
  });

  it('gives up with a sentence where the fewest do not fit', async () => {
    const work = runRounds(narrow(engine, 1, 'conv2d'), settingsOf(RESNET), data, recorder(), null);
    await expect(work).rejects.toMatchObject({ code: 'out-of-memory' });
  });
});

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

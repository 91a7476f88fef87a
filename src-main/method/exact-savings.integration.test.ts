/** What is saved in assessments and calibration, without a change of their results; and what early stopping changes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import { AssessmentTable } from './assessment-table.ts';
import { type AttackedBatch, attackBatch } from './assessment.ts';
import { passesPerPicture } from './passes.ts';
import { attackBackground } from './attack.ts';
import { backgroundsOf } from './background.ts';
import { calibrateEps, readBatch } from './calibration.ts';
import { countPasses } from './counted-passes.fixture.ts';
import { heatmaps } from './heatmap.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder } from './rounds.fixture.ts';

const EPS = 8 / 255;
const data = discs(24, 24);
const ALL = Int32Array.from({ length: data.count }, (_, i) => i);

function settingsOf(method: RunSettingsInput['method'] = {}): RunSettings {
  return v.parse(RunSettings, {
    arm: 'plain',
    network: { architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
    training: { warmupEpochs: 6, rounds: 0, batchSize: 12, learningRate: 0.05 },
    method: { steps: 4, eps: EPS, ...method },
  });
}

describe.each([
  ['native', startNative],
  ['wasm', startWasm],
] as const)('on %s', (_name, start) => {
  const passes = { forward: 0, back: 0 };
  let engine: Engine;
  let weights: ReadonlyMap<string, NamedArray>;

  beforeAll(async () => {
    engine = countPasses(await start(), passes);
    ({ weights } = await runRounds(engine, settingsOf(), data, recorder(), null));
  });

  async function withNetwork<T>(use: (network: FrozenNetwork) => Promise<T>, from = weights): Promise<T> {
    const architecture = buildArchitecture(settingsOf().network, 3);
    const layout = describeParameters(architecture);
    const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, from));
    passes.forward = passes.back = 0;
    try {
      return await use(network);
    } finally {
      network.dispose();
    }
  }

  /** All pictures in one batch, with its tensors disposed of. */
  async function assess(method: RunSettingsInput['method'], from = weights): Promise<AttackedBatch> {
    return withNetwork(async (network) => {
      const { x, labels, ids } = await readBatch(data, ALL);
      const found = await attackBatch(network, x, labels, ids, settingsOf(method).method, EPS, 0, 0);
      tf.dispose([x, found.attacked]);
      return found;
    }, from);
  }

  const eOf = (batch: AttackedBatch, method: RunSettingsInput['method'] = {}): Float32Array => {
    const table = new AssessmentTable(data.count);
    table.enter(ALL, data.labels, batch, settingsOf(method).method);
    return table.column('e');
  };

  it.each([
    [{ attack: 'pgd', randomStart: true }, 6, 4],
    [{ attack: 'pgd', randomStart: false }, 5, 4],
    [{ attack: 'pgd-l2', randomStart: true }, 6, 4],
    [{ attack: 'mi-fgsm' }, 5, 4],
    [{ attack: 'fgsm' }, 2, 1],
    [{ attack: 'noise' }, 2, 0],
  ] as const)('%o takes %d passes forward and %d back', async (method, forward, back) => {
    await assess(method);
    expect(passes).toEqual({ forward: forward * data.count, back: back * data.count });
    expect(passesPerPicture(settingsOf(method).method)).toBe(forward + back);
  });

  it('a step of signs without the mask is bit for bit one with it', async () => {
    await withNetwork(async (network) => {
      const { x, labels } = await readBatch(data, ALL);
      const { map, logits } = network.forward(x);
      const { method } = settingsOf();
      const background = backgroundsOf(await heatmaps(network, map, labels, 'auto'), data.size, method);
      const seeds = Array.from(ALL, (i) => hashSeed('test', i));
      const attacked = attackBackground(network, x, labels, background, EPS, seeds, method);
      const wanted = maskedPgd(network, x, labels, background, seeds);
      expect(attacked.dataSync()).toEqual(wanted.dataSync());
      tf.dispose([x, map, logits, attacked, wanted]);
    });
  });

  it('the shared first pass gives what two passes give', async () => {
    const method = { attack: 'mi-fgsm' } as const;
    const found = await assess(method);
    await withNetwork(async (network) => {
      const { x, labels } = await readBatch(data, ALL);
      const background = backgroundsOf(found.maps, data.size, settingsOf().method);
      const attacked = attackBackground(network, x, labels, background, EPS, ALL, settingsOf(method).method);
      const { map, logits } = network.forward(attacked);
      expect(found.attackedLogits).toEqual(logits.dataSync());
      tf.dispose([x, attacked, map, logits]);
    });
  });

  it('spends no pass on a picture without a background', async () => {
    // Nothing in any picture speaks for class 2: 8 of the 24 heatmaps are empty.
    const blind = new Map(weights);
    const dense = blind.get('fc.weight');
    if (dense === undefined) throw new Error('no dense layer');
    const channels = dense.shape[1];
    blind.set('fc.weight', { ...dense, data: dense.data.slice().fill(0, 2 * channels) });
    const found = await assess({}, blind);
    // 24 clean ones, then of 16: four steps and a last look.
    expect(passes).toEqual({ forward: 24 + 16 * 5, back: 16 * 4 });
    ALL.forEach((i) => {
      const row = (values: Float32Array) => [...values.subarray(i * 3, i * 3 + 3)];
      const same = row(found.logits).every((value, c) => value === row(found.attackedLogits)[c]);
      expect(same, `picture ${i}`).toBe(data.labels[i] === 2);
    });
  });

  it.each([0.3, 0.75, 0.95, 1])('calibration finds what all trials to their end find: %d', async (autoSurvival) => {
    const settings = settingsOf({ eps: 'auto', autoSurvival, autoProbe: 20, steps: 3 });
    const found = await withNetwork((network) => calibrateEps(network, data, settings, 5, () => Promise.resolve()));
    const { ...used } = passes;
    const wanted = await withNetwork((network) => plainCalibration(network, settings));
    expect(found).toEqual(wanted);
    expect(used.forward).toBeLessThan(passes.forward);
    expect(used.back).toBeLessThanOrEqual(passes.back);
  });

  it('leaves attacks that have settled, with about the same E and fewer passes', async () => {
    const steps = 10;
    const exact = eOf(await assess({ steps }));
    const all = { ...passes };
    const stopped = eOf(await assess({ steps, stopConverged: true, convergedChange: 0.02 }));
    expect(passes.back).toBeLessThan(all.back);
    const differences = exact.map((e, i) => Math.abs(e - stopped[i]));
    expect(differences.reduce((sum, value) => sum + value, 0) / data.count).toBeLessThan(0.03);
    // Where hardly anything counts as settled, hardly anything changes.
    const careful = eOf(await assess({ steps, stopConverged: true, convergedChange: 0.0001 }));
    expect(Math.max(...exact.map((e, i) => Math.abs(e - careful[i])))).toBeLessThan(0.01);
  });

  /** The probe's survival at every eps, over the whole probe. */
  async function plainCalibration(network: FrozenNetwork, { method, seed }: RunSettings) {
    const order = new Random(hashSeed('probe', seed)).shuffle(ALL.slice());
    const { x: clean, labels: cleanLabels } = await readBatch(data, order);
    const before = network.forward(clean);
    const z = before.logits.dataSync();
    const isRight = (logits: ArrayLike<number>, label: number, i: number) =>
      [0, 1, 2].every((c) => logits[i * 3 + c] <= logits[i * 3 + label]);
    const probe = order.filter((_, i) => isRight(z, cleanLabels[i], i)).subarray(0, method.autoProbe);
    tf.dispose([clean, before.map, before.logits]);
    const survivalAt = async (eps: number): Promise<number> => {
      const { x, labels, ids } = await readBatch(data, probe);
      const found = await attackBatch(network, x, labels, ids, method, eps, seed, 0);
      tf.dispose([x, found.attacked]);
      return probe.filter((_, i) => isRight(found.attackedLogits, labels[i], i)).length / probe.length;
    };
    let [low, high] = [
      { eps: 0, survival: 1 },
      { eps: EPS, survival: await survivalAt(EPS) },
    ];
    if (high.survival >= method.autoSurvival) return high;
    for (let i = 0; i < 5; i++) {
      const eps = (low.eps + high.eps) / 2;
      const survival = await survivalAt(eps);
      if (survival >= method.autoSurvival) low = { eps, survival };
      else high = { eps, survival };
    }
    return low.eps > 0 ? low : high;
  }
});

/** PGD with the gradient masked before its sign is taken, as the method defines it. */
function maskedPgd(
  network: FrozenNetwork,
  x: Tensor4D,
  labels: Int32Array,
  background: Uint8Array,
  seeds: readonly number[],
): Tensor4D {
  const [n, size] = x.shape;
  const noise = new Float32Array(x.size);
  seeds.forEach((seed, i) => {
    new Random(seed).fillUniform(noise.subarray((i * x.size) / n, ((i + 1) * x.size) / n), -EPS, EPS);
  });
  return tf.tidy(() => {
    const mask = tf.tensor4d(Float32Array.from(background), [n, size, size, 1]);
    const reach = tf.mul(mask, EPS);
    const [lower, upper] = [tf.maximum(tf.sub(x, reach), 0), tf.minimum(tf.add(x, reach), 1)];
    const clip = (y: Tensor4D): Tensor4D => tf.minimum(tf.maximum(y, lower), upper);
    const target = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32') as Tensor2D;
    let current = clip(tf.add(x, tf.tensor4d(noise, x.shape)));
    for (let step = 0; step < 4; step++) {
      const gradient = network.inputGradient(current, (logits) => tf.sub(tf.softmax(logits), target));
      const sign = tf.sign(tf.mul(tf.mul(gradient, mask), 1e25));
      current = clip(tf.add(current, tf.mul(sign, EPS / 4)));
    }
    return current;
  });
}

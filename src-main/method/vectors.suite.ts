/** The reference vectors of an independent implementation, to be met by every engine. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { Network } from '../networks/network.ts';
import {
  describeParameters,
  exportParameters,
  exportWeights,
  importWeights,
  type NamedArray,
} from '../networks/parameters.ts';
import { readSafetensors, type StoredTensor } from '../networks/safetensors.ts';
import { attackBackground } from './attack.ts';
import { backgroundsOf } from './background.ts';
import { consistency, softmax } from './consistency.ts';
import { type Heatmaps, heatmaps, mapOf } from './heatmap.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const EPS = 8 / 255;
const CASES = [
  { file: 'resnet18-w8', architecture: 'resnet18' },
  { file: 'vgg11_bn-w8', architecture: 'vgg11_bn' },
] as const;

/** Runs the vectors on the engine that `start` gives. */
export function describeVectors(name: string, start: () => Promise<Engine>): void {
  const present = existsSync(FOLDER);
  if (!present) console.warn(`The reference vectors are not at ${FOLDER}: their tests are skipped.`);
  describe.skipIf(!present).each(CASES)(`reference vectors on ${name}: $file`, ({ file, architecture }) => {
    let engine: Engine;
    let network: Network;
    let frozen: FrozenNetwork;
    let expected: ReadonlyMap<string, StoredTensor>;
    let x: Tensor4D;
    let labels: Int32Array;

    const floats = (tensor: string): Float32Array => {
      const found = expected.get(tensor);
      if (found === undefined) throw new Error(`the vectors lack ${tensor}`);
      return Float32Array.from(found.data as unknown as ArrayLike<number>);
    };

    beforeAll(async () => {
      engine = await start();
      expected = readSafetensors(readFileSync(`${FOLDER}${file}.expected.safetensors`)).tensors;
      const stored = readSafetensors(readFileSync(`${FOLDER}${file}.weights.safetensors`)).tensors;
      const weights = new Map<string, NamedArray>();
      for (const [key, { shape, data }] of stored) weights.set(key, { shape, data: data as Float32Array });
      const built = buildArchitecture({ architecture, width: 8, stem: 'small', lastStride: 2 }, 10);
      network = new Network(engine, built, importWeights(describeParameters(built), weights));
      frozen = await network.freeze();
      labels = Int32Array.from(labelsOf(expected));
      x = tf.tidy(() => tf.div(tf.tensor4d(floats('images'), [8, 64, 64, 3]), 255));
    });

    afterAll(() => {
      tf.dispose(x);
      frozen.dispose();
      network.dispose();
    });

    it('gives back the weights it was given', async () => {
      const stored = readSafetensors(readFileSync(`${FOLDER}${file}.weights.safetensors`)).tensors;
      const exported = exportWeights(network.layout, await network.weights());
      expect([...exported.keys()].sort()).toEqual([...stored.keys()].sort());
      for (const [key, { data }] of exported) expect(data).toEqual(stored.get(key)?.data);
    });

    it('logits, Grad-CAM, CAM, background', async () => {
      const { map, logits } = frozen.forward(x);
      close(await logits.data<'float32'>(), floats('logits'), 1e-4);
      const gradCam = await heatmaps(frozen, map, labels, 'gradcam');
      close(gradCam.values, floats('gradcam'), 1e-4);
      if (expected.has('cam')) {
        const cam = await heatmaps(frozen, map, labels, 'cam');
        close(cam.values, floats('cam'), 1e-4);
        for (let i = 0; i < 8; i++) expect(cosine(mapOf(cam, i), mapOf(gradCam, i))).toBeGreaterThan(0.9999);
      }
      const background = backgroundsOf(gradCam, 64, { threshold: 'mean', thresholdValue: 0.5 });
      expect(shareEqual(background, floats('background'), 0)).toBeGreaterThan(0.9999);
      tf.dispose([map, logits]);
    });

    it('input gradient', async () => {
      const target = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 10), 'float32') as tf.Tensor2D;
      const gradient = frozen.inputGradient(x, (logits) => tf.sub(tf.softmax(logits), target));
      close(await gradient.data<'float32'>(), floats('input_gradient'), 1e-4);
      tf.dispose([gradient, target]);
    });

    it.each([
      [1, 0.995],
      [3, 0.98],
      [10, 0.97],
    ])('attack and consistency after %i steps', async (steps, share) => {
      const before = frozen.forward(x);
      const clean = await heatmaps(frozen, before.map, labels, 'gradcam');
      const background = backgroundsOf(clean, 64, { threshold: 'mean', thresholdValue: 0.5 });
      const settings = {
        attack: 'pgd',
        steps,
        stepShare: 0.25,
        randomStart: false,
        momentumDecay: 1,
        radiusShare: 0.5,
      } as const;
      const attacked = attackBackground(frozen, x, labels, background, EPS, new Uint32Array(8), settings);
      expect(shareEqual(await attacked.data(), floats(`spa_pgd${steps}`), 1e-5)).toBeGreaterThan(share);
      const after = frozen.forward(attacked);
      const attackedMaps = await heatmaps(frozen, after.map, labels, 'gradcam');
      compareConsistency(steps, clean, attackedMaps, await before.logits.data(), await after.logits.data());
      tf.dispose([before.map, before.logits, after.map, after.logits, attacked]);
    });

    function compareConsistency(
      steps: number,
      clean: Heatmaps,
      attacked: Heatmaps,
      logits: ArrayLike<number>,
      attackedLogits: ArrayLike<number>,
    ): void {
      for (const similarity of ['cosine', 'pearson', 'iou'] as const) {
        for (const agreement of ['ratio', 'agreement', 'tv'] as const) {
          const s = floats(`similarity_${similarity}_pgd${steps}`);
          const q = floats(`q_${agreement}_pgd${steps}`);
          for (let i = 0; i < 8; i++) {
            const pair = {
              clean: mapOf(clean, i),
              attacked: mapOf(attacked, i),
              height: clean.height,
              width: clean.width,
            };
            const row = (z: ArrayLike<number>) => softmax(Float32Array.from(z).slice(i * 10, i * 10 + 10));
            const found = consistency(pair, row(logits), row(attackedLogits), labels[i], {
              similarity,
              agreement,
              threshold: 'mean',
              thresholdValue: 0.5,
            });
            const wanted = found.empty ? 0 : s[i] * q[i];
            expect(Math.abs(found.e - wanted), `${similarity} ${agreement} sample ${i}`).toBeLessThan(0.02);
          }
        }
      }
    }

    it('one weighted training step: loss, gradients, running statistics', async () => {
      const before = tf.memory().numTensors;
      const v = floats('train_weights_v');
      const { gradient, losses } = await network.trainingPass(x, labels, v);
      const loss = losses.reduce((sum, value, i) => sum + value * v[i], 0) / 8;
      expect(Math.abs(loss - floats('train_loss')[0]) / floats('train_loss')[0]).toBeLessThan(1e-4);
      const gradients = exportParameters(network.layout, await gradient.data());
      gradient.dispose();
      for (const [key, { data }] of gradients) close(data, floats(`grad.${key}`), 5e-3, key, gradientFloor(key));
      const after = exportWeights(network.layout, await network.weights());
      for (const key of expected.keys()) {
        if (!key.startsWith('after.')) continue;
        close(after.get(key.slice(6))?.data ?? new Float32Array(0), floats(key), 1e-4, key);
      }
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** A bias right before batch norm has gradient zero up to rounding: relative errors mean nothing. */
function gradientFloor(key: string): number {
  return /^features\.\d+\.bias$/.test(key) ? 1e-6 : 0;
}

function labelsOf(expected: ReadonlyMap<string, StoredTensor>): number[] {
  const data = expected.get('labels')?.data as unknown as ArrayLike<bigint | number>;
  return Array.from(data, Number);
}

/** |found - wanted| <= tolerance * max |wanted|, everywhere. */
function close(found: Float32Array, wanted: Float32Array, tolerance: number, name = '', floor = 0): void {
  expect(found.length, name).toBe(wanted.length);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < wanted.length; i++) {
    largest = Math.max(largest, Math.abs(wanted[i]));
    error = Math.max(error, Math.abs(found[i] - wanted[i]));
  }
  expect(error, name).toBeLessThanOrEqual(Math.max(tolerance * largest, floor));
}

function shareEqual(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): number {
  let equal = 0;
  for (let i = 0; i < wanted.length; i++) if (Math.abs(found[i] - wanted[i]) <= tolerance) equal += 1;
  return equal / wanted.length;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (u: Float32Array, w: Float32Array) => u.reduce((sum, value, i) => sum + value * w[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

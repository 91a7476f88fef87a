import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import type { Architecture } from '../networks/layer.ts';
import { describeParameters, importWeights } from '../networks/parameters.ts';
import { type ExplanationKind, heatmaps } from './heatmap.ts';

const FEATURES = [
  { op: 'conv', name: 'conv', input: 3, output: 2, kernel: 1, stride: 1, pad: 0, bias: false },
  { op: 'relu' },
] as const;
/** Pooling and one dense layer: class activation maps are closed-form. */
const POOLED: Architecture = {
  name: 'pooled',
  features: FEATURES,
  head: [{ op: 'averagePool', side: 1 }, { op: 'flatten' }, { op: 'dense', name: 'fc', input: 2, output: 2 }],
  classes: 2,
};
/** A weight for each place of a 2x2 map: gradients differ from place to place. Inputs are channel first. */
const PLACED: Architecture = {
  name: 'placed',
  features: FEATURES,
  head: [{ op: 'averagePool', side: 2 }, { op: 'flatten' }, { op: 'dense', name: 'fc', input: 8, output: 2 }],
  classes: 2,
};

function network(engine: Engine, architecture: Architecture, rows: readonly (readonly number[])[]): FrozenNetwork {
  const layout = describeParameters(architecture);
  const weights = importWeights(
    layout,
    new Map([
      ['conv.weight', { shape: [2, 3, 1, 1], data: new Float32Array(6) }],
      ['fc.weight', { shape: [rows.length, rows[0].length], data: Float32Array.from(rows.flat()) }],
      ['fc.bias', { shape: [rows.length], data: new Float32Array(rows.length) }],
    ]),
  );
  return new FrozenNetwork(engine, architecture, layout, weights);
}

describe.each([
  ['native', startNative],
  ['wasm', startWasm],
] as const)('heatmaps worked out by hand, %s', (_name, start) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start();
  });

  describe('pooling and one dense layer', () => {
    let pooled: FrozenNetwork;
    /** One row, two places; channel A = (1, 3), channel B = (2, 0); for each of two pictures. */
    let map: tf.Tensor4D;
    beforeAll(() => {
      // Weights on A and B: 4 and 2 for the first class, 4 and -2 for the second.
      pooled = network(engine, POOLED, [
        [4, 2],
        [4, -2],
      ]);
      map = tf.tensor4d([1, 2, 3, 0, 1, 2, 3, 0], [2, 1, 2, 2]);
    });
    afterAll(() => {
      pooled.dispose();
      map.dispose();
    });

    it.each<[ExplanationKind, number[]]>([
      // 4 A + 2 B = (8, 12); 4 A - 2 B = (0, 12).
      ['cam', [8 / 12, 1, 0, 1]],
      // Gradients are weights / 2 everywhere: the same map.
      ['gradcam', [8 / 12, 1, 0, 1]],
      // relu of the gradients (2, 1) and (2, -1): 2 A + B = (4, 6); 2 A = (2, 6).
      ['layercam', [4 / 6, 1, 2 / 6, 1]],
      // Weights 2 places * relu(g) / (2 + g sum A): A: 2 * 2 / (2 + 2 * 4) = 0.4, B: 2 * 1 / (2 + 1 * 2) = 0.5;
      // 0.4 A + 0.5 B = (1.4, 1.2). Second class: B has a negative gradient and no part: 0.4 A = (0.4, 1.2).
      ['gradcam++', [1, 1.2 / 1.4, 1 / 3, 1]],
    ])('%s', async (kind, expected) => {
      const before = tf.memory().numTensors;
      const found = await heatmaps(pooled, map, Int32Array.of(0, 1), kind);
      expect([found.count, found.height, found.width]).toEqual([2, 1, 2]);
      expected.forEach((value, i) => expect(found.values[i]).toBeCloseTo(value, 5));
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe('a gradient that differs from place to place', () => {
    let placed: FrozenNetwork;
    /** Channel A = 1 2 / 0 1, gradient 1 -1 / 2 0; channel B = 0 1 / 1 0, gradient 3 1 / -1 -1. */
    let map: tf.Tensor4D;
    beforeAll(() => {
      placed = network(engine, PLACED, [
        [1, -1, 2, 0, 3, 1, -1, -1],
        [0, 0, 0, 0, 0, 0, 0, 0],
      ]);
      map = tf.tensor4d([1, 0, 2, 1, 0, 1, 1, 0], [1, 2, 2, 2]);
    });
    afterAll(() => {
      placed.dispose();
      map.dispose();
    });

    it.each<[ExplanationKind, number[]]>([
      // Mean gradients 0.5 and 0.5: 0.5 (1, 3, 1, 1).
      ['auto', [1 / 3, 1, 1 / 3, 1 / 3]],
      // A: 1*1, 0, 2*0, 0; B: 3*0, 1*1, 0, 0.
      ['layercam', [1, 1, 0, 0]],
      // A sums to 4: 1 / (2 + 4) + 2 / (2 + 8) = 11/30. B sums to 2: 3 / (2 + 6) + 1 / (2 + 2) = 5/8.
      // 11/30 A + 5/8 B = (44, 163, 75, 44) / 120.
      ['gradcam++', [44 / 163, 1, 75 / 163, 44 / 163]],
    ])('%s', async (kind, expected) => {
      const { values } = await heatmaps(placed, map, Int32Array.of(0), kind);
      expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
    });
  });

  it('stays a map where gradients are tiny, and empty where nothing speaks for the class', async () => {
    const tiny = network(engine, POOLED, [
      [1e-20, 0],
      [-1, -1],
    ]);
    const map = tf.tensor4d([1, 2, 3, 0, 1, 2, 3, 0], [2, 1, 2, 2]);
    for (const kind of ['gradcam++', 'layercam'] as const) {
      const { values } = await heatmaps(tiny, map, Int32Array.of(0, 1), kind);
      [1 / 3, 1, 0, 0].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
    }
    tiny.dispose();
    map.dispose();
  });
});

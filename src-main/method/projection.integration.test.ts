/** Projection on a network whose patches are the pixels of its pictures. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { prototypesOf } from '../networks/interpretable/prototype-matches.ts';
import type { Architecture } from '../networks/layer.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import type { TrainingData } from './data.ts';
import { nearestPatches, project, type Projection } from './projection.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startWasm();
});

const PIXELS: Architecture = {
  name: 'pixels',
  classes: 3,
  input: { mean: [0, 0, 0], std: [1, 1, 1] },
  features: [{ op: 'conv', name: 'same', input: 3, output: 3, kernel: 1, stride: 1, pad: 0, bias: false }],
  head: [
    { op: 'relu' },
    { op: 'prototypes', name: 'prototype', channels: 3, classes: 3, perClass: 2 },
    { op: 'dense', name: 'last_layer', input: 6, output: 3, bias: false, perClass: 2 },
  ],
};
/** Grey values 0..255 of prototypes 0, 1 (class 0), 2, 3 (class 1), 4, 5 (class 2). */
const PROTOTYPES = [10, 200, 100, 110, 50, 60];

function pixelNetwork(): Network {
  const layout = describeParameters(PIXELS);
  const named = new Map<string, NamedArray>([
    ['same.weight', { shape: [3, 3, 1, 1], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) }],
    [
      'prototype.vectors',
      {
        shape: [6, 3, 1, 1],
        data: Float32Array.from(
          PROTOTYPES.flatMap((grey) => [grey, grey, grey]),
          (g) => g / 255,
        ),
      },
    ],
    ['prototype.sources', { shape: [6, 3], data: new Float32Array(18).fill(-1) }],
    ['last_layer.weight', { shape: [3, 6], data: new Float32Array(18).fill(0.25) }],
  ]);
  return new Network(engine, PIXELS, importWeights(layout, named));
}

/** Grey pictures of 2x2 pixels. */
function greys(pictures: readonly (readonly number[])[], labels: readonly number[], sets?: LabelSets): TrainingData {
  return {
    ...{ count: pictures.length, size: 2, classCount: 3, labels: Int32Array.from(labels), labelSets: sets ?? null },
    ids: pictures.map((_, i) => `${i}`),
    read(indices, out) {
      Array.from(indices).forEach((row, i) => {
        pictures[row].forEach((grey, place) => out.fill(grey, i * 12 + place * 3, i * 12 + place * 3 + 3));
      });
      return Promise.resolve();
    },
  };
}

async function projected(data: TrainingData, batch: number): Promise<Projection> {
  const network = pixelNetwork();
  const frozen = await network.freeze();
  const found = await nearestPatches(frozen, data, batch, () => Promise.resolve());
  frozen.dispose();
  network.dispose();
  return found;
}

/** [grey, row, y, x] of every prototype. */
const shown = ({ vectors, sources }: Projection): number[][] =>
  PROTOTYPES.map((_, j) => [Math.round(vectors[j * 3] * 255), ...sources.subarray(j * 3, j * 3 + 3)]);

it.each([1, 2, 64])('takes the nearest patch of a picture of the class, in batches of %i', async (batch) => {
  const data = greys(
    [
      [100, 30, 15, 250],
      // 10 and 200 as they are, but of another class; 105 is as far from 100 as from 110.
      [10, 200, 90, 105],
      // 15 again, and nearer to 200.
      [15, 15, 190, 0],
      // 95 is as far from 100 as the 105 before it: the first row stays.
      [95, 110, 110, 0],
    ],
    [0, 1, 0, 1],
  );
  expect(shown(await projected(data, batch))).toEqual([
    [15, 0, 1, 0],
    [190, 2, 1, 0],
    [105, 1, 1, 1],
    // Of two equal places the first.
    [110, 3, 0, 1],
    // No picture is of class 2: these stay, and come from nowhere.
    [50, -1, -1, -1],
    [60, -1, -1, -1],
  ]);
});

it('takes patches of pictures of several classes for each of them', async () => {
  const pictures = [
    [10, 101, 52, 0],
    [60, 200, 109, 0],
  ];
  const sets = new LabelSets(
    3,
    [
      [1, 2],
      [0, 2],
    ],
    [[], [1]],
  );
  expect(shown(await projected(greys(pictures, [1, 0], sets), 2))).toEqual([
    [0, 1, 1, 1],
    [200, 1, 0, 1],
    [101, 0, 0, 1],
    [101, 0, 0, 1],
    [52, 0, 1, 0],
    [60, 1, 0, 0],
  ]);
});

it('changes prototypes, sources, votes and the momentum of the prototypes, and nothing else', async () => {
  const before = tf.memory().numTensors;
  const network = pixelNetwork();
  const { parameterCount, parameters } = network.layout;
  const optimizer = new SgdOptimizer(network, 0.9, 0, new Float32Array(parameterCount).fill(2));
  const old = (await network.weights()).parameters;
  const data = greys(
    [
      [100, 30, 15, 250],
      [90, 105, 0, 0],
      [61, 48, 0, 0],
    ],
    [0, 1, 2],
  );
  const seen: number[] = [];
  await project(
    {
      ...{ network, optimizer, data, v: Float32Array.of(1, 1, 1), batch: 2 },
      async withFrozen(use) {
        const frozen = await network.freeze();
        try {
          return await use(frozen);
        } finally {
          frozen.dispose();
        }
      },
    },
    (done, total) => {
      seen.push(done / total);
      return Promise.resolve();
    },
  );
  expect([...new Set(seen)]).toEqual([2 / 6, 3 / 6, 5 / 6, 1]);
  const now = (await network.weights()).parameters;
  const velocity = await optimizer.state();
  for (const { name, offset, size } of parameters) {
    const range = [offset, offset + size] as const;
    const isChanged = name !== 'same.weight';
    expect(!now.slice(...range).every((value, i) => value === old[offset + i]), name).toBe(isChanged);
    const rests = name === 'prototype.vectors';
    expect(
      velocity.slice(...range).every((value) => value === (rests ? 0 : 2)),
      name,
    ).toBe(true);
  }
  const frozen = await network.freeze();
  const { vectors, weights } = await prototypesOf(frozen);
  expect(Array.from({ length: 6 }, (_, j) => Math.round(vectors[j * 3] * 255))).toEqual([15, 250, 105, 105, 48, 61]);
  // Prototype 4 is found in the picture of class 2 alone, and speaks for it.
  expect(weights[2 * 6 + 4]).toBeGreaterThan(0.25);
  expect(weights[0 * 6 + 4]).toBeLessThan(0.25);
  frozen.dispose();
  optimizer.dispose();
  network.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

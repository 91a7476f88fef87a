import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { Random } from '../numeric/random.ts';
import { Network } from './network.ts';
import { describeParameters, initialWeights } from './parameters.ts';
import { SgdOptimizer } from './sgd.ts';
import { vgg } from './vgg.ts';

const CLASSES = 3;
const SIZE = 32;
const PICTURES = 2;

let engine: Engine;
beforeAll(async () => {
  engine = await startWasm();
});

// A dense layer of 1024 x 1024 values is as large as a chunk of its own begins.
it.each([
  ['all learn alike', { frozenStages: 0, layerDecay: 1, batchNorm: 'learn' }],
  ['lower stages learn less or nothing', { frozenStages: 2, layerDecay: 0.5, batchNorm: 'learn' }],
] as const)('steps small and large parameters by the same formula where %s', async (_, tuning) => {
  const before = tf.memory().numTensors;
  const architecture = vgg('vgg11', 4, { kind: 'torchvision', side: 1, hidden: [1024, 1024] }, CLASSES);
  const layout = describeParameters(architecture);
  const weights = initialWeights(layout, 1);
  const network = new Network(engine, architecture, weights, tuning);
  const large = network.parameters.chunks.filter(({ parameters }) => parameters.length === 1);
  expect(large.map(({ parameters: [{ name }] }) => name)).toContain('classifier.3.weight');
  expect(network.parameters.chunks.some(({ parameters }) => parameters.length > 1)).toBe(true);

  const random = new Random(5);
  const velocity = random.fillUniform(new Float32Array(layout.parameterCount), -0.1, 0.1);
  const optimizer = new SgdOptimizer(network, 0.9, 0.02, velocity);
  const pixels = random.fillUniform(new Float32Array(PICTURES * SIZE * SIZE * 3), 0, 1);
  const x = tf.tensor4d(pixels, [PICTURES, SIZE, SIZE, 3]);
  const { gradient } = await network.trainingPass(x, Int32Array.of(0, 2), new Float32Array(PICTURES).fill(1));
  const g = await gradient.data();
  optimizer.step(gradient, 0.1);
  const after = (await network.weights()).parameters;
  const state = await optimizer.state();
  for (const { name, kind, offset, size } of layout.parameters) {
    const rate = network.rates?.[offset] ?? 1;
    const decay = (kind === 'conv' || kind === 'dense') && rate > 0 ? 0.02 : 0;
    let largest = 0;
    for (let i = offset; i < offset + size; i++) {
      const momentum = 0.9 * velocity[i] + g[i] + decay * weights.parameters[i];
      const parameter = weights.parameters[i] - 0.1 * rate * momentum;
      largest = Math.max(largest, Math.abs(state[i] - momentum), Math.abs(after[i] - parameter));
    }
    expect(largest, name).toBeLessThan(1e-6);
  }
  x.dispose();
  optimizer.dispose();
  network.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

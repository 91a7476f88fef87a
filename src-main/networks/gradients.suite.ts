/** Gradients of every kind of layer against differences of the loss, on the engine at hand; and no tensor left behind. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { Random } from '../numeric/random.ts';
import { prototypeHead } from './interpretable/interpretable.ts';
import type { Architecture, Layer } from './layer.ts';
import { NO_PENALTIES } from './moment.ts';
import { Network } from './network.ts';
import { describeParameters, initialWeights } from './parameters.ts';

const SIDE = 9;
const PICTURES = 3;
const CLASSES = 3;
const CHANNELS = 4;
/** Of a step along a direction of length 1: large enough for float32, small enough for curved layers. */
const STEP = 5e-3;

const conv = (name: string, kernel: number, bias = true): Layer => ({
  ...{ op: 'conv', name, input: CHANNELS, output: CHANNELS },
  ...{ kernel, stride: 1, pad: (kernel - 1) / 2, bias },
});
const depthwise = (kernel: number, stride: number): Layer => ({
  ...{ op: 'depthwise', name: 'tested', channels: CHANNELS },
  ...{ kernel, stride, pad: (kernel - 1) / 2, bias: true },
});
/** Every second step goes through class gates. */
const PENALTIES = { ...NO_PENALTIES, gatePeriod: 2 };
const GATE_STEP = 1;
const residual = (...body: Layer[]): Layer => ({ op: 'residual', body, shortcut: [] });

/** Layers from 9x9 pixels of 4 channels to a map of any size and channels, or to patches that a head of its own follows. */
const CASES: readonly (readonly [string, readonly Layer[], end?: number | readonly Layer[]])[] = [
  ['depthwise 3x3', [depthwise(3, 1)]],
  ['depthwise 5x5, stride 2', [depthwise(5, 2)]],
  ['depthwise 7x7', [depthwise(7, 1)]],
  ['pointwise', [{ op: 'pointwise', name: 'tested', input: CHANNELS, output: CHANNELS }]],
  ['relu6', [{ op: 'relu6' }]],
  ['silu', [{ op: 'silu' }]],
  ['gelu', [{ op: 'gelu' }]],
  ['sigmoid', [{ op: 'sigmoid' }]],
  ['layerNorm', [{ op: 'layerNorm', name: 'tested', channels: CHANNELS }]],
  ['scale', [{ op: 'scale', name: 'tested', channels: CHANNELS, initial: 0.7 }]],
  ['averageWindow', [{ op: 'averageWindow', size: 2 }]],
  ['dropout', [{ op: 'dropout', rate: 0.4 }]],
  ['stochasticDepth', [residual(conv('tested', 3), { op: 'stochasticDepth', rate: 0.5 })]],
  ['concat', [{ op: 'concat', body: [conv('tested', 3), { op: 'silu' }, conv('second', 1)] }], 2 * CHANNELS],
  [
    'gate',
    [
      {
        op: 'gate',
        body: [{ op: 'averagePool', side: 1 }, conv('tested', 1), { op: 'silu' }, conv('second', 1), { op: 'sigmoid' }],
      },
    ],
  ],
  [
    'gate in a residual',
    [residual({ op: 'gate', body: [{ op: 'averagePool', side: 1 }, conv('tested', 1)] }, conv('second', 3))],
  ],
  [
    'part mask after a ReLU',
    [{ op: 'relu' }, { op: 'partMask', name: 'tested', channels: CHANNELS, classes: CLASSES }],
  ],
  ['part mask by itself', [{ op: 'silu' }, { op: 'partMask', name: 'tested', channels: CHANNELS, classes: CLASSES }]],
  ['class gate', [{ op: 'classGate', name: 'tested', channels: CHANNELS, classes: CLASSES }]],
  [
    'batch norm by itself',
    [{ op: 'silu' }, { op: 'norm', name: 'tested', channels: CHANNELS }, { op: 'gelu' }, conv('second', 3)],
  ],
  ['prototypes', [conv('second', 3)], prototypeHead(CHANNELS, 5, CLASSES, 2)],
];

function architectureOf(layers: readonly Layer[], end: number | readonly Layer[] = CHANNELS): Architecture {
  return {
    name: 'tested',
    features: [
      { op: 'conv', name: 'first', input: 3, output: CHANNELS, kernel: 3, stride: 1, pad: 1, bias: true },
      ...layers,
    ],
    head:
      typeof end === 'number'
        ? [
            { op: 'averagePool', side: 2 },
            { op: 'flatten' },
            { op: 'dense', name: 'last', input: end * 4, output: CLASSES },
          ]
        : end,
    classes: CLASSES,
    // Wide enough that a ReLU6 meets both its ends.
    initial: { conv: 0.6, dense: 0.5 },
  };
}

/** Runs the suite against the engine that `start` gives. @param kinds of layers; a slow engine does a few */
export function describeGradients(
  name: string,
  start: () => Promise<Engine>,
  kinds: readonly string[] = CASES.map(([kind]) => kind),
): void {
  describe(`gradients of layers on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });

    const cases = CASES.filter(([kind]) => kinds.includes(kind));
    it.each(cases.map(([kind, layers, end]) => ({ kind, layers, end })))('$kind', async ({ layers, end }) => {
      const before = tf.memory().numTensors;
      const architecture = architectureOf(layers, end);
      const layout = describeParameters(architecture);
      const weights = initialWeights(layout, 5);
      const random = new Random(11);
      // Biases and norms that are not 0 and 1, so that nothing cancels.
      for (const { kind, offset, size } of layout.parameters) {
        if (kind === 'scale' || kind === 'offset' || kind === 'gate') {
          for (let i = offset; i < offset + size; i++) weights.parameters[i] += 0.3 * random.normal();
        }
      }
      const network = new Network(engine, architecture, weights);
      const pixels = random.fillUniform(new Float32Array(PICTURES * SIDE * SIDE * 3), 0, 1);
      const x = tf.tensor4d(pixels, [PICTURES, SIDE, SIDE, 3]);
      await checkParameters(network, x, random);
      await checkPictures(network, x, random);
      x.dispose();
      network.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** Each parameter by itself along a direction of its own; the losses of single pictures by different weights. */
async function checkParameters(network: Network, x: Tensor4D, random: Random): Promise<void> {
  const labels = Int32Array.of(0, 2, 1);
  const v = Float32Array.of(1.5, 0.25, 2);
  const pass = () => network.trainingPass(x, labels, v, 77, GATE_STEP, PENALTIES);
  const { parameters } = await network.weights();
  const first = (await pass()).gradient;
  const gradient = await first.data();
  first.dispose();
  for (const { name, kind, offset, size } of network.layout.parameters) {
    // Has no gradient, and is not to change in training.
    if (kind === 'votes') continue;
    const direction = unit(size, random);
    const lossAt = async (step: number): Promise<number> => {
      const moved = parameters.slice();
      direction.forEach((value, i) => (moved[offset + i] += step * value));
      network.parameters.replace(moved);
      const { losses, gradient: unused } = await pass();
      unused.dispose();
      return losses.reduce((sum, loss, i) => sum + (v[i] * loss) / v.length, 0);
    };
    const difference = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
    const product = direction.reduce((sum, value, i) => sum + value * gradient[offset + i], 0);
    agree(product, difference, name);
  }
  network.parameters.replace(parameters);
}

/** In inference mode: a weighted sum of logits along directions in the pictures. */
async function checkPictures(network: Network, x: Tensor4D, random: Random): Promise<void> {
  const frozen = await network.freeze();
  const c = tf.tensor2d(random.fillUniform(new Float32Array(PICTURES * CLASSES), -1, 1), [PICTURES, CLASSES]);
  const gradient = frozen.inputGradient(x, () => tf.clone(c));
  const slopes = await gradient.data();
  const values = await x.data();
  for (let trial = 0; trial < 4; trial++) {
    const direction = unit(x.size, random);
    const sumAt = async (step: number): Promise<number> => {
      const moved = tf.tensor4d(
        Float32Array.from(direction, (value, i) => values[i] + step * value),
        x.shape,
      );
      const { map, logits } = frozen.forward(moved);
      const sum = tf.tidy(() => tf.sum(tf.mul(logits, c)));
      const [value] = await sum.data();
      tf.dispose([moved, map, logits, sum]);
      return value;
    };
    const difference = ((await sumAt(STEP)) - (await sumAt(-STEP))) / (2 * STEP);
    const product = direction.reduce((sum, value, i) => sum + value * slopes[i], 0);
    agree(product, difference, 'pictures');
  }
  tf.dispose([c, gradient]);
  frozen.dispose();
}

function unit(length: number, random: Random): Float32Array {
  const direction = Float32Array.from({ length }, () => random.normal());
  const norm = Math.hypot(...direction);
  return direction.map((value) => value / norm);
}

function agree(product: number, difference: number, what: string): void {
  const scale = Math.max(Math.abs(product), Math.abs(difference), 0.02);
  expect(Math.abs(product - difference) / scale, `${what}: ${product} against ${difference}`).toBeLessThan(0.03);
}

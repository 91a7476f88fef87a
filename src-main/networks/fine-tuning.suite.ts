/** What may change and what stays in fine-tuning, on the engine at hand. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import type { ArchitectureName } from '../contract/settings.ts';
import { Random } from '../numeric/random.ts';
import { buildArchitecture } from './architectures.ts';
import { layersOfStages, type FineTuning } from './fine-tuning.ts';
import { Network } from './network.ts';
import { describeParameters, exportWeights, initialWeights, type FlatWeights } from './parameters.ts';
import { SgdOptimizer } from './sgd.ts';

const SIDE = 32;
const PICTURES = 3;
const CLASSES = 3;
const LABELS = Int32Array.of(0, 2, 1);
/** Large enough for float32, small enough for a loss that bends sharply. */
const STEP = 2e-4;

/** Weights as after some training: nothing is 0 or 1 any more. */
function mixed(architecture: ReturnType<typeof build>): FlatWeights {
  const layout = describeParameters(architecture);
  const weights = initialWeights(layout, 3);
  const random = new Random(4);
  for (const { kind, offset, size } of layout.parameters) {
    if (kind !== 'scale' && kind !== 'offset') continue;
    for (let i = offset; i < offset + size; i++) weights.parameters[i] += 0.2 * random.normal();
  }
  for (const { channels, offset } of layout.statistics) {
    for (let i = offset; i < offset + channels; i++) weights.statistics[i] = 0.5 * random.normal();
    for (let i = offset + channels; i < offset + 2 * channels; i++) weights.statistics[i] = 0.5 + random.uniform();
  }
  return weights;
}

/** Not ImageNet's: whoever forgets what pictures are normalised with is found out. */
const SCALE = { mean: [0.2, 0.5, 0.7], std: [0.3, 0.2, 0.5] };

const build = (architecture: ArchitectureName) =>
  buildArchitecture({ architecture, width: 8, stem: 'small', lastStride: 2, ...SCALE }, CLASSES);

const pixels = () => new Random(8).fillUniform(new Float32Array(PICTURES * SIDE * SIDE * 3), 0, 1);

/** Runs the suite against the engine that `start` gives. */
export function describeFineTuning(name: string, start: () => Promise<Engine>): void {
  describe(`fine-tuning on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });

    /** Some steps of training; the weights before and after by name. */
    const trained = async (architectureName: ArchitectureName, tuning: FineTuning, steps = 2) => {
      const architecture = build(architectureName);
      const before = mixed(architecture);
      const tensors = tf.memory().numTensors;
      const network = new Network(engine, architecture, before, tuning);
      const optimizer = new SgdOptimizer(network, 0.9, 5e-4);
      const x = tf.tensor4d(pixels(), [PICTURES, SIDE, SIDE, 3]);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        const pass = await network.trainingPass(x, LABELS, new Float32Array(PICTURES).fill(1), 1);
        losses.push(...pass.losses);
        optimizer.step(pass.gradient, 0.01);
      }
      const after = exportWeights(network.layout, await network.weights());
      tf.dispose(x);
      optimizer.dispose();
      network.dispose();
      expect(tf.memory().numTensors).toBe(tensors);
      const changed = new Set<string>();
      for (const [array, { data }] of exportWeights(network.layout, before)) {
        const same = data.every((value, i) => value === after.get(array)?.data[i]);
        if (!same) changed.add(array);
      }
      return { architecture, changed, losses };
    };

    it.each(['resnet18', 'vgg11_bn', 'densenet121', 'mobilenet_v2', 'efficientnet_b0', 'convnext_tiny'] as const)(
      '%s: frozen stages stay bit for bit, all else learns',
      async (architectureName) => {
        const { architecture, changed } = await trained(architectureName, {
          ...{ frozenStages: 3, layerDecay: 1, batchNorm: 'learn' },
        });
        const stages = layersOfStages(architecture);
        stages.forEach((layers, stage) => {
          for (const layer of layers) {
            const arrays = [...changed].filter((array) => array === layer || array.startsWith(`${layer}.`));
            if (stage < 3) expect(arrays, layer).toEqual([]);
            else if (!/downsample|shortcut/.test(layer)) expect(arrays.length, layer).toBeGreaterThan(0);
          }
        });
      },
    );

    it('the loss is the one of inference mode where all norms go by what is stored', async () => {
      const architecture = build('resnet18');
      const weights = mixed(architecture);
      const x = tf.tensor4d(pixels(), [PICTURES, SIDE, SIDE, 3]);
      const losses = async (batchNorm: FineTuning['batchNorm'], frozenStages: number): Promise<number[]> => {
        const network = new Network(engine, architecture, weights, { frozenStages, layerDecay: 1, batchNorm });
        const pass = await network.trainingPass(x, LABELS, new Float32Array(PICTURES).fill(1));
        pass.gradient.dispose();
        network.dispose();
        return [...pass.losses];
      };
      const network = new Network(engine, architecture, weights);
      const frozen = await network.freeze();
      const { map, logits } = frozen.forward(x);
      const rows = logits.arraySync();
      tf.dispose([map, logits]);
      frozen.dispose();
      network.dispose();
      const inference = rows.map((row, i) => Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[LABELS[i]]);
      for (const found of [await losses('keep', 0), await losses('freeze', 2), await losses('learn', 5)]) {
        found.forEach((loss, i) => expect(loss).toBeCloseTo(inference[i], 4));
      }
      expect((await losses('learn', 0))[0]).not.toBeCloseTo(inference[0], 3);
      x.dispose();
    });

    it('keep: scale and offset learn, statistics stay; freeze: all of a batch norm stays', async () => {
      const keep = (await trained('resnet18', { frozenStages: 0, layerDecay: 1, batchNorm: 'keep' })).changed;
      expect(keep).toContain('layer2.0.bn1.weight');
      expect(keep).not.toContain('layer2.0.bn1.running_mean');
      const freeze = (await trained('resnet18', { frozenStages: 0, layerDecay: 1, batchNorm: 'freeze' })).changed;
      expect([...freeze].filter((array) => /bn|downsample\.1/.test(array))).toEqual([]);
      expect(freeze).toContain('layer2.0.conv1.weight');
      expect(freeze).toContain('fc.bias');
    });

    it('gradients through norms that go by stored statistics are those of numeric differences', async () => {
      const architecture = build('vgg11_bn');
      const weights = mixed(architecture);
      const x = tf.tensor4d(pixels(), [PICTURES, SIDE, SIDE, 3]);
      const v = Float32Array.of(0.5, 1.5, 1);
      const tuning: FineTuning = { frozenStages: 2, layerDecay: 1, batchNorm: 'keep' };
      const network = new Network(engine, architecture, weights, tuning);
      const { parameters } = network.layout;
      const pass = await network.trainingPass(x, LABELS, v);
      const gradient = await pass.gradient.data();
      const lossAt = async (vector: Float32Array): Promise<number> => {
        network.parameters.replace(vector);
        const { gradient: unused, losses } = await network.trainingPass(x, LABELS, v);
        unused.dispose();
        return losses.reduce((sum, loss, i) => sum + (v[i] * loss) / PICTURES, 0);
      };
      for (const name of ['features.11.weight', 'features.12.weight', 'features.12.bias', 'classifier.2.weight']) {
        const parameter = parameters.find((each) => each.name === name);
        if (parameter === undefined) throw new Error(name);
        const { offset, size } = parameter;
        // Along the gradient itself, where the loss changes most.
        const length = Math.hypot(...gradient.subarray(offset, offset + size));
        const along = (step: number): Float32Array => {
          const moved = weights.parameters.slice();
          for (let i = offset; i < offset + size; i++) moved[i] += (step * gradient[i]) / length;
          return moved;
        };
        const numeric = ((await lossAt(along(STEP))) - (await lossAt(along(-STEP)))) / (2 * STEP);
        expect(length, name).toBeGreaterThan(0.01);
        expect(Math.abs(length - numeric) / length, name).toBeLessThan(0.02);
      }
      pass.gradient.dispose();
      network.dispose();
      x.dispose();
    });
  });
}

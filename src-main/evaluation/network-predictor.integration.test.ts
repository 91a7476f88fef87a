import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { describeParameters, exportWeights, importWeights, initialWeights } from '../networks/parameters.ts';
import { Random } from '../numeric/random.ts';
import { NetworkPredictor } from './network-predictor.ts';

const SIZE = 32;
const RESNET = { architecture: 'resnet10', width: 4, stem: 'half', lastStride: 2 } as const;
const PICTURES = Uint8Array.from(new Random(1).fillUniform(new Float32Array(2 * SIZE * SIZE * 3), 0, 256));
const LABELS = Int32Array.of(0, 2);

/** Weights of one seed, those of the given layers from another. The statistics are not those of a fresh network. */
function mixedWeights(architecture = buildArchitecture(RESNET, 3), others: RegExp = /^$/) {
  const layout = describeParameters(architecture);
  const [named, other] = [7, 8].map((seed) => exportWeights(layout, initialWeights(layout, seed)));
  const mixed = new Map(
    [...named].map(([name, { shape, data }]) => {
      const chosen = others.test(name) ? (other.get(name)?.data ?? data) : data;
      const shifted = name.includes('running') || name.endsWith('bias');
      return [name, { shape, data: shifted ? chosen.map((value, i) => value + (i % 3) / 4) : chosen }];
    }),
  );
  return importWeights(layout, mixed);
}

describe('NetworkPredictor', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startWasm();
  });
  const predictor = (others?: RegExp) => {
    const architecture = buildArchitecture(RESNET, 3);
    return new NetworkPredictor(engine, architecture, mixedWeights(architecture, others), SIZE, 'auto');
  };
  const forgotten = async (model: NetworkPredictor, count: number, seed = 3) => {
    const copy = model.randomised(count, seed);
    const logits = await copy.classify(PICTURES);
    copy.close();
    return logits;
  };

  it('says the same with room for one picture at a time, and leaves nothing behind', async () => {
    const { ops } = engine;
    const conv2d: typeof ops.conv2d = (x, ...rest) => {
      if (x.shape[0] > 1 && x.shape[3] > 3) throw new Error('OOM when allocating tensor with shape[2,16,16,4]');
      return ops.conv2d(x, ...rest);
    };
    const architecture = buildArchitecture(RESNET, 3);
    const tight: Engine = { ...engine, ops: { ...ops, conv2d } };
    const [roomy, narrow] = [
      predictor(),
      new NetworkPredictor(tight, architecture, mixedWeights(architecture), SIZE, 'auto'),
    ];
    const settings = v.parse(RunSettings, {}).method;
    const region = Uint8Array.from({ length: 2 * SIZE * SIZE }, (_, i) => i % 2);
    const attack = { region, eps: 8 / 255, seeds: [5, 6], settings: { ...settings, steps: 2 } };
    const [whole, parted] = [await roomy.predict(PICTURES, LABELS), await narrow.predict(PICTURES, LABELS)];
    expect(largestDifference(parted.logits, whole.logits)).toBeLessThan(1e-5);
    expect(largestDifference(parted.maps, whole.maps)).toBeLessThan(1e-4);
    expect([parted.mapHeight, parted.mapWidth]).toEqual([whole.mapHeight, whole.mapWidth]);
    expect(largestDifference(await narrow.classify(PICTURES), whole.logits)).toBeLessThan(1e-5);
    const before = tf.memory().numTensors;
    const a = await roomy.attack(PICTURES, LABELS, attack);
    const b = await narrow.attack(PICTURES, LABELS, attack);
    expect(largestDifference(a, PICTURES)).toBeGreaterThan(1);
    // A sign can turn where a gradient is nearly 0.
    expect(b.filter((value, i) => Math.abs(value - a[i]) > 0.01).length).toBeLessThan(b.length / 100);
    expect(tf.memory().numTensors).toBe(before);
    roomy.close();
    narrow.close();
  });

  it('groups layers as a person would, from the head to the input', () => {
    const resnet = predictor();
    expect(resnet.layers).toEqual(['fc', 'layer4', 'layer3', 'layer2', 'layer1', 'conv1']);
    resnet.close();
    const vgg = buildArchitecture({ ...RESNET, architecture: 'vgg11_bn' }, 3);
    const model = new NetworkPredictor(engine, vgg, initialWeights(describeParameters(vgg), 1), SIZE, 'auto');
    expect(model.layers.slice(0, 3)).toEqual(['classifier.2', 'classifier.0', 'features.25']);
    expect(model.layers).toHaveLength(2 + 8);
    expect(model.layers.at(-1)).toBe('features.0');
    model.close();
    const settings = { ...RESNET, interpretable: 'protopnet', prototypesPerClass: 2, prototypeChannels: 8 } as const;
    const protopnet = buildArchitecture(settings, 3);
    const weights = initialWeights(describeParameters(protopnet), 1);
    const prototypes = new NetworkPredictor(engine, protopnet, weights, SIZE, 'auto');
    expect(prototypes.layers.slice(0, 4)).toEqual(['prototype', 'add_on_layers.2', 'add_on_layers.0', 'layer4']);
    prototypes.close();
  });

  it('forgets from the head on: what the forgotten layers knew makes no difference any more', async () => {
    const one = predictor();
    const two = predictor(/^(fc|layer4)\./);
    expect(await forgotten(one, 0)).toEqual(await one.classify(PICTURES));
    expect(await forgotten(one, 1)).not.toEqual(await forgotten(two, 1));
    expect(await forgotten(one, 2)).toEqual(await forgotten(two, 2));
    expect(await forgotten(one, 2)).not.toEqual(await forgotten(one, 2, 4));
    one.close();
    two.close();
  });

  it('without all layers is a network before its training, batch norm statistics included', async () => {
    const architecture = buildArchitecture(RESNET, 3);
    const fresh = initialWeights(describeParameters(architecture), 3);
    const untrained = new NetworkPredictor(engine, architecture, fresh, SIZE, 'auto');
    const model = predictor();
    expect(await forgotten(model, model.layers.length)).toEqual(await untrained.classify(PICTURES));
    model.close();
    untrained.close();
  });

  it('gives the kind of heatmap that is asked for and leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const model = predictor();
    const own = await model.predict(PICTURES, LABELS);
    const cam = await model.predict(PICTURES, LABELS, 'cam');
    const layercam = await model.predict(PICTURES, LABELS, 'layercam');
    expect(own.maps).toEqual(cam.maps);
    expect(layercam.maps).not.toEqual(cam.maps);
    expect(layercam.maps).toHaveLength(2 * own.mapHeight * own.mapWidth);
    await forgotten(model, 3);
    model.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

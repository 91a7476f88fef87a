import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../compute/wasm.ts';
import type { Engine } from '../../compute/engine.ts';
import { FrozenNetwork } from '../frozen.ts';
import { inferArchitecture } from '../infer.ts';
import { describeParameters, importWeights } from '../parameters.ts';
import { namedWeights, readNamedWeights, readWeightsFile } from './read-weights.ts';
import type { WeightsFile } from './weights-file.ts';

/** Written by make_keras_fixtures.py: networks of Keras's layers, and what Keras itself says of the pictures. */
const FIXTURES = fileURLToPath(new URL('fixtures/keras/', import.meta.url));
const expected = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as Record<
  'vgg16' | 'densenet121',
  { logits: number[][]; counted: string[] }
>;
const SHAPE: [number, number, number, number] = [2, 64, 64, 3];
/** The last bytes of the file; before them stands only what numpy says of them. */
const pictures = Float32Array.from(
  readFileSync(join(FIXTURES, 'images.npy')).subarray(-(2 * 64 * 64 * 3)),
  (byte) => byte / 255,
);

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await startWasm();
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-keras-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Largest difference from what Keras says, as a share of its largest logit. */
function deviation(name: 'vgg16' | 'densenet121', { arrays, metadata = {} }: WeightsFile): number {
  expect(metadata['architecture']).toBe(name);
  const numbers = (key: string) => JSON.parse(metadata[key] ?? '[]') as number[];
  const network = { ...inferArchitecture(name, arrays), input: { mean: numbers('mean'), std: numbers('std') } };
  const layout = describeParameters(network);
  const frozen = new FrozenNetwork(engine, network, layout, importWeights(layout, arrays));
  const { logits, map } = frozen.forward(tf.tensor4d(pictures, SHAPE));
  const found = logits.dataSync();
  tf.dispose([logits, map]);
  frozen.dispose();
  const wanted = expected[name].logits.flat();
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value - found[i])));
  return worst / Math.max(...wanted.map(Math.abs));
}

describe('weights of Keras give the logits that Keras gives', () => {
  it.each(['vgg16.h5', 'vgg16.keras', 'vgg16/model.json'])('VGG16, as %s', async (file) => {
    const weights = await readNamedWeights(join(FIXTURES, file));
    expect(weights.metadata).toMatchObject({ head: 'torchvision', size: '64' });
    expect(deviation('vgg16', weights)).toBeLessThan(2e-5);
  });

  it('DenseNet121, with names of layers and without', async () => {
    const file = await readWeightsFile(join(FIXTURES, 'densenet121/model.json'));
    const named = namedWeights(file);
    expect(named.notes).toEqual([
      'These are weights of Keras’s DenseNet121; torchvision’s names were put in their place.',
      'Its batch norms add 1.001e-5 to variances, those here 1e-5: the difference was added to the variances.',
    ]);
    expect(deviation('densenet121', named)).toBeLessThan(2e-5);
    // As .keras files count the same layers; the list is that of Keras's model.
    const names = expected.densenet121.counted;
    expect(names).toHaveLength(file.arrays.size);
    const counted = { ...file, arrays: new Map([...file.arrays.values()].map((array, i) => [names[i], array])) };
    expect(deviation('densenet121', namedWeights(counted))).toBeLessThan(2e-5);
    // Without the correction of the variances it is another network.
    const plain = new Map(
      [...named.arrays].map(([name, array]) => {
        const shift = name.endsWith('running_var') ? 1e-8 : 0;
        return [name, { ...array, data: array.data.map((value) => value - shift) }] as const;
      }),
    );
    expect(deviation('densenet121', { ...named, arrays: plain })).toBeGreaterThan(2e-4);
  });

  it('also where the convolutions lie in another model, and other dense layers follow', async () => {
    const file = await readWeightsFile(join(FIXTURES, 'vgg16/model.json'));
    const own = [...file.arrays].map(([name, array]) => {
      const place = name.replace(/^(block\d_conv\d)\//, 'vgg16/$1/').replace(/^(fc1|fc2|predictions)\//, 'mine_$1/');
      return [place, array] as const;
    });
    const { arrays, unusable } = namedWeights({ ...file, arrays: new Map(own) });
    expect(unusable).toBeUndefined();
    expect(arrays.size).toBe(26);
    expect([...arrays.keys()].every((name) => name.startsWith('features.'))).toBe(true);
  });
});

describe('other networks of Keras are shown, not used', () => {
  const array = { shape: [1, 1, 4, 4], dtype: 'F32' as const, data: new Float32Array(16) };
  const reasonFor = (names: string[], more: ReadonlyMap<string, typeof array> = new Map()) =>
    namedWeights({
      ...{ format: 'Keras' as const, notes: [] },
      arrays: new Map([...names.map((name) => [name, array] as const), ...more]),
    }).unusable;

  it('for a reason', async () => {
    expect(reasonFor(['conv2_block1_1_conv/kernel', 'conv2_block1_3_conv/kernel'])).toContain('ResNets of Keras');
    expect(reasonFor(['block_1_expand/kernel', 'Conv1/kernel'])).toContain('only VGG16 and DenseNet121');
    // VGG19 has everything that VGG16 has.
    const { arrays } = await readWeightsFile(join(FIXTURES, 'vgg16/model.json'));
    const same = arrays as ReadonlyMap<string, typeof array>;
    expect(reasonFor([], same)).toBeUndefined();
    expect(reasonFor(['block3_conv4/kernel'], same)).toContain('compute otherwise');
    // A layer too many, of layers that are only counted.
    const { arrays: counted } = await readWeightsFile(join(FIXTURES, 'vgg16.keras'));
    expect(reasonFor(['layers/conv2d_13/vars/0'], counted as typeof same)).toContain('compute otherwise');
    expect(reasonFor(['layers/separable_conv2d/vars/0'], counted as typeof same)).toContain('compute otherwise');
    expect(reasonFor(['optimizer/vars/0'], counted as typeof same)).toBeUndefined();
  });

  it('and refused where they were to be used', async () => {
    const path = join(folder, 'model.json');
    const weights = [{ name: 'conv2_block1_3_conv/kernel', shape: [1], dtype: 'float32' }];
    await writeFile(path, JSON.stringify({ weightsManifest: [{ paths: ['a.bin'], weights }] }));
    await writeFile(join(folder, 'a.bin'), new Uint8Array(4));
    await expect(readNamedWeights(path)).rejects.toThrow(/^The weights file cannot be used: the ResNets of Keras/);
  });
});

/** Small networks of every family with random weights, and what FrozenNetwork says of random pictures. */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../compute/engine.ts';
import type { NetworkSettings } from '../../contract/settings.ts';
import { hashSeed, Random } from '../../numeric/random.ts';
import { buildArchitecture } from '../architectures.ts';
import { FrozenNetwork } from '../frozen.ts';
import { shapesOf } from '../matching.ts';
import { describeParameters, importWeights } from '../parameters.ts';
import { seededWeights } from '../seeded-weights.fixture.ts';
import type { ModelFile, ModelToExport } from './model.ts';

export const CLASS_NAMES = ['a "quoted" one', 'Birne 🍐', 'c,\n\\d'];
export const COUNT = 2;

type Settings = Partial<NetworkSettings> & Pick<NetworkSettings, 'architecture'>;

/** One of each family, and each kind that explains itself; sizes that leave maps of odd sides and pooling that does not divide. */
export const NETWORKS: Readonly<Record<string, Settings & { readonly size: number }>> = {
  'resnet18, first layers of ImageNet': { architecture: 'resnet18', width: 4, stem: 'imagenet', size: 50 },
  'resnet50, other mean and deviation': {
    ...{ architecture: 'resnet50', width: 4, stem: 'half', lastStride: 1, size: 32 },
    ...{ mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.5] },
  },
  'vgg11, pooling 5x5 to 2x2': { architecture: 'vgg11', width: 4, size: 80 },
  'vgg13_bn, pooling 4x4 to 2x2': { architecture: 'vgg13_bn', width: 4, size: 64 },
  densenet121: { architecture: 'densenet121', width: 8, size: 40 },
  mobilenet_v2: { architecture: 'mobilenet_v2', width: 8, size: 48 },
  efficientnet_b0: { architecture: 'efficientnet_b0', width: 8, size: 48 },
  convnext_tiny: { architecture: 'convnext_tiny', width: 8, size: 64 },
  icnn: { architecture: 'resnet10', width: 8, interpretable: 'icnn', size: 60 },
  csg: { architecture: 'resnet10', width: 8, interpretable: 'csg', size: 32 },
  protopnet: {
    ...{ architecture: 'resnet10', width: 8, interpretable: 'protopnet', size: 48 },
    ...{ prototypesPerClass: 2, prototypeChannels: 8 },
  },
};

/** Weights such that values neither vanish nor explode on the way through. */
export function smallModel(name: string): ModelToExport {
  const { size, ...settings } = NETWORKS[name] ?? { architecture: 'resnet10', size: 32 };
  const complete = { width: 8, stem: 'half', lastStride: 2, ...settings } as const;
  const architecture = buildArchitecture(complete, CLASS_NAMES.length);
  const layout = describeParameters(architecture);
  return {
    ...{ architecture, size, classNames: CLASS_NAMES, severalLabels: name === 'csg', version: '1.2.3' },
    weights: seededWeights(shapesOf(layout), 1.5),
  };
}

/** [count,size,size,3] in [0,1] */
export function randomPictures(size: number, count = COUNT): Float32Array {
  const random = new Random(hashSeed('pictures', size));
  return Float32Array.from({ length: count * size * size * 3 }, () => random.uniform());
}

export interface Expected {
  /** [N,classes] */
  readonly logits: Float32Array;
  /** [N,h,w,C] */
  readonly map: Float32Array;
  readonly mapShape: readonly number[];
}

export function expectedOf(engine: Engine, { architecture, weights, size }: ModelToExport): Expected {
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, weights));
  const x = tf.tensor4d(randomPictures(size), [COUNT, size, size, 3]);
  const { map, logits } = network.forward(x);
  const found = {
    logits: logits.dataSync() as Float32Array,
    map: map.dataSync() as Float32Array,
    mapShape: map.shape,
  };
  tf.dispose([x, map, logits]);
  network.dispose();
  return found;
}

/** Largest difference as a share of the largest value. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let [worst, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const away = Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN));
    if (!(away <= worst)) worst = away;
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
  }
  return worst / largest;
}

export function bytesOf({ pieces }: ModelFile): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat([...pieces]));
}

/** [N,h,w,C] to [N,C,h,w]. */
export function channelsFirst(data: Float32Array, [n = 1, h = 1, w = 1, c = 1]: readonly number[]): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [image, pixel, channel] = [Math.floor(i / (h * w * c)), Math.floor(i / c) % (h * w), i % c];
    result[(image * c + channel) * h * w + pixel] = data[i] ?? 0;
  }
  if (result.length !== n * c * h * w) throw new Error('shape');
  return result;
}

/** Rows that sum to 1, or a sigmoid for each value. */
export function probabilitiesOf(logits: Float32Array, severalLabels: boolean): Float32Array {
  const width = CLASS_NAMES.length;
  if (severalLabels) return logits.map((z) => 1 / (1 + Math.exp(-z)));
  return logits.map((z, i) => {
    const row = logits.subarray(i - (i % width), i - (i % width) + width);
    return 1 / row.reduce((sum, other) => sum + Math.exp(other - z), 0);
  });
}

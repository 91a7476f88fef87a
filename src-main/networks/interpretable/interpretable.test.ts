import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../contract/settings.ts';
import { buildArchitecture } from '../architectures.ts';
import { networkCost } from '../cost.ts';
import { inferArchitecture } from '../infer.ts';
import { poolingHead } from '../layer.ts';
import { shapesOf } from '../matching.ts';
import { describeParameters } from '../parameters.ts';

/** K of networks of width 16, worked out from their papers: 8 times the width, 4 times that after bottlenecks. */
const CHANNELS: Partial<Record<(typeof ARCHITECTURES)[number], number>> = {
  resnet10: 128,
  resnet50: 512,
  vgg16_bn: 128,
  densenet121: 256,
};

describe.each(ARCHITECTURES)('%s', (architecture) => {
  const settings = { architecture, width: 16, stem: 'small', lastStride: 2 } as const;
  const plain = buildArchitecture(settings, 5);

  it.each(['icnn', 'csg'] as const)('takes %s, and its arrays say so', (interpretable) => {
    const network = buildArchitecture({ ...settings, interpretable }, 5);
    const shapes = shapesOf(describeParameters(network));
    const own = [...shapes].filter(([name]) => !shapesOf(describeParameters(plain)).has(name));
    const channels = networkCost(plain, 64).mapChannels;
    expect(own).toEqual([[interpretable === 'icnn' ? 'icnn.class_activation' : 'csg.gate', [5, channels]]]);
    if (CHANNELS[architecture] !== undefined) expect(channels).toBe(CHANNELS[architecture]);
    expect(poolingHead(network)).toEqual(poolingHead(plain));
    expect(networkCost(network, 64).mapSide).toBe(networkCost(plain, 64).mapSide);
    const arrays = new Map([...shapes].map(([name, shape]) => [name, { shape }] as const));
    expect(inferArchitecture(architecture, arrays)).toEqual(network);
  });
});

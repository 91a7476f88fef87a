import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../contract/settings.ts';
import { buildArchitecture } from '../architectures.ts';
import { networkCost } from '../cost.ts';
import { inferArchitecture } from '../infer.ts';
import { shapesOf } from '../matching.ts';
import { describeParameters, exportWeights, importWeights, initialWeights } from '../parameters.ts';
import { readFloatTensors, writeSafetensors } from '../safetensors.ts';

const SETTINGS = { width: 16, stem: 'small', lastStride: 2 } as const;
const PROTOTYPES = { interpretable: 'protopnet', prototypesPerClass: 4, prototypeChannels: 24 } as const;

describe('networks with prototypes', () => {
  it.each(ARCHITECTURES)('%s: features stay, the head is prototypes, and shapes tell it', (name) => {
    const base = buildArchitecture({ architecture: name, ...SETTINGS }, 7);
    const built = buildArchitecture({ architecture: name, ...SETTINGS, ...PROTOTYPES }, 7);
    expect(built.features).toEqual(base.features);
    const layout = describeParameters(built);
    const shapes = shapesOf(layout);
    expect(inferArchitecture(name, new Map(Array.from(shapes, ([key, shape]) => [key, { shape }])))).toEqual(built);
    const { mapChannels } = networkCost(built, 64);
    const head = [...shapes].filter(([key]) => /^(add_on|prototype|last)/.test(key));
    expect(Object.fromEntries(head)).toEqual({
      'add_on_layers.0.weight': [24, mapChannels, 1, 1],
      'add_on_layers.0.bias': [24],
      'add_on_layers.2.weight': [24, 24, 1, 1],
      'add_on_layers.2.bias': [24],
      'prototype.vectors': [28, 24, 1, 1],
      'prototype.sources': [28, 3],
      'last_layer.weight': [7, 28],
    });
  });

  it('begins with prototypes in [0,1) that come from nowhere, and votes of 1 and -0.5', () => {
    const layout = describeParameters(buildArchitecture({ architecture: 'resnet10', ...SETTINGS, ...PROTOTYPES }, 3));
    const named = exportWeights(layout, initialWeights(layout, 5));
    const vectors = named.get('prototype.vectors')?.data ?? new Float32Array();
    expect(Math.min(...vectors)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...vectors)).toBeLessThan(1);
    expect(vectors.reduce((sum, value) => sum + value, 0) / vectors.length).toBeCloseTo(0.5, 1);
    expect(named.get('prototype.sources')?.data.every((value) => value === -1)).toBe(true);
    // Class 1 of 3, four prototypes each.
    expect([...(named.get('last_layer.weight')?.data.subarray(12, 24) ?? [])]).toEqual([
      ...[-0.5, -0.5, -0.5, -0.5],
      ...[1, 1, 1, 1],
      ...[-0.5, -0.5, -0.5, -0.5],
    ]);
  });

  it('comes back from a file as it was', () => {
    const small = { ...SETTINGS, ...PROTOTYPES, width: 4 };
    const layout = describeParameters(buildArchitecture({ architecture: 'resnet10', ...small }, 3));
    const weights = initialWeights(layout, 5);
    // No two numbers alike, so that a transposition shows.
    weights.parameters.forEach((_, i) => (weights.parameters[i] = i / layout.parameterCount));
    const { tensors } = readFloatTensors(writeSafetensors(exportWeights(layout, weights), {}));
    expect(importWeights(layout, tensors)).toEqual(weights);
  });

  it('counts distances as work', () => {
    const without = networkCost(buildArchitecture({ architecture: 'resnet10', ...SETTINGS }, 7), 64);
    const { multiplications } = networkCost(
      buildArchitecture({ architecture: 'resnet10', ...SETTINGS, ...PROTOTYPES }, 7),
      64,
    );
    // An 8x8 map of 128 channels: two 1x1 convolutions to 24 channels, 28 prototypes, 28 x 7 votes; 128 x 7 less.
    expect(multiplications - without.multiplications).toBe(64 * (128 * 24 + 24 * 24 + 24 * 28) + 28 * 7 - 128 * 7);
  });
});

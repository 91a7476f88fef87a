/** Every network at full size has torchvision's arrays. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../contract/settings.ts';
import { buildArchitecture, torchvisionArchitecture } from './architectures.ts';
import { networkCost } from './cost.ts';
import { inferArchitecture } from './infer.ts';
import { poolingHead } from './layer.ts';
import { shapesOf } from './matching.ts';
import { describeParameters } from './parameters.ts';

const THEIRS = ARCHITECTURES.filter((name) => name !== 'resnet10');

it.each(THEIRS)('%s: names, shapes and number of parameters', (name) => {
  const file = new URL(`torchvision/${name}.json`, import.meta.url);
  const expected = JSON.parse(readFileSync(file, 'utf8')) as { parameters: number; tensors: string[] };
  const layout = describeParameters(torchvisionArchitecture(name));
  const arrays = [...shapesOf(layout)].map(([array, shape]) => `${array}: ${shape.join(' ')}`);
  expect(arrays.sort()).toEqual(expected.tensors.sort());
  expect(layout.parameterCount).toBe(expected.parameters);
});

it.each(ARCHITECTURES)('%s is recognised by its shapes, at full size and narrow', (name) => {
  const narrow = buildArchitecture({ architecture: name, width: 16, stem: 'small', lastStride: 2 }, 7);
  for (const architecture of [torchvisionArchitecture(name, 12), narrow]) {
    const shapes = [...shapesOf(describeParameters(architecture))].map(([array, shape]) => [array, { shape }] as const);
    expect(inferArchitecture(name, new Map(shapes))).toEqual(architecture);
  }
});

it('has a closed-form class activation map where only pooling and one dense layer follow the map', () => {
  const closed = ARCHITECTURES.filter((name) => poolingHead(torchvisionArchitecture(name)) !== null);
  const others = ['vgg11', 'vgg11_bn', 'vgg13', 'vgg13_bn', 'vgg16', 'vgg16_bn', 'convnext_tiny'];
  expect(closed).toEqual(ARCHITECTURES.filter((name) => !others.includes(name)));
});

it('counts multiplications as published, and maps of 7 or 14 places a side, at 224 pixels', () => {
  // Giga multiply-accumulate operations: torchvision's table of models (GFLOPS there).
  const published: Partial<Record<(typeof ARCHITECTURES)[number], [number, number]>> = {
    resnet18: [1.81, 7],
    resnet34: [3.66, 7],
    resnet50: [4.09, 7],
    resnet101: [7.8, 7],
    wide_resnet50_2: [11.4, 7],
    vgg11: [7.61, 14],
    vgg11_bn: [7.61, 14],
    vgg13: [11.31, 14],
    vgg16: [15.47, 14],
    densenet121: [2.83, 7],
    mobilenet_v2: [0.3, 7],
    efficientnet_b0: [0.39, 7],
    convnext_tiny: [4.46, 7],
  };
  for (const [name, [giga, side]] of Object.entries(published)) {
    const cost = networkCost(torchvisionArchitecture(name as (typeof ARCHITECTURES)[number]), 224);
    expect([name, cost.mapSide]).toEqual([name, side]);
    expect(Math.abs(cost.multiplications / 1e9 / giga - 1), name).toBeLessThan(0.02);
  }
});

import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../contract/settings.ts';
import type { ArchitectureName } from '../contract/settings.ts';
import { buildArchitecture } from './architectures.ts';
import { firstWeights, layersOfStages, learningRates, splitFeatures } from './fine-tuning.ts';
import { describeParameters, exportWeights, initialWeights, type NamedArray } from './parameters.ts';

const build = (architecture: ArchitectureName, classes = 3) =>
  buildArchitecture({ architecture, width: 8, stem: 'imagenet', lastStride: 2 }, classes);

/** First named layer of each stage, and of the head. */
const FIRST_LAYERS: Readonly<Record<ArchitectureName, readonly string[]>> = {
  ...same(
    ['resnet10', 'resnet18', 'resnet34', 'resnet50', 'resnet101', 'wide_resnet50_2'],
    [...['conv1', 'layer1.0.conv1', 'layer2.0.conv1', 'layer3.0.conv1', 'layer4.0.conv1', 'fc']],
  ),
  vgg11: places([0, 3, 6, 11, 16]),
  vgg11_bn: places([0, 4, 8, 15, 22]),
  vgg13: places([0, 5, 10, 15, 20]),
  vgg13_bn: places([0, 7, 14, 21, 28]),
  vgg16: places([0, 5, 10, 17, 24]),
  vgg16_bn: places([0, 7, 14, 24, 34]),
  densenet121: [
    'features.conv0',
    ...[1, 2, 3, 4].map((block) => `features.denseblock${block}.denselayer1.norm1`),
    'classifier',
  ],
  mobilenet_v2: ['0.0', '2.conv.0.0', '4.conv.0.0', '7.conv.0.0', '14.conv.0.0']
    .map((place) => `features.${place}`)
    .concat('classifier.1'),
  efficientnet_b0: ['0.0', '2.0.block.0.0', '3.0.block.0.0', '4.0.block.0.0', '6.0.block.0.0']
    .map((place) => `features.${place}`)
    .concat('classifier.1'),
  convnext_tiny: ['features.0.0', 'features.2.0', 'features.4.0', 'features.6.0', 'classifier.0'],
};

function same(names: readonly ArchitectureName[], layers: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, layers])) as Record<ArchitectureName, readonly string[]>;
}

function places(numbers: readonly number[]): string[] {
  return [...numbers.map((number) => `features.${number}`), 'classifier.0'];
}

describe('stages', () => {
  it.each(ARCHITECTURES)('of %s begin where they should', (name) => {
    expect(layersOfStages(build(name)).map(([first]) => first)).toEqual(FIRST_LAYERS[name]);
  });

  it('more than there are cannot stay as they are', () => {
    expect(splitFeatures(build('resnet18'), 5).trained).toEqual([]);
    expect(() => splitFeatures(build('resnet18'), 6)).toThrow(
      'start.frozenStages cannot be 6: resnet18 has 5 stages before its last layers',
    );
  });
});

describe('learning rates', () => {
  it('fall by the same share from stage to stage, and are 0 where nothing is to change', () => {
    const architecture = build('resnet10');
    const layout = describeParameters(architecture);
    const rates = learningRates(architecture, layout, { frozenStages: 1, layerDecay: 0.5, batchNorm: 'freeze' });
    const rateOf = (name: string): number | undefined => {
      const found = layout.parameters.find((parameter) => parameter.name === name);
      return found && rates?.[found.offset + found.size - 1];
    };
    expect(rateOf('conv1.weight')).toBe(0);
    // Four stages lie between layer1 and the head's full rate.
    expect(rateOf('layer1.0.conv1.weight')).toBe(0.5 ** 4);
    expect(rateOf('layer4.0.conv2.weight')).toBe(0.5);
    expect(rateOf('fc.bias')).toBe(1);
    expect(rateOf('layer4.0.bn2.weight')).toBe(0);
  });

  it.each(ARCHITECTURES)('every parameter of %s has one', (name) => {
    const architecture = build(name);
    const layout = describeParameters(architecture);
    const rates = learningRates(architecture, layout, { frozenStages: 0, layerDecay: 0.5, batchNorm: 'learn' });
    expect(rates?.every((rate) => rate > 0)).toBe(true);
    expect(learningRates(architecture, layout, { frozenStages: 0, layerDecay: 1, batchNorm: 'keep' })).toBeNull();
  });
});

describe('first weights', () => {
  it('are those to start from where they fit, and seeded where they do not', () => {
    const layout = describeParameters(build('resnet10', 3));
    const other = describeParameters(build('resnet10', 5));
    const start: ReadonlyMap<string, NamedArray> = exportWeights(other, initialWeights(other, 9));
    const found = exportWeights(layout, firstWeights(layout, 1, start));
    const seeded = exportWeights(layout, initialWeights(layout, 1));
    for (const [name, { data }] of found) {
      const from = name.startsWith('fc.') ? seeded : start;
      expect(data, name).toEqual(from.get(name)?.data);
    }
    expect(firstWeights(layout, 1, null)).toEqual(initialWeights(layout, 1));
  });
});

import { expect, it } from 'vitest';
import { networkName, presetName } from './preset-words.ts';

it('names presets as their cards do', () => {
  expect([presetName('quick'), presetName(null), presetName('new-one')]).toEqual([
    'Quick look',
    'Own settings',
    'new-one',
  ]);
});

it('names networks as their authors do, and leaves other settings alone', () => {
  const names = ['resnet18', 'vgg11', 'vgg16_bn', 'mobilenet_v2', 'half', '1'];
  const written = ['ResNet-18', 'VGG-11', 'VGG-16 with batch norm', 'MobileNetV2', 'half', '1'];
  expect(names.map(networkName)).toEqual(written);
});

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
  expect(['resnet18', 'vgg11', 'half', '1'].map(networkName)).toEqual(['ResNet-18', 'VGG-11', 'half', '1']);
});

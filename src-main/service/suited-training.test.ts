import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../contract/settings.ts';
import { resolveSuited, suitedRate } from './suited-training.ts';

const PRESET = {
  network: { architecture: 'resnet10' as const },
  training: { learningRate: 0.1, batchSize: 64, rounds: 2 },
};
const rateOf = (...assignments: string[]) => resolveSuited(PRESET, assignments).training.learningRate;

it('leaves the preset alone, and suits the rate to another network', () => {
  expect(rateOf()).toBe(0.1);
  expect(rateOf('network.architecture=resnet10')).toBe(0.1);
  // A twentieth, as the table says.
  expect(rateOf('network.architecture=efficientnet_b0')).toBe(0.005);
  expect(rateOf('architecture=convnext_tiny')).toBe(0.02);
});

it('lets a rate that a person gives win, however it is named', () => {
  expect(rateOf('network.architecture=mobilenet_v2', 'training.learningRate=0.3')).toBe(0.3);
  expect(rateOf('learningRate=0.3', 'network.architecture=mobilenet_v2')).toBe(0.3);
});

it('takes less for prototypes', () => {
  expect(rateOf('network.interpretable=protopnet')).toBe(0.04);
  expect(rateOf('network.interpretable=csg')).toBe(0.1);
});

it('takes a tenth where weights are there to start from', () => {
  expect(rateOf('start.weights=0123456789abcdef')).toBe(0.01);
  expect(rateOf('start.weights=0123456789abcdef', 'network.architecture=convnext_tiny')).toBe(0.002);
  expect(rateOf('start.weights=none')).toBe(0.1);
});

it('never chooses more than the preset', () => {
  for (const trained of ARCHITECTURES) {
    expect(suitedRate(0.0125, { own: 'resnet18', trained }, false)).toBeLessThanOrEqual(0.0125);
    expect(suitedRate(0.0125, { own: 'resnet18', trained }, true)).toBeLessThanOrEqual(0.00125);
  }
});

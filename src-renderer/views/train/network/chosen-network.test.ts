import { expect, it } from 'vitest';
import type { TrainOptions } from '../../../../src-main/contract/train-view.ts';
import type { StudyWeightsView } from '../../../../src-main/contract/weights-view.ts';
import { costWords, isRelevant, networkSentence, stageWords } from './chosen-network.ts';

const planOf = (
  values: Record<string, string | number>,
  more: { arms?: string[]; weights?: StudyWeightsView } = {},
) => ({
  options: { interpretable: [{ kind: 'csg', title: 'Class gates', text: '' }] } as unknown as TrainOptions,
  weights: more.weights ?? null,
  arms: more.arms ?? ['plain'],
  valueOf: (name: string) => values[name],
});

it('says in a line what is trained', () => {
  const values = { 'network.architecture': 'resnet18', 'network.size': 96 };
  expect(networkSentence(planOf(values))).toBe('ResNet-18, 96 × 96 pixels, learns from nothing.');
  const weights = { name: 'birds.pth' } as StudyWeightsView;
  expect(networkSentence(planOf({ ...values, 'network.interpretable': 'csg' }, { weights }))).toBe(
    'ResNet-18, explains itself by class gates, 96 × 96 pixels, starts from birds.pth.',
  );
});

it('knows which settings mean something', () => {
  const csg = [{ setting: 'network.interpretable', values: ['csg'] }];
  expect(isRelevant(undefined, planOf({}))).toBe(true);
  expect(isRelevant(csg, planOf({ 'network.interpretable': 'csg' }))).toBe(true);
  expect(isRelevant(csg, planOf({ 'network.interpretable': 'none' }))).toBe(false);
  const withWeights = [{ setting: 'start.weights', except: ['none'] }];
  expect(isRelevant(withWeights, planOf({ 'start.weights': 'none' }))).toBe(false);
  expect(isRelevant(withWeights, planOf({ 'start.weights': '0123456789abcdef' }))).toBe(true);
  // Of the kinds of training that are chosen, one is enough.
  const mixing = [{ setting: 'arm', values: ['mix', 'consistency-mix'] }];
  expect(isRelevant(mixing, planOf({}, { arms: ['plain', 'mix'] }))).toBe(true);
  expect(isRelevant(mixing, planOf({}, { arms: ['plain', 'consistency'] }))).toBe(false);
  expect(isRelevant([...csg, ...mixing], planOf({ 'network.interpretable': 'csg' }))).toBe(false);
});

it('says what a network costs and what stays of it', () => {
  expect([0.304, 1, 2.54, 14.6].map(costWords)).toEqual([
    '30 % of the usual work',
    'as much work as usual',
    '2.5 times the usual work',
    '15 times the usual work',
  ]);
  expect([0, 1, 3, 5].map((frozen) => stageWords(frozen, 5))).toEqual([
    'none: everything learns',
    'the first layers',
    'the first layers and 2 of 4 further stages',
    'all: only the last layers learn',
  ]);
});

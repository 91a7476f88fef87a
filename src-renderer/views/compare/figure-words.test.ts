import { expect, it } from 'vitest';
import { changeText, domainOf, rangeText, reachOf, valueText } from './figure-words.ts';

const figure = (value: number, low: number, high: number) => ({ value, low, high, n: 10 });
const difference = (low: number | null, high: number | null) => ({
  ...{ change: 0, low, high, sentence: '' },
  verdict: 'none' as const,
});

it('writes shares as percentages and other figures as they are', () => {
  expect(valueText(0.634, 'share')).toBe('63.4%');
  expect(valueText(0.634, 'number')).toBe('0.63');
  expect(rangeText({ low: -0.012, high: 0.1 }, 'share')).toBe('\u22121.2 to 10.0');
  expect(rangeText({ low: 0.4, high: 0.456 }, 'number')).toBe('0.40 to 0.46');
  expect(changeText(0.021, 'share')).toBe('+2.1\u00a0points');
  expect(changeText(0.04, 'number')).toBe('+0.04');
  expect(changeText(-0.04, 'number')).toBe('\u22120.04');
  expect(changeText(0.001, 'number')).toBe('0.00');
});

it('draws all runs of a figure on one scale that holds every interval', () => {
  expect(domainOf({ unit: 'share', values: [figure(0.5, 0.4, 0.6), null], reference: null })).toEqual([0, 1]);
  expect(domainOf({ unit: 'share', values: [figure(0.1, -0.3, 0.7)], reference: null })).toEqual([-0.3, 0.7]);
  const [low, high] = domainOf({ unit: 'number', values: [figure(2, 1, 3)], reference: { label: '', value: 4 } });
  expect([low, high]).toEqual([0, 4.4]);
  expect(domainOf({ unit: 'number', values: [null], reference: null })).toEqual([0, 1]);
});

it('draws all changes of a unit as far as the widest reaches', () => {
  const figures = [
    { unit: 'share' as const, differences: [null, difference(-0.12, 0.02)] },
    { unit: 'share' as const, differences: [null, difference(null, null)] },
    { unit: 'number' as const, differences: [null, difference(0, 3)] },
  ];
  expect(reachOf(figures, 'share')).toBe(0.12);
  expect(reachOf(figures, 'number')).toBe(3);
  expect(reachOf([], 'share')).toBe(0.05);
});

import { expect, it } from 'vitest';
import { automaticMap, mapProblem, suggestedMap } from './class-map.ts';

const STUDY = ['bag', 'ankle boot', 'shirt'];

it('finds classes by their names, whatever the order and case', () => {
  const outputs = { classes: 4, classNames: ['Shirt', 'hat', 'Ankle_boot', 'bag'] };
  expect(automaticMap(STUDY, outputs)).toBe('names');
  expect(suggestedMap(STUDY, outputs)).toEqual([3, 2, 0]);
});

it('takes the order where nothing has a name and the numbers are equal', () => {
  expect(automaticMap(STUDY, { classes: 3, classNames: null })).toBe('order');
  expect(suggestedMap(STUDY, { classes: 3, classNames: null })).toEqual([0, 1, 2]);
});

it('asks where it cannot know', () => {
  expect(automaticMap(STUDY, { classes: 1000, classNames: null })).toBeNull();
  expect(suggestedMap(STUDY, { classes: 1000, classNames: null })).toEqual([null, null, null]);
  const others = { classes: 3, classNames: ['bag', 'hat', 'coat'] };
  expect(automaticMap(STUDY, others)).toBeNull();
  expect(suggestedMap(STUDY, others)).toEqual([0, null, null]);
});

it('says what is missing', () => {
  expect(mapProblem([2, null, 0])).toContain('needs an output');
  expect(mapProblem([2, 2, 0])).toContain('same output');
  expect(mapProblem([2, 1, 0])).toBeNull();
});

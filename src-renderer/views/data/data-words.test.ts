import { expect, it } from 'vitest';
import { annotationWords, countsWords } from './data-words.ts';

it('says what masks, boxes or neither allow', () => {
  const titles = [
    annotationWords({ boxes: 0, masks: 310, pictures: 1240 }),
    annotationWords({ boxes: 1240, masks: 0, pictures: 1240 }),
    annotationWords({ boxes: 1, masks: 0, pictures: 1240 }),
    annotationWords({ boxes: 0, masks: 0, pictures: 1240 }),
  ].map(({ title }) => title);
  expect(titles).toEqual([
    'Masks found for 310 pictures',
    'Boxes found for every picture',
    'Boxes found for 1 picture',
    'No boxes or masks',
  ]);
});

it('counts the parts and leaves out empty ones', () => {
  expect(countsWords({ train: 1000, val: 0, test: 240 })).toBe('1,240 pictures: 1,000 for training, 240 for testing');
});

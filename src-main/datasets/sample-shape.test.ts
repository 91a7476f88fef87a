import { describe, expect, it } from 'vitest';
import { isProblem, isSample } from './sample-shape.ts';

const SAMPLE = {
  ...{ id: 'cat/1.jpg', label: 0, split: 'train', width: 3, height: 2, hash: 'a'.repeat(64) },
  ...{ boxes: [{ x0: 0, y0: 0.5, x1: 2, y1: 2 }], mask: null, maskHash: null },
};

describe('isSample', () => {
  it('takes what is one, with or without what only some have', () => {
    expect(isSample(SAMPLE)).toBe(true);
    const boxes = [{ ...SAMPLE.boxes[0], label: 1 }];
    expect(
      isSample({ ...SAMPLE, labels: [0, 2], unsure: [1], group: 7, boxes, mask: 'm', maskHash: 'b'.repeat(64) }),
    ).toBe(true);
  });

  it.each([
    ...[{ id: 1 }, { label: -1 }, { label: 0.5 }, { split: 'Train' }, { width: '3' }, { hash: 'A'.repeat(64) }],
    ...[{ hash: 'a'.repeat(63) }, { boxes: {} }, { boxes: [{ x0: 0, y0: 0, x1: 1 }] }, { boxes: [null] }],
    ...[{ boxes: [{ x0: 0, y0: 0, x1: 1, y1: Infinity }] }, { boxes: [{ ...SAMPLE.boxes[0], more: 1 }] }],
    ...[{ mask: 3 }, { maskHash: '' }, { labels: [] }, { labels: ['a'] }, { group: null }, { more: 1 }],
  ])('refuses %j', (change) => {
    expect(isSample({ ...SAMPLE, ...change })).toBe(false);
  });

  it('refuses what lacks something, and what is no object', () => {
    for (const name of Object.keys(SAMPLE)) {
      expect(isSample(Object.fromEntries(Object.entries(SAMPLE).filter(([key]) => key !== name)))).toBe(false);
    }
    for (const value of [null, [], 'x', undefined]) expect(isSample(value)).toBe(false);
  });
});

describe('isProblem', () => {
  it('knows the kinds', () => {
    expect(isProblem({ file: '', kind: 'ignored', reason: 'x' })).toBe(true);
    expect(isProblem({ file: '', kind: 'nothing', reason: 'x' })).toBe(false);
    expect(isProblem({ file: '', kind: 'ignored' })).toBe(false);
  });
});

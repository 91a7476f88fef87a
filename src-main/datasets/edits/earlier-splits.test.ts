import { expect, it } from 'vitest';
import { earlierSplits, keptSplits } from './earlier-splits.ts';
import type { Sample, Split } from '../dataset.ts';

const sample = (id: string, hash: string, split: Split): Sample => ({
  ...{ id, hash, split, label: 0, width: 8, height: 8, boxes: [], mask: null, maskHash: null },
});

it('keeps pictures where they were, by name or content, and brings their near-duplicates to them', () => {
  const earlier = earlierSplits([sample('a', 'A', 'test'), sample('b', 'B', 'val'), sample('c', 'C', 'train')]);
  const now = [
    { id: 'a', hash: 'changed', group: 0 },
    { id: 'renamed', hash: 'B', group: 1 },
    { id: 'near', hash: 'N', group: 1 },
    { id: 'new', hash: 'M', group: 4 },
  ];
  expect(keptSplits(now, earlier, new Set(['train', 'val', 'test']))).toEqual(['test', 'val', 'val', null]);
  // Where the data set says what is for testing, it says so now too: what is not any more was moved by somebody.
  expect(keptSplits(now, earlier, new Set(['train', 'val']))).toEqual([null, 'val', 'val', null]);
});

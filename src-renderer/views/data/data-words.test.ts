import { expect, it } from 'vitest';
import type { ProblemGroup } from '../../../src-main/contract/data-view.ts';
import { annotationWords, countsWords, partingWords, placeWord, severalWords, withoutShortcuts } from './data-words.ts';

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

it('tells an archive by its name, and a file by lying below what was read', () => {
  expect(placeWord('/data/birds', '/data/birds')).toBe('folder');
  expect(placeWord('/data/birds', '/data/birds/labels.csv')).toBe('file');
  expect(placeWord('/data/birds.TAR.GZ')).toBe('archive');
  expect(placeWord('C:\\data\\zip')).toBe('folder');
});

it('says once that the counts of classes add up to more than the pictures', () => {
  const each = (label: number, train: number) => ({
    ...{ label, name: String(label), examples: [] },
    counts: { train, val: 1, test: 0 },
  });
  const classes = [each(0, 4), each(1, 3)];
  expect(severalWords({ task: 'single-label', pictures: 9, classes })).toBeNull();
  // 5 and 4 are 9.
  expect(severalWords({ task: 'multi-label', pictures: 6, classes })).toContain('6 pictures bear 9 class names.');
  expect(severalWords({ task: 'multi-label', pictures: 9, classes })).not.toContain('bear');
});

it('says how a parting would turn out, without a picture too many or too few', () => {
  // 10 % and 25 % of 1,230 are 123 and 307.5; what is left is 799.
  expect(partingWords(1230, 0.1, 0.25)).toBe(
    'Of 1,230 pictures, about 799 are for training, 123 for validation and 308 for testing.',
  );
});

it('keeps warnings of shortcuts apart from what is wrong', () => {
  const group = (kind: string): ProblemGroup => ({
    ...{ kind, title: '', explanation: '', count: 0, problems: [], attention: true },
  });
  const { shortcuts, others } = withoutShortcuts([
    group('unreadable'),
    group('border-tells-class'),
    group('label-in-name'),
  ]);
  expect(shortcuts.map(({ kind }) => kind)).toEqual(['border-tells-class', 'label-in-name']);
  expect(others.map(({ kind }) => kind)).toEqual(['unreadable']);
});

/** What is said of a data set beside its sentence. */
import type { DataView, SplitCounts } from '../../../src-main/contract/data-view.ts';
import { count } from '../../lib/format.ts';

const pictures = (n: number): string => `${count(n)} ${n === 1 ? 'picture' : 'pictures'}`;

/** The three parts in their order, with what each is for. */
export const SPLITS = [
  { split: 'train', title: 'to learn from', name: 'Training' },
  { split: 'val', title: 'to set thresholds', name: 'Validation' },
  { split: 'test', title: 'kept for testing', name: 'Test' },
] as const satisfies readonly { split: keyof SplitCounts; title: string; name: string }[];

/** Who chose which picture is learned from and which is kept aside. */
export function splitWords({ splitOrigin }: Pick<DataView, 'splitOrigin'>): string {
  switch (splitOrigin) {
    case 'folders':
      return 'The folders say which pictures are kept aside: train, val and test.';
    case 'seeded':
      return 'Steadygaze drew which pictures are kept aside, class by class; the same pictures give the same draw.';
    case 'mixed':
      return 'The folders say part of what is kept aside; Steadygaze drew the rest, class by class.';
  }
}

/** What the boxes and masks that were found allow to be measured, and what is missing without them. */
export function annotationWords({ boxes, masks, pictures: all }: Pick<DataView, 'boxes' | 'masks' | 'pictures'>): {
  title: string;
  text: string;
} {
  if (masks > 0) {
    return {
      title: `Masks found for ${of(masks, all)}`,
      text: 'It is known where the object is: where the model looks can be measured, and how much it relies on the background.',
    };
  }
  if (boxes > 0) {
    return {
      title: `Boxes found for ${of(boxes, all)}`,
      text: 'It is known about where the object is: where the model looks can be measured. Reliance on the background needs masks.',
    };
  }
  return {
    title: 'No boxes or masks',
    text: 'None are needed: steadiness, accuracy and the hard pictures are measured without them.',
  };
}

function of(some: number, all: number): string {
  return some === all ? 'every picture' : pictures(some);
}

/** "1,240 pictures: 900 for training, 100 for validation, 240 for testing". */
export function countsWords({ train, val, test }: SplitCounts): string {
  const parts = [
    train > 0 ? `${count(train)} for training` : '',
    val > 0 ? `${count(val)} for validation` : '',
    test > 0 ? `${count(test)} for testing` : '',
  ].filter((part) => part !== '');
  return `${pictures(train + val + test)}: ${parts.join(', ')}`;
}

/** Pictures of a class in all three parts. */
export function total({ train, val, test }: SplitCounts): number {
  return train + val + test;
}

/** What is said of a data set beside its sentence. */
import type { DataView, ProblemGroup, SplitCounts } from '../../../src-main/contract/data-view.ts';
import { count } from '../../lib/format.ts';

/** "1 picture", "1,240 pictures". */
export const pictures = (n: number): string => `${count(n)} ${n === 1 ? 'picture' : 'pictures'}`;

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
      return 'The data say which pictures are kept aside.';
    case 'seeded':
      return 'Steadygaze drew which pictures are kept aside, class by class; the same pictures give the same draw.';
    case 'mixed':
      return 'The data say part of what is kept aside; Steadygaze drew the rest, class by class.';
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

/**
 * What a path is that pictures were found in, for a sentence: an archive is told by its name, a file by lying below
 * what was read.
 * @param root absolute path of what was read
 * @param path absolute path of what was chosen; as a rule the same
 */
export function placeWord(root: string, path = root): 'archive' | 'file' | 'folder' {
  if (/\.(zip|tar|tgz|tar\.gz)$/i.test(path)) return 'archive';
  return path === root ? 'folder' : 'file';
}

/** Said once of data whose pictures may be of several classes; null where each is of one. */
export function severalWords({
  task,
  pictures: all,
  classes,
}: Pick<DataView, 'task' | 'pictures' | 'classes'>): string | null {
  if (task === 'single-label') return null;
  const named = classes.reduce((sum, { counts }) => sum + total(counts), 0);
  if (named === all) return 'A picture may be of several classes, and counts for each of them.';
  return `A picture may be of several classes, and counts for each of them: ${pictures(all)} bear ${count(named)} class names.`;
}

/**
 * How the pictures would be parted anew, before it is done.
 * @param all pictures
 * @param val share for validation, 0..0.5
 * @param test share for testing, 0..0.5
 */
export function partingWords(all: number, val: number, test: number): string {
  const [some, aside] = [Math.round(all * val), Math.round(all * test)];
  return `Of ${pictures(all)}, about ${count(all - some - aside)} are for training, ${count(some)} for validation and ${count(aside)} for testing.`;
}

/** Kinds of problems that are no mistakes: something beside the object tells the class. */
const SHORTCUTS: ReadonlySet<string> = new Set([
  'border-tells-class',
  'colour-tells-class',
  'size-tells-class',
  'camera-tells-class',
  'label-in-name',
]);

/** Early warnings of shortcuts are shown apart from what is wrong with the data. */
export function withoutShortcuts(groups: readonly ProblemGroup[]): {
  readonly shortcuts: readonly ProblemGroup[];
  readonly others: readonly ProblemGroup[];
} {
  return {
    shortcuts: groups.filter(({ kind }) => SHORTCUTS.has(kind)),
    others: groups.filter(({ kind }) => !SHORTCUTS.has(kind)),
  };
}

/** Pictures of a class in all three parts. */
export function total({ train, val, test }: SplitCounts): number {
  return train + val + test;
}

/** Corrections of a data set in plain words: "12 pictures from cat to lynx." */
import type { DataEdit } from '../../contract/data-edits.ts';
import type { Split } from '../dataset.ts';

/** More classes than this are counted, not named. */
const MOST_NAMED = 3;

const SPLIT_WORDS: Readonly<Record<Split, string>> = { train: 'training', val: 'validation', test: 'testing' };

export const countedPictures = (count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'picture' : 'pictures'}`;

/** @param from names of the classes that the pictures had, without repetition */
export function relabelSentence(count: number, from: readonly string[], to: readonly string[]): string {
  return `${countedPictures(count)} from ${listed(from)} to ${listed(to)}.`;
}

export const excludeSentence = (count: number): string => `${countedPictures(count)} left out.`;

export function mergeSentence(classes: readonly string[], into: string, count: number): string {
  const others = classes.filter((name) => name !== into);
  // One class alone under another name is renamed, unless there is a class of that name.
  if (classes.length === 1) return `The class ${others.join()} renamed to ${into} (${countedPictures(count)}).`;
  return `The classes ${listed([...others, ...(others.length < classes.length ? [into] : [])])} merged into ${into} (${countedPictures(count)} changed).`;
}

export function dropSentence(name: string, lost: number, out: number): string {
  if (lost === out)
    return `The class ${name} left out with ${out === 1 ? 'its one picture' : `its ${countedPictures(out)}`}.`;
  const alone = out === 0 ? '' : `; ${countedPictures(out)} of no other class left out`;
  return `The class ${name} taken from ${countedPictures(lost)}${alone}.`;
}

export const moveSentence = (count: number, split: Split): string =>
  `${countedPictures(count)} moved to ${SPLIT_WORDS[split]}.`;

export function resplitSentence({ val, test, seed }: Extract<DataEdit, { kind: 'resplit' }>): string {
  const percent = (share: number) => `${String(Math.round(share * 1000) / 10)}%`;
  return `All pictures parted anew: ${percent(1 - val - test)} for training, ${percent(val)} for validation, ${percent(test)} for testing (seed ${String(seed)}).`;
}

/** "cat", "cat and dog", "cat, dog and lynx", "5 classes". */
function listed(names: readonly string[]): string {
  if (names.length > MOST_NAMED) return `${String(names.length)} classes`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

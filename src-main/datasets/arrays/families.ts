/**
 * What the names of arrays say: `x_train` and `x_test` are two parts of one thing, `x` are pictures and `y` labels.
 * Names as in Keras, MedMNIST, PCam, scikit-learn's habits, and what people call their own files.
 */
import { SPLITS } from '../dataset.ts';
import type { Split } from '../dataset.ts';
import type { StoredArray } from './stored-array.ts';

export interface Part {
  readonly array: StoredArray;
  readonly split: Split | null;
}

/** Arrays whose names differ only in the split. */
export interface Family {
  /** The name with `*` for the split: `x_*.npy`. */
  readonly key: string;
  readonly parts: readonly Part[];
  /** Words of the name, from the last on, in lower case, without the split. */
  readonly words: readonly string[];
}

export type Role = 'pictures' | 'labels' | 'masks' | 'names';

const SPLIT_WORDS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
  ['t10k', 'test'],
]);

const roleWords = (role: Role, words: string): [string, Role][] => words.split(' ').map((word) => [word, role]);
const ROLES: ReadonlyMap<string, Role> = new Map([
  ...roleWords('pictures', 'x image images img imgs picture pictures photo photos data pixels input inputs frames'),
  ...roleWords('labels', 'y label labels target targets gt truth output outputs category categories'),
  ...roleWords('masks', 'mask masks segmentation segmentations seg'),
  ...roleWords('names', 'class classes names name'),
]);

/** A run of lower case letters with its capital, of capitals, or of digits; `Xtrain` is two words. */
const WORD = /t10k|[xyXY](?=(?:train|test|val))|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g;

/** Parts in the order of the splits (training first), families in the order of the arrays. */
export function familiesOf(arrays: readonly StoredArray[]): Family[] {
  const families = new Map<string, { parts: Part[]; words: readonly string[] }>();
  for (const array of arrays) {
    const found = (array.name.match(WORD) ?? []).map((word) => word.toLowerCase());
    const splits = found.flatMap((word) => SPLIT_WORDS.get(word) ?? []);
    const split = splits.at(-1) ?? null;
    const key = array.name.replace(WORD, (word) => (SPLIT_WORDS.has(word.toLowerCase()) ? '*' : word));
    const parts = families.get(key)?.parts;
    const words = found.filter((word) => !SPLIT_WORDS.has(word)).reverse();
    // Of two arrays that would be the same part, the second is a thing of its own.
    if (parts === undefined) families.set(key, { parts: [{ array, split }], words });
    else if (parts.every((part) => part.split !== split)) parts.push({ array, split });
    else families.set(array.name, { parts: [{ array, split }], words });
  }
  const order = ({ split }: Part): number => (split === null ? -1 : SPLITS.indexOf(split));
  return [...families].map(([key, { parts, words }]) => ({
    key,
    parts: parts.sort((a, b) => order(a) - order(b)),
    words,
  }));
}

/** What its last telling word says. `list_classes` is names, `class_labels` labels. */
export const roleOf = ({ words }: Family): Role | null =>
  words.map((word) => ROLES.get(word)).find((found) => found !== undefined) ?? null;

/** The part for the same pictures. */
export const partFor = (family: Family, split: Split | null): Part | undefined =>
  family.parts.find((part) => part.split === split);

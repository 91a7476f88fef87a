/** From what the tables say of each picture to the list of pictures. */
import type { Choice, ListedPicture, ListOptions } from '../../format.ts';
import { matchMasks } from '../../pictures/masks.ts';
import type { ProblemLog } from '../../problem-log.ts';
import type { Named } from './collect.ts';
import { isNumber } from './columns.ts';
import type { TreePictures } from './pictures-in-tree.ts';
import type { TablePlan } from './plan.ts';

/** What rows with different classes for one picture mean. */
export function severalRows(
  named: ReadonlyMap<string, Named>,
  plan: TablePlan,
  answers: ListOptions['choices'],
): { readonly value: string; readonly choice: Choice | null } {
  let count = 0;
  for (const { differs } of named.values()) if (differs) count++;
  if (count === 0) return { value: 'each', choice: null };
  // A slip of the hand is rare; where it is common, or objects are listed, every row is meant.
  const guess = plan.boxes !== null || count >= named.size / 20 ? 'each' : 'conflict';
  const answer = answers['several-rows'];
  const value = answer === 'each' || answer === 'conflict' ? answer : guess;
  const options = [
    { value: 'each', label: 'The picture is of all of these classes' },
    { value: 'conflict', label: 'It is a mistake: leave the picture out' },
  ];
  const explanation = `${count.toLocaleString('en')} pictures stand in several rows with different classes.`;
  return { value, choice: { key: 'several-rows', label: 'Several rows for one picture', value, options, explanation } };
}

export function mirroredMasks(
  { masks }: TreePictures,
  named: ReadonlyMap<string, Named>,
  log: ProblemLog,
): ReadonlyMap<string, string> {
  if (masks === null || [...named.values()].some(({ mask }) => mask !== null)) return new Map();
  const owners = [...named.keys()].map((id) => ({ id, folderSplit: null }));
  const { maskOf, unmatched } = matchMasks(masks.folder, masks.paths, owners);
  for (const file of unmatched) log.add('bad-mask', file, 'No picture of the table belongs to this mask.');
  return maskOf;
}

export function listPictures(
  named: ReadonlyMap<string, Named>,
  each: boolean,
  masks: ReadonlyMap<string, string>,
  log: ProblemLog,
): ListedPicture[] {
  const listed: ListedPicture[] = [];
  for (const [id, { classNames, unsure, split, boxes, mask, size, differs }] of named) {
    if (differs && !each) {
      const names = classNames.slice(0, 5).map((name) => `"${name}"`);
      log.add('conflicting-labels', id, `The table gives it different classes (${names.join(', ')}); it was left out.`);
      continue;
    }
    const ownMask = mask ?? masks.get(id);
    listed.push({
      id,
      classNames,
      ...(unsure.length > 0 ? { unsure } : {}),
      split,
      ...(boxes === null ? {} : { boxes }),
      ...(ownMask === undefined ? {} : { mask: ownMask }),
      ...(size === null ? {} : { annotatedSize: size }),
    });
  }
  return listed;
}

/** Numbers in their own order; the order of the columns where each class has one; else null for that of the alphabet. */
export function classOrder(listed: readonly ListedPicture[], { label, names }: TablePlan): readonly string[] | null {
  if ('flags' in label) return label.flags.map((i) => names[i]);
  const classes = [...new Set(listed.flatMap(({ classNames }) => classNames))];
  return classes.every(isNumber) ? classes.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1)) : null;
}

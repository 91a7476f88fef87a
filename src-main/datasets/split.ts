/**
 * Parting pictures into training, validation and test: seeded, stratified, and never through a group
 * of near-duplicates.
 *
 * Each class gives its share rounded down or up, never further off; the rounding errors are carried
 * from class to class, so that the whole is right even with 200 classes of four pictures. Training comes
 * first: a class of one or two pictures gives nothing away, and no class gives its last group.
 */
import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Split } from './dataset.ts';

export interface SplitShares {
  /** Share of the pictures for validation and for test, in [0, 0.5]. */
  readonly val: number;
  readonly test: number;
}

export const DEFAULT_SHARES: SplitShares = { val: 0.1, test: 0.2 };

/** A class with fewer pictures stays in training as a whole. */
const MIN_TO_SPLIT = 3;

/** A generator that depends on the seed and a name only, so that one class does not disturb another. */
function generatorFor(seed: number, name: string): ReturnType<typeof xoroshiro128plus> {
  return xoroshiro128plus(createHash('sha256').update(`${seed}\n${name}`).digest().readInt32LE(0));
}

function shuffled<T>(items: readonly T[], seed: number, name: string): T[] {
  const generator = generatorFor(seed, name);
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = uniformInt(generator, 0, last);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/**
 * @param labels  [n] class of each picture
 * @param groups  [n] group of each picture; a group stays together
 * @param classes names, from which each class's own random order is derived
 * @returns [n] the split of each picture
 */
export function splitStratified(
  labels: ArrayLike<number>,
  groups: ArrayLike<number>,
  classes: readonly string[],
  seed: number,
  shares: SplitShares = DEFAULT_SHARES,
): Split[] {
  const splits: Split[] = Array.from({ length: labels.length }, () => 'train');
  const byClass = groupsByClass(labels, groups, classes.length);
  const carry = { val: 0, test: 0 };
  const order = shuffled(
    classes.map((_, label) => label),
    seed,
    '',
  );
  for (const label of order) {
    let waiting = shuffled(byClass[label] ?? [], seed, classes[label] ?? '');
    const count = waiting.reduce((sum, group) => sum + group.length, 0);
    if (count < MIN_TO_SPLIT) continue;
    for (const split of ['test', 'val'] as const) {
      const exact = count * shares[split];
      const wanted = Math.min(Math.ceil(exact), Math.max(Math.floor(exact), Math.round(exact + carry[split])));
      const taken = takeGroups(waiting, wanted);
      for (const group of taken) for (const member of group) splits[member] = split;
      carry[split] += exact - taken.reduce((sum, group) => sum + group.length, 0);
      const gone = new Set(taken);
      waiting = waiting.filter((group) => !gone.has(group));
    }
  }
  return splits;
}

/** Groups belong to the class that most of their members have (the first of equals). */
function groupsByClass(labels: ArrayLike<number>, groups: ArrayLike<number>, classCount: number): number[][][] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const group = members.get(groups[i]);
    if (group) group.push(i);
    else members.set(groups[i], [i]);
  }
  const byClass: number[][][] = Array.from({ length: classCount }, () => []);
  for (const group of members.values()) {
    if (group.length === 1) {
      byClass[labels[group[0]]]?.push(group);
      continue;
    }
    const votes = new Map<number, number>();
    for (const member of group) votes.set(labels[member], (votes.get(labels[member]) ?? 0) + 1);
    const [home] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0];
    byClass[home]?.push(group);
  }
  return byClass;
}

/**
 * The first groups that fit into `wanted` pictures. Where none fits, the smallest one, as long as it
 * leaves at least as many pictures behind.
 */
function takeGroups(groups: readonly number[][], wanted: number): number[][] {
  const taken: number[][] = [];
  let room = wanted;
  for (const group of groups) {
    if (group.length > room || taken.length === groups.length - 1) continue;
    taken.push(group);
    room -= group.length;
  }
  if (taken.length > 0 || wanted === 0 || groups.length < 2) return taken;
  const smallest = groups.reduce((best, group) => (group.length < best.length ? group : best));
  const others = groups.reduce((sum, group) => sum + group.length, 0) - smallest.length;
  return smallest.length <= others ? [smallest] : [];
}

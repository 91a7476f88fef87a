/**
 * How much better than guessing a rule names classes, with what chance could do to that: pictures that belong together
 * (bursts, copies) are drawn together again and again (bootstrap over groups).
 *
 * - `accuracy`: mean over the classes of the share that is named rightly (balanced accuracy); guessing has 1 / classes.
 * - `found` of a class: share of its pictures that is named rightly. `mistaken`: share of all other pictures that is
 *   named so. `found - mistaken` is what the rule knows of the class (Youden's J, 1950): 0 for guessing, 1 for certainty.
 */
import { forEachResample } from './bootstrap.ts';
import { quantileOfSorted } from './statistics.ts';

export interface ClassSkill {
  readonly found: number;
  readonly mistaken: number;
  /** Lower bound of `found - mistaken`, such that it holds for all classes together at 97.5 %. */
  readonly low: number;
}

export interface Skill {
  readonly accuracy: number;
  /** Lower bound of the accuracy: 2.5 % of the draws have less. */
  readonly low: number;
  readonly chance: number;
  readonly classes: readonly ClassSkill[];
}

const RESAMPLES = 1000;
const TAIL = 0.025;

/**
 * @param labels [n] 0 .. classes - 1, each at least once
 * @param named  [n] class that the rule names; below 0 for none
 * @param groups [n] 0 .. number of groups - 1
 */
export function classSkill(
  labels: ArrayLike<number>,
  named: ArrayLike<number>,
  groups: ArrayLike<number>,
  classes: number,
  seed: number,
): Skill {
  const n = labels.length;
  let groupCount = 0;
  for (let i = 0; i < n; i++) groupCount = Math.max(groupCount, groups[i] + 1);
  const count = (draws: ArrayLike<number>): Counts => {
    const members = new Float64Array(classes);
    const hits = new Float64Array(classes);
    const others = new Float64Array(classes);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const weight = draws[groups[i]];
      total += weight;
      members[labels[i]] += weight;
      if (named[i] === labels[i]) hits[labels[i]] += weight;
      else if (named[i] >= 0) others[named[i]] += weight;
    }
    return { members, hits, others, total };
  };
  const accuracies: number[] = [];
  const knowledge = Array.from({ length: classes }, () => new Float64Array(RESAMPLES));
  let r = 0;
  forEachResample(groupCount, { seed, resamples: RESAMPLES }, (draws) => {
    const counts = count(draws);
    accuracies.push(accuracyOf(counts));
    for (let c = 0; c < classes; c++) knowledge[c][r] = foundOf(counts, c) - mistakenOf(counts, c);
    r++;
  });
  const all = count(new Uint8Array(groupCount).fill(1));
  return {
    accuracy: accuracyOf(all),
    low: quantileOfSorted(
      accuracies.sort((a, b) => a - b),
      TAIL,
    ),
    chance: 1 / classes,
    classes: knowledge.map((values, c) => ({
      found: foundOf(all, c),
      mistaken: mistakenOf(all, c),
      low: quantileOfSorted(values.sort(), TAIL / classes),
    })),
  };
}

/** Over one draw: [classes] pictures, those named rightly, those of other classes named so; pictures in all. */
interface Counts {
  readonly members: Float64Array;
  readonly hits: Float64Array;
  readonly others: Float64Array;
  readonly total: number;
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const foundOf = ({ members, hits }: Counts, c: number): number => shareOf(hits[c], members[c]);
const mistakenOf = ({ members, others, total }: Counts, c: number): number => shareOf(others[c], total - members[c]);

/** Over the classes that were drawn. */
function accuracyOf({ members, hits }: Counts): number {
  let sum = 0;
  let present = 0;
  for (let c = 0; c < members.length; c++) {
    if (members[c] === 0) continue;
    sum += hits[c] / members[c];
    present++;
  }
  return shareOf(sum, present);
}

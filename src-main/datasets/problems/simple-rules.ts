/**
 * Very simple rules that name the class of a picture from something beside the object, tried on pictures that they
 * were not made from. Pictures that are nearly the same are never on both sides.
 */
import { classSkill } from '../../numeric/class-skill.ts';
import type { Skill } from '../../numeric/class-skill.ts';
import { discriminantOutOfFold } from '../../numeric/linear-discriminant.ts';
import { hashSeed, Random } from '../../numeric/random.ts';
import type { Sample } from '../dataset.ts';

/** Pictures that a rule is tried on: as many are enough to tell 70 from 72 of 100. */
const MOST_PICTURES = 5000;
/** With fewer that differ, a class is not judged. */
const LEAST_GROUPS = 10;
/** Beyond this there would be too few pictures of each. */
const MOST_CLASSES = 250;
const FOLDS = 5;
/** A key that fewer pictures have says nothing of the next. */
const LEAST_OF_KEY = 3;

/** The pictures that rules are tried on. */
export interface Trial {
  /** [n] index of the sample. */
  readonly chosen: Int32Array;
  /** [n] index into `classes`. */
  readonly labels: Int32Array;
  /** Labels of the classes that are judged. */
  readonly classes: readonly number[];
  /** [n] 0 .. number of groups - 1. */
  readonly groups: Int32Array;
  /** [n] 0 .. 4; a group is in one. */
  readonly folds: Int32Array;
}

/** The same pictures for the same data, each class as often as the others where it can; null where there are too few. */
export function chooseTrial(samples: readonly Sample[], classCount: number): Trial | null {
  const random = new Random(hashSeed('simple-rules'));
  const byClass = Array.from({ length: classCount }, (): number[] => []);
  samples.forEach(({ label }, i) => byClass[label]?.push(i));
  const groupOf = (i: number): number => samples[i]?.group ?? -1 - i;
  const large = byClass.flatMap((members, label) => {
    return new Set(members.map(groupOf)).size >= LEAST_GROUPS ? [label] : [];
  });
  const classes = random
    .shuffle([...large])
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
  if (classes.length < 2) return null;
  const quota = Math.floor(MOST_PICTURES / classes.length);
  const chosen: number[] = [];
  const labels: number[] = [];
  classes.forEach((label, c) => {
    for (const i of random.shuffle([...(byClass[label] ?? [])]).slice(0, quota)) {
      chosen.push(i);
      labels.push(c);
    }
  });
  const numbers = new Map<number, number>();
  const groups = Int32Array.from(chosen, (i) => {
    const group = groupOf(i);
    const known = numbers.get(group) ?? numbers.size;
    numbers.set(group, known);
    return known;
  });
  // Numbers were given class by class in random order: every fold gets its share of each class.
  const folds = groups.map((group) => group % FOLDS);
  return { chosen: Int32Array.from(chosen), labels: Int32Array.from(labels), classes, groups, folds };
}

/** A rule that weighs numbers, e.g. how often each colour occurs. @param featuresOf the numbers of a sample, finite */
export function tryNumbers(trial: Trial, featuresOf: (sample: number) => readonly number[]): Skill {
  const { chosen, labels, classes, folds } = trial;
  const rows = Array.from(chosen, featuresOf);
  const width = rows[0]?.length ?? 0;
  const values = Float64Array.from(rows.flat());
  const named = discriminantOutOfFold({ values, width, labels, classes: classes.length }, folds, FOLDS);
  return judge(trial, named);
}

/**
 * A rule that knows for each key, e.g. each camera, in which class it is most usual. Of several keys of a picture the
 * first that is known counts; where none is, it names no class.
 */
export function tryKeys(trial: Trial, keysOf: (sample: number) => readonly string[]): Skill {
  const { chosen, labels, classes, folds } = trial;
  const keys = Array.from(chosen, keysOf);
  const named = new Int32Array(labels.length).fill(-1);
  for (let fold = 0; fold < FOLDS; fold++) {
    const sizes = new Float64Array(classes.length);
    const counts = new Map<string, Float64Array>();
    keys.forEach((own, i) => {
      if (folds[i] === fold) return;
      sizes[labels[i]]++;
      for (const key of own) {
        let count = counts.get(key);
        if (count === undefined) counts.set(key, (count = new Float64Array(classes.length)));
        count[labels[i]]++;
      }
    });
    const classOf = new Map<string, number>();
    for (const [key, count] of counts) {
      if (count.reduce((sum, value) => sum + value, 0) < LEAST_OF_KEY) continue;
      const shares = count.map((value, c) => value / Math.max(1, sizes[c]));
      classOf.set(key, shares.indexOf(Math.max(...shares)));
    }
    keys.forEach((own, i) => {
      if (folds[i] !== fold) return;
      for (const key of own) {
        named[i] = classOf.get(key) ?? -1;
        if (named[i] >= 0) break;
      }
    });
  }
  return judge(trial, named);
}

function judge({ labels, groups, classes }: Trial, named: Int32Array): Skill {
  return classSkill(labels, named, groups, classes.length, hashSeed('simple-rules'));
}

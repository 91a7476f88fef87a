/** Classes that are too small, or that a part of the data lacks. */
import { SPLITS } from '../dataset.ts';
import type { Dataset, Problem, Sample, Split } from '../dataset.ts';

/** Said to people in the place of the names of parts. */
const PURPOSES: Readonly<Record<Split, string>> = { train: 'training', val: 'choosing thresholds', test: 'testing' };
/** Classes with fewer pictures cannot be split. */
const TINY = 3;

/**
 * One problem a class at most. A split without any picture is not held against the classes, nor is a
 * missing validation picture where we made the splits: a tenth of a small class is none.
 */
export function findThinClasses(
  samples: readonly Sample[],
  classes: readonly string[],
  splitOrigin: Dataset['splitOrigin'],
): Problem[] {
  const counts = classes.map(() => ({ train: 0, val: 0, test: 0 }));
  for (const { label, labels, split } of samples) {
    for (const of of labels ?? [label]) {
      const count = counts[of];
      if (count) count[split]++;
    }
  }
  const used = SPLITS.filter(
    (split) => counts.some((count) => count[split] > 0) && (splitOrigin === 'folders' || split !== 'val'),
  );
  return classes.flatMap((name, label): Problem[] => {
    const count = counts[label] ?? { train: 0, val: 0, test: 0 };
    const total = count.train + count.val + count.test;
    if (total < TINY) {
      const amount = total === 1 ? 'only one picture' : `only ${total} pictures`;
      return [{ file: name, kind: 'tiny-class', reason: `The class has ${amount}; its figures will mean little.` }];
    }
    const missing = used.filter((split) => count[split] === 0);
    if (missing.length === 0) return [];
    const reason = `The class has no picture for ${missing.map((split) => PURPOSES[split]).join(' and ')}.`;
    return [{ file: name, kind: 'class-missing-in-split', reason }];
  });
}

/** Problems that show only when all pictures are known: copies, tiny classes, classes missing in a split. */
import type { Inspected } from './build-dataset.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, Problem, Sample } from './dataset.ts';

/** Classes with fewer pictures cannot be split. */
const TINY = 3;

/** @param pictures what was found in the file of each sample, in the order of the samples */
export function findContentProblems(
  samples: readonly Sample[],
  classes: readonly string[],
  splitOrigin: Dataset['splitOrigin'],
  pictures: readonly Inspected[],
): Problem[] {
  if (pictures.length !== samples.length) throw new RangeError('one picture a sample');
  return [...findCopies(samples, classes), ...findThinClasses(samples, classes, splitOrigin)];
}

/** Compares every picture with the first of the same content. `samples` sorted by id. */
function findCopies(samples: readonly Sample[], classes: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const known = new Map<string, Sample[]>();
  for (const sample of samples) {
    const copies = known.get(sample.hash);
    if (copies === undefined) {
      known.set(sample.hash, [sample]);
      continue;
    }
    const file = sample.id;
    const other = copies.find((copy) => copy.label !== sample.label);
    const elsewhere = copies.find((copy) => copy.split !== sample.split);
    if (other) {
      const reason = `The same picture as ${other.id}, which is labelled "${classes[other.label] ?? ''}".`;
      problems.push({ file, kind: 'conflicting-labels', reason });
    }
    if (elsewhere) {
      const reason = `The same picture as ${elsewhere.id}, which belongs to ${elsewhere.split}.`;
      problems.push({ file, kind: 'duplicate-across-splits', reason });
    }
    if (!other && !elsewhere) {
      problems.push({ file, kind: 'duplicate', reason: `The same picture as ${copies[0]?.id ?? ''}.` });
    }
    copies.push(sample);
  }
  return problems;
}

/**
 * One problem a class at most. A split without any picture is not held against the classes, nor is a
 * missing validation picture where we made the splits: a tenth of a small class is none.
 */
function findThinClasses(
  samples: readonly Sample[],
  classes: readonly string[],
  splitOrigin: Dataset['splitOrigin'],
): Problem[] {
  const counts = classes.map(() => ({ train: 0, val: 0, test: 0 }));
  for (const sample of samples) {
    const count = counts[sample.label];
    if (count) count[sample.split]++;
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
    const reason = `The class has no picture in ${missing.join(' and ')}.`;
    return [{ file: name, kind: 'class-missing-in-split', reason }];
  });
}

/** Problems that show only when all pictures are known. One idea each in the files beside. */
import type { Inspected } from '../build-dataset.ts';
import type { Dataset, Problem, Sample, Task } from '../dataset.ts';
import { findCopies, findNearCopies } from './copies.ts';
import { findLabelsInNames } from './names.ts';
import { findOddPictures } from './odd-pictures.ts';
import { findShortcuts } from './shortcuts.ts';
import { findThinClasses } from './thin-classes.ts';

/** Counts up whenever the same pictures may have other problems than before: see IndexCache.recall. */
export const PROBLEMS_VERSION = 2;

/**
 * @param samples sorted by id
 * @param pictures what was found in the file of each sample, in the order of the samples
 */
export function findContentProblems(
  samples: readonly Sample[],
  classes: readonly string[],
  task: Task,
  splitOrigin: Dataset['splitOrigin'],
  pictures: readonly Inspected[],
): Problem[] {
  if (pictures.length !== samples.length) throw new RangeError('one picture a sample');
  const problems = [
    ...findCopies(samples, classes),
    ...findNearCopies(samples, classes),
    ...findThinClasses(samples, classes, splitOrigin),
    ...findOddPictures(samples, pictures),
  ];
  // Pictures of several classes have no one class that something could give away.
  if (task === 'multi-label') return problems;
  return [...problems, ...findLabelsInNames(samples, classes), ...findShortcuts(samples, classes, pictures)];
}

/** The problems of a corrected data set: what depends on labels and parts is found anew, the rest stays as it was read. */
import { SHORTCUT_KINDS } from '../dataset.ts';
import type { Dataset, Problem, ProblemKind } from '../dataset.ts';
import { findCopies, findNearCopies } from '../problems/copies.ts';
import { findThinClasses } from '../problems/thin-classes.ts';

/** What {@link findCopies}, {@link findNearCopies} and {@link findThinClasses} find. */
const FOUND_ANEW: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'duplicate',
  'duplicate-across-splits',
  'near-duplicate',
  'near-duplicate-across-splits',
  'conflicting-labels',
  'tiny-class',
  'class-missing-in-split',
]);

/**
 * @param base as it was read
 * @param edited its problems are not looked at
 * @param out ids of the pictures that were left out: their problems are settled
 */
export function editedProblems(base: Dataset, edited: Omit<Dataset, 'problems'>, out: ReadonlySet<string>): Problem[] {
  const { samples, classes, splitOrigin } = edited;
  const before = new Set(base.classes);
  const now = new Set(classes);
  const kept = base.problems.filter(({ kind, file }) => {
    if (out.has(file)) return false;
    // A class that none of the pictures could be read of was no class of the data from the beginning.
    if (FOUND_ANEW.has(kind)) return kind === 'tiny-class' && !before.has(file);
    return !(SHORTCUT_KINDS.has(kind) && before.has(file) && !now.has(file));
  });
  return [
    ...kept,
    ...findCopies(samples, classes),
    ...findNearCopies(samples, classes),
    ...findThinClasses(samples, classes, splitOrigin),
  ];
}

/** Why a correction of a data set is not made. */
import { SteadygazeError } from '../../contract/errors.ts';

/**
 * @param counts pictures of each class
 * @param trained pictures that are trained on
 */
export function refuseEmpty(counts: readonly number[], trained: number): void {
  if (counts.filter((pictures) => pictures > 0).length < 2) {
    throw new SteadygazeError(
      'data-one-class',
      'After this fewer than two classes would have pictures, so there would be nothing to tell apart.',
      'Leave at least two classes; nothing was changed.',
    );
  }
  if (trained > 0) return;
  throw new SteadygazeError(
    'data-empty',
    'After this there would be no picture left to train on.',
    'Leave some pictures for training; nothing was changed.',
  );
}

/** @param missing pictures that were named and are not there */
export function nothingToChange([missing]: readonly string[]): SteadygazeError {
  if (missing === undefined) {
    return new SteadygazeError('bad-argument', 'This is so already; nothing was changed.', 'Choose something else.');
  }
  return new SteadygazeError(
    'not-found',
    `There is no picture "${missing}" in this study, or it was left out.`,
    'Choose pictures of the study.',
  );
}

/** @param aside share of the pictures that would not be trained on */
export function refuseShares(aside: number): void {
  if (aside <= 0.8) return;
  throw new SteadygazeError(
    'impossible-value',
    'The shares for validation and testing are together more than 80%.',
    'Leave at least a fifth of the pictures for training.',
  );
}

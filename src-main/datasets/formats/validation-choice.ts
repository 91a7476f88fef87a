/** Whether published validation pictures serve as the test. */
import type { Split } from '../dataset.ts';
import type { Choice } from '../format.ts';

/** What is in force: the answer where it is one of the options, else the guess. */
export const answered = (options: Choice['options'], answer: string | undefined, guess: string): string =>
  options.find(({ value }) => value === answer)?.value ?? guess;

/**
 * Null where no picture is for validation. Without labelled test pictures, results are published on the validation
 * pictures: then they are the test, unless somebody says otherwise.
 */
export function askValidation(splits: readonly (Split | null)[], answer: string | undefined): Choice | null {
  if (!splits.includes('val')) return null;
  const options = [
    { value: 'test', label: 'the test' },
    { value: 'val', label: 'validation' },
  ];
  return {
    key: 'val-as',
    label: 'Validation pictures are',
    value: answered(options, answer, splits.includes('test') ? 'val' : 'test'),
    options,
    explanation: 'Where the test pictures have no labels, results are given for the validation pictures.',
  };
}

export const validationAs = (choice: Choice | null, split: Split | null): Split | null =>
  split === 'val' && choice?.value === 'test' ? 'test' : split;

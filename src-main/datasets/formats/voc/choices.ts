/** What Pascal VOC leaves open: which year, one class a picture or several, and what the validation pictures are for. */
import type { Split } from '../../dataset.ts';
import type { Choice } from '../../format.ts';
import type { VocPart } from './devkit.ts';

const ALL = 'all';

const answered = (options: Choice['options'], answer: string | undefined, guess: string): string =>
  options.find(({ value }) => value === answer)?.value ?? guess;

/** Null where there is only one year. */
export function askYear(parts: readonly VocPart[], answer: string | undefined): Choice | null {
  const years = [...new Set(parts.map(({ year }) => year))].sort();
  if (years.length < 2) return null;
  const options = [
    { value: ALL, label: 'all together' },
    ...years.map((year) => ({ value: year, label: year === '' ? 'this folder' : year })),
  ];
  return {
    key: 'year',
    label: 'Year',
    value: answered(options, answer, ALL),
    options,
    explanation: 'Several years of Pascal VOC lie here.',
  };
}

export const partsOfYear = (parts: readonly VocPart[], year: Choice | null): readonly VocPart[] =>
  year === null || year.value === ALL ? parts : parts.filter((part) => part.year === year.value);

export function askTask(answer: string | undefined): Choice {
  const options = [
    { value: 'multi', label: 'several classes a picture' },
    { value: 'single', label: 'only pictures with objects of exactly one class' },
  ];
  return {
    key: 'task',
    label: 'Classes of a picture',
    value: answered(options, answer, 'multi'),
    options,
    explanation: 'Many pictures show objects of several classes.',
  };
}

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

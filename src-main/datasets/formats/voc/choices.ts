/** What Pascal VOC leaves open: which year, and one class a picture or several. */
import type { Choice } from '../../format.ts';
import { answered } from '../validation-choice.ts';
import type { VocPart } from './devkit.ts';

const ALL = 'all';

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

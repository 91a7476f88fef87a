import { expect, it } from 'vitest';
import { learntSentences, learntTable, type Learnt } from './learnt-table.ts';

const learnt = (variant: string, seed: number, top1: number, seconds: number | null): Learnt => ({
  ...{ variant, seed },
  figures: { top1, ...(seconds === null ? {} : { seconds }) },
});

const ALL = [
  // In any order: seeds are paired by their number.
  learnt('half', 1, 0.82, 25),
  learnt('exact', 0, 0.7, 40),
  learnt('exact', 1, 0.8, 44),
  learnt('half', 0, 0.71, 23),
  learnt('plain', 0, 0.6, null),
  learnt('plain', 1, 0.7, null),
];

it('sets differences of the same seed beside the mean of the reference', () => {
  const rows = learntTable(ALL, ['exact', 'half', 'plain']);
  expect(rows[0]).toEqual(['', 'exact', 'half', 'plain']);
  // exact: 70 and 80, standard deviation sqrt(25 + 25) = 7.07. half: +1 and +2, mean 1.5, deviation 0.707, error 0.5.
  // plain: -10 twice, without any spread.
  expect(rows.find(([name]) => name.startsWith('top-1'))).toEqual([
    ...['top-1, %', '75.0 ± 7.1', '+1.5 ± 0.5', '-10.0 ± 0.0 *'],
  ]);
  // 40 and 44: deviation sqrt(4 + 4) = 2.83. half: -17 and -19, error 1; 18 of them are more than 12.7.
  expect(rows.find(([name]) => name.startsWith('seconds'))).toEqual([
    ...['seconds of the run', '42.0 ± 2.8', '-18.0 ± 1.0 *', '-'],
  ]);
  expect(rows.find(([name]) => name.startsWith('MaxBoxAcc'))).toEqual(['MaxBoxAcc, %', '-', '-', '-']);
});

it('leaves out seeds that a variant lacks, and says what one seed is worth', () => {
  const some = [...ALL.filter(({ seed, variant }) => seed === 0 || variant === 'exact')];
  const rows = learntTable(some, ['exact', 'half']);
  expect(rows.find(([name]) => name.startsWith('top-1'))).toEqual(['top-1, %', '70.0', '+1.0']);
  expect(learntSentences(some, ['exact', 'half']).join(' ')).toContain('This is 1 seed:');
});

it('says how many seeds there are and what they can tell', () => {
  const text = learntSentences(ALL, ['exact', 'half', 'plain']).join(' ');
  expect(text).toContain('This is 2 seeds.');
  expect(text).toContain('must be 12.7 standard errors');
  // Ten figures of two variants: one in twenty.
  expect(text).toContain('Of the 20 differences, about 1 would have one by chance');
});

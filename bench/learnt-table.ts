/** What was learnt, variant beside variant: figures of trained networks, summed up over their seeds. */
import { mean } from '../src-main/numeric/statistics.ts';
import { pairedDifference, standardDeviation, standardErrorsOfChance } from './paired.ts';

/** What is compared, by keys of the evaluation; shares are printed in percent. */
const FIGURES: readonly { readonly key: string; readonly name: string; readonly factor: number }[] = [
  { key: 'top1', name: 'top-1, %', factor: 100 },
  { key: 'acc_mixed_rand', name: 'right on other backgrounds, %', factor: 100 },
  { key: 'bg_gap', name: 'BG-Gap, points', factor: 100 },
  { key: 'group_mean', name: 'mean of class x background, %', factor: 100 },
  { key: 'maxboxacc', name: 'MaxBoxAcc, %', factor: 100 },
  { key: 'pointing', name: 'pointing game, %', factor: 100 },
  { key: 'energy', name: 'energy in the mask, %', factor: 100 },
  { key: 'e_mean', name: 'mean E x 100', factor: 100 },
  { key: 'e_below_half', name: 'E below 1/2, %', factor: 100 },
  { key: 'seconds', name: 'seconds of the run', factor: 1 },
];

/** One trained network: its figures by key; what could not be measured is not there. */
export interface Learnt {
  readonly variant: string;
  readonly seed: number;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * Rows of cells, the names of the columns first: the reference with its mean and standard deviation over the seeds, then
 * of every other variant the mean difference to it and the standard error of that.
 * @param variants in the order of the columns, the reference first
 */
export function learntTable(all: readonly Learnt[], [reference, ...others]: readonly string[]): string[][] {
  const seeds = seedsOfAll(all, [reference, ...others]);
  const valuesOf = (variant: string, key: string): number[] =>
    seeds.map((seed) => figuresOf(all, variant, seed)?.[key] ?? NaN);
  const rows = FIGURES.map(({ key, name, factor }) => {
    const wanted = valuesOf(reference, key).map((value) => value * factor);
    const differences = others.map((variant) => {
      const found = pairedDifference(
        valuesOf(variant, key).map((value) => value * factor),
        wanted,
      );
      if (Number.isNaN(found.mean)) return '-';
      const sign = found.mean < 0 ? '' : '+';
      return `${sign}${withSpread(found.mean, found.standardError)}${found.isBeyondChance ? ' *' : ''}`;
    });
    const known = !wanted.some(Number.isNaN);
    return [name, known ? withSpread(mean(wanted), standardDeviation(wanted)) : '-', ...differences];
  });
  return [['', reference, ...others], ...rows];
}

/** How many seeds that is, and what may be concluded from so many. */
export function learntSentences(all: readonly Learnt[], variants: readonly string[]): string[] {
  const [reference, ...others] = variants;
  const count = seedsOfAll(all, variants).length;
  if (count === 1) {
    return [
      `This is 1 seed: the differences to "${reference}" may be chance altogether, and their spread is not known.`,
    ];
  }
  const tests = FIGURES.length * others.length;
  return [
    `This is ${count} seeds. "${reference}": mean and, after ±, standard deviation over them. The others: mean of the ` +
      `differences to "${reference}" of the same seed and, after ±, the standard error of that mean.`,
    `With ${count} seeds a difference must be ${standardErrorsOfChance(count).toFixed(1)} standard errors to lie beyond ` +
      `chance (95 %, Student's t); those have a *. Of the ${tests} differences, about ${Math.ceil(0.05 * tests)} would have ` +
      'one by chance alone.',
  ];
}

/** Seeds that every variant has been trained with, ascending. */
function seedsOfAll(all: readonly Learnt[], variants: readonly string[]): number[] {
  const seeds = [...new Set(all.map(({ seed }) => seed))].sort((a, b) => a - b);
  return seeds.filter((seed) => variants.every((variant) => figuresOf(all, variant, seed) !== undefined));
}

function figuresOf(all: readonly Learnt[], variant: string, seed: number): Learnt['figures'] | undefined {
  return all.find((each) => each.variant === variant && each.seed === seed)?.figures;
}

function withSpread(value: number, spread: number): string {
  return Number.isNaN(spread) ? value.toFixed(1) : `${value.toFixed(1)} ± ${spread.toFixed(1)}`;
}

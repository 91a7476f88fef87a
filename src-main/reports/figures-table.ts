/** Every figure of every run as rows of a table, each with its interval and its change to the first run. */
import type { ComparedFigure, CompareView } from '../contract/compare-view.ts';
import { csvText, type Cell } from './csv.ts';

const HEADER = [
  ...['run', 'arm', 'seed', 'part', 'figure', 'term', 'value', 'low', 'high', 'pictures'],
  ...['baseline', 'change', 'change_low', 'change_high', 'verdict'],
];

/** A figure of all runs, in their order; the difference is that to the baseline. */
export interface TableFigure extends Pick<ComparedFigure, 'key' | 'part' | 'term' | 'values'> {
  readonly differences: readonly (Omit<NonNullable<ComparedFigure['differences'][number]>, 'sentence'> | null)[];
}

/** Where no difference was computed, its cells are empty: of the baseline itself, and where one was not measured. */
export function figuresCsv(
  runs: readonly Pick<CompareView['runs'][number], 'id' | 'arm' | 'seed'>[],
  figures: readonly TableFigure[],
  baseline: string,
): string {
  const rows = runs.flatMap(({ id, arm, seed }, at) =>
    figures.flatMap(({ key, part, term, values, differences }): Cell[][] => {
      const figure = values[at];
      if (figure === null) return [];
      const difference = differences[at];
      const change: Cell[] =
        difference === null
          ? [null, null, null, null, null]
          : [baseline, difference.change, difference.low, difference.high, difference.verdict];
      return [[id, arm, seed, part, key, term, figure.value, figure.low, figure.high, figure.n, ...change]];
    }),
  );
  return csvText(HEADER, rows);
}

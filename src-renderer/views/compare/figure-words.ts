/** How compared figures are written and drawn. */
import type {
  ComparedFigure,
  FigureDifference,
  FigureGroup,
  FigureUnit,
} from '../../../src-main/contract/compare-view.ts';
import type { Figure } from '../../../src-main/contract/run.ts';
import { fixed, percent, signedPoints } from '../../lib/format.ts';

/** What a person wants to know, for each group of figures. */
export const GROUP_QUESTIONS: Readonly<Record<FigureGroup, string>> = {
  recognition: 'Does it name the pictures correctly?',
  background: 'Does it lean on the background?',
  gaze: 'Does it look at the object?',
  robustness: 'Does it stay right when pictures are disturbed?',
  explanation: 'Is its explanation steady, and true to what it does?',
};

/** A figure: "63.4%", "0.42". */
export const valueText = (value: number, unit: FigureUnit): string =>
  unit === 'share' ? percent(value) : fixed(value, 2);

/** Points of a percentage without their unit, or a number: after "±", and as the end of an interval. */
export const bareText = (value: number, unit: FigureUnit): string =>
  unit === 'share' ? fixed(value * 100, 1) : fixed(value, 2);

/** The ends of an interval under a figure, without its unit: "60.1 to 66.9". */
export function rangeText({ low, high }: Pick<Figure, 'low' | 'high'>, unit: FigureUnit): string {
  return `${bareText(low, unit)} to ${bareText(high, unit)}`;
}

/** A change: "+2.1 points", "−0.04". */
export function changeText(change: number, unit: FigureUnit): string {
  if (unit === 'share') return signedPoints(change);
  const text = fixed(change, 2);
  return change > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** What the whole width of a figure's bars means: one scale for all runs. */
export function domainOf({
  values,
  reference,
  unit,
}: Pick<ComparedFigure, 'values' | 'reference' | 'unit'>): [number, number] {
  const measured = values.filter((value) => value !== null);
  const least = Math.min(0, ...measured.map(({ low }) => low));
  const most = Math.max(0, reference?.value ?? 0, ...measured.map(({ high }) => high));
  // A share that can fall below zero is a difference of two: the middle of the scale is not half of anything.
  if (unit === 'share') return least < 0 ? [Math.min(-0.2, least), Math.max(0.6, most)] : [0, Math.max(1, most)];
  return [least, most === 0 ? 1 : most * 1.1];
}

/** How far the bars of changes reach to either side, one scale for all figures of a unit, so that lengths compare. */
export function reachOf(figures: readonly Pick<ComparedFigure, 'unit' | 'differences'>[], unit: FigureUnit): number {
  const ends = figures
    .filter((figure) => figure.unit === unit)
    .flatMap(({ differences }) => differences.flatMap((each) => (each === null ? [] : [each.low, each.high])));
  return Math.max(0.05, ...ends.map((end) => Math.abs(end ?? 0)));
}

/** Short, beside an icon. Whatever contains zero is neither good nor bad. */
export const VERDICT_WORDS: Readonly<Record<FigureDifference['verdict'], string>> = {
  better: 'Better',
  worse: 'Worse',
  none: 'No measurable difference',
  unknown: 'Not tested',
};

const SERIES = 6;
/** The colour of a run, a token. The first is the baseline's; beyond six they come again, and names tell them apart. */
export const runColour = (index: number): string => `--series-${(index % SERIES) + 1}`;

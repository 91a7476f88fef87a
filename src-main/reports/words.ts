/** How numbers and names are put into words, once, so that every sentence and table agrees. */
import type { FigureUnit } from '../contract/compare-view.ts';
import type { Arm } from '../contract/settings.ts';
import type { AssessmentRow } from '../contract/run.ts';

/** A sentence in which class names are set off from the text around them. */
export type Rich = readonly (string | { readonly name: string })[];

/** The sentence as plain text. */
export function plainText(rich: Rich): string {
  return rich.map((part) => (typeof part === 'string' ? part : part.name)).join('');
}

const LOCALE = 'en';
const percentFormat = new Intl.NumberFormat(LOCALE, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'negative',
});
const wholePercentFormat = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const pointsFormat = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const oneDecimal = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const unitFormat = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signedUnitFormat = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});
const countFormat = new Intl.NumberFormat(LOCALE);

/** A typographic minus is as wide as a digit in tabular figures; Intl writes a hyphen. */
const withMinus = (text: string): string => text.replace('-', '\u2212');

/** A share in [0,1] with one decimal: 0.7823 -> "78.2%". */
export const percent = (share: number): string => withMinus(percentFormat.format(share));
/** Without decimals, for probabilities beside a picture; "over 99%" rather than a rounded 100%. */
export function wholePercent(share: number): string {
  if (share > 0.99 && share < 1) return 'over 99%';
  if (share > 0 && share < 0.01) return 'under 1%';
  return wholePercentFormat.format(share);
}
/** A change in percentage points with its sign, without the word: 0.031 -> "+3.1". */
export const signedPoints = (change: number): string => withMinus(pointsFormat.format(change * 100));
/** The size of a change in percentage points: -0.031 -> "3.1". */
export const points = (change: number): string => oneDecimal.format(Math.abs(change) * 100);
/** A number in [0,1] with two decimals. */
export const unit = (value: number): string => withMinus(unitFormat.format(value));

/** A figure as it is printed: 78.2% or 0.54. */
export const figureText = (unitOf: FigureUnit, value: number): string =>
  unitOf === 'share' ? percent(value) : unit(value);
/** A change with its sign, without the word "points". */
export const changeText = (unitOf: FigureUnit, change: number): string =>
  unitOf === 'share' ? signedPoints(change) : withMinus(signedUnitFormat.format(change));
/** The size of a change in a sentence: "3.1 points" or "0.05". */
export const amountText = (unitOf: FigureUnit, change: number): string =>
  unitOf === 'share' ? `${points(change)} points` : unit(Math.abs(change));
/** The steps in which a figure is printed: tenths of a point, hundredths. Where a border lies is judged on these. */
export const printedSteps = (unitOf: FigureUnit, value: number): number =>
  Math.round(value * (unitOf === 'share' ? 1000 : 100));

export const count = (value: number): string => countFormat.format(value);
/** A number with one decimal: "1.2 classes". */
export const oneDecimalText = (value: number): string => oneDecimal.format(value);
/** eps in [0,1] as image people write it: 0.0157 -> "4.0/255". */
export const epsText = (eps: number): string => `${oneDecimal.format(eps * 255)}/255`;

/** `1 picture`, `2 pictures`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** "45 s", "12 min 5 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${count(total)} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${count(minutes)} min ${count(total % 60)} s`;
  return `${count(Math.floor(minutes / 60))} h ${count(minutes % 60)} min`;
}

interface ArmWords {
  /** Heading of a column. */
  readonly name: string;
  /** In a sentence, after "On this data, ". */
  readonly model: string;
  readonly explanation: string;
}

export const ARM_WORDS: Readonly<Record<Arm, ArmWords>> = {
  plain: {
    name: 'Plain training',
    model: 'the model trained plainly',
    explanation: 'Every training picture counts the same throughout.',
  },
  consistency: {
    name: 'Explanation consistency',
    model: 'the model trained for explanation consistency',
    explanation:
      'From round to round, pictures whose explanation did not survive a disturbed background count more in training.',
  },
  loss: {
    name: 'Weights from the loss',
    model: 'the model trained with weights from the loss',
    explanation: 'A control: pictures with a large loss count more, whatever the model looks at.',
  },
  random: {
    name: 'Random weights',
    model: 'the model trained with random weights',
    explanation: 'A control: the same spread of weights, given to pictures at random.',
  },
  noise: {
    name: 'Noise instead of the attack',
    model: 'the model trained with noise in place of the attack',
    explanation: 'A control: the background is disturbed by plain noise instead of a targeted change.',
  },
  mix: {
    name: 'Mixed backgrounds',
    model: 'the model trained plainly with mixed backgrounds',
    explanation:
      'A share of the training pictures receives the background of another picture; the model\u2019s own heatmaps say what to keep.',
  },
  'consistency-mix': {
    name: 'Explanation consistency and mixed backgrounds',
    model: 'the model trained for explanation consistency with mixed backgrounds',
    explanation: 'Explanation consistency, and a share of the training pictures receives another background.',
  },
  given: {
    name: 'Brought model',
    model: 'the model that was brought',
    explanation: 'It was trained elsewhere and is measured as it is: nothing in it was trained here.',
  },
};

/** A phrase as the beginning of a sentence. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How the gaze moved, from the similarity S of the two heatmaps. The borders are only wording. */
function gazeWords(s: number): { readonly moved: boolean; readonly text: string } {
  if (s < 0.5) return { moved: true, text: 'looks elsewhere' };
  if (s < 0.85) return { moved: true, text: 'looks partly elsewhere' };
  return { moved: false, text: 'looks at nearly the same place' };
}

/** Whether a class is one of the picture's. */
export function isOwn({ label, labels }: Pick<AssessmentRow, 'label' | 'labels'>, candidate: number): boolean {
  return labels?.includes(candidate) ?? candidate === label;
}

/** Whether the disturbance leaves the answer as it was; another class of the picture's own is as right as the first. */
export function sameAnswer(row: AssessmentRow): boolean {
  const { prediction, attackedPrediction } = row;
  if (prediction === attackedPrediction) return true;
  return row.labels !== undefined && isOwn(row, prediction) && isOwn(row, attackedPrediction);
}

/** One sentence that says why a picture is hard. */
export function hardSentence(row: AssessmentRow, classes: readonly string[]): Rich {
  const name = (label: number): { name: string } => ({ name: classes[label] ?? `class ${String(label)}` });
  const flips = row.attackedPrediction !== row.prediction;
  const right = row.prediction === row.label;
  const start: (string | { name: string })[] = right
    ? []
    : ['Even on the original the model says ', name(row.prediction), ' instead of ', name(row.label), '. '];
  if (row.empty) {
    return [
      ...start,
      'No place in the picture speaks for ',
      name(row.label),
      ' before or after the disturbance, so that its explanation counts as lost.',
    ];
  }
  const gaze = gazeWords(row.s);
  const join = gaze.moved ? ', and ' : ', although it ';
  if (flips) {
    // Another of its classes is no mistake.
    const otherwise = isOwn(row, row.attackedPrediction) ? [', which is right too'] : [' instead of ', name(row.label)];
    const instead = right ? otherwise : [];
    return [
      ...start,
      'When the background is disturbed, the model says ',
      name(row.attackedPrediction),
      ...instead,
      join,
      gaze.text,
      '.',
    ];
  }
  const change = row.attackedLabelProbability - row.labelProbability;
  const surer = `its probability of `;
  const went = `${change < 0 ? ' falls' : ' goes'} from ${wholePercent(row.labelProbability)} to ${wholePercent(row.attackedLabelProbability)}`;
  return [
    ...start,
    'When the background is disturbed, the model still says ',
    name(row.prediction),
    `, but ${surer}`,
    name(row.label),
    went,
    gaze.moved ? `, and it ${gaze.text}.` : `; it ${gaze.text}.`,
  ];
}

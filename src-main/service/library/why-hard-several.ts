/** Why a picture of several classes is hard, or is not: the model is asked for each of them, and its answers differ. */
import type { AssessmentRow } from '../../contract/run.ts';
import { isOwn, type Rich, sameAnswer, unit, wholePercent } from '../../reports/words.ts';
import type { GazeMove } from './gaze.ts';
import { looksNow, NOTABLE_CHANGE } from './gaze-words.ts';

type Part = Rich[number];
type Name = (label: number) => Part;

/** A row of multi-label data. Its heatmap is the union of those of its classes. */
export type SeveralRow = AssessmentRow & { readonly labels: readonly number[] };

export const isOfSeveral = (row: AssessmentRow): row is SeveralRow => row.labels !== undefined;

/** From this difference on it is said which class loses the most. */
const NOTABLE_SPREAD = 0.15;

/** @param gaze null where the heatmaps are not there */
export function severalSentence(row: SeveralRow, classes: readonly string[], gaze: GazeMove | null): Rich {
  const name: Name = (label) => ({ name: classes[label] ?? `class ${String(label)}` });
  return [...atFirst(row, name), ...underAttack(row, name, gaze), ...loses(row, name)];
}

function atFirst(row: SeveralRow, name: Name): Part[] {
  if (isOwn(row, row.prediction)) return [];
  const own = row.labels.length === 1 ? [' instead of '] : [', which is none of its classes: '];
  return ['Even on the original the model is surest of ', name(row.prediction), ...own, ...listed(row, name), '. '];
}

function underAttack(row: SeveralRow, name: Name, gaze: GazeMove | null): Part[] {
  const which = row.labels.length === 1 ? listed(row, name) : ['any of its classes'];
  if (gaze?.cleanEmpty ?? row.empty) {
    return ['No place in the picture speaks for ', ...which, ', so there is no gaze that could be steady.'];
  }
  const start = 'When the background is disturbed, ';
  if (gaze?.attackedEmpty === true) {
    return [
      `${start}no place in the picture speaks for `,
      ...which,
      ' any more, and the model ',
      ...says(row, name),
      '.',
    ];
  }
  const looks = gaze === null ? null : looksNow(row, gaze);
  const where = looks ?? (gaze === null ? null : 'looks at nearly the same place');
  const [joint, end] = [where === null ? '' : `${where} and `, lessSure(row, name)];
  return [`${start}the model ${joint}`, ...says(row, name), ...end, '.'];
}

/** "is surest of wolf, which is none of its classes". */
function says(row: SeveralRow, name: Name): Part[] {
  const after = row.attackedPrediction;
  if (after === row.prediction) return ['is still surest of ', name(after)];
  if (sameAnswer(row)) return ['is now surest of ', name(after), ', which is in it too'];
  if (isOwn(row, after)) return ['is now surest of ', name(after), ', which is right'];
  return ['is now surest of ', name(after), row.labels.length === 1 ? '' : ', which is none of its classes'];
}

/** What became of the class that it was surest of among those of the picture. */
function lessSure(row: SeveralRow, name: Name): Part[] {
  const change = row.attackedLabelProbability - row.labelProbability;
  if (Math.abs(change) < NOTABLE_CHANGE) return [];
  const range = `from ${wholePercent(row.labelProbability)} to ${wholePercent(row.attackedLabelProbability)}`;
  return ['; its probability of ', name(row.label), ` ${change < 0 ? 'falls' : 'rises'} ${range}`];
}

/** Which of the classes loses the most, where they differ. */
function loses({ labels, labelE = [] }: SeveralRow, name: Name): Part[] {
  const order = [...labelE.keys()].sort((a, b) => labelE[a] - labelE[b]);
  const [worst, best] = [order[0], order.at(-1)];
  if (best === undefined || labelE[best] - labelE[worst] < NOTABLE_SPREAD) return [];
  return [
    ' Of its classes, the explanation of ',
    name(labels[worst]),
    ` survives least (E\u00a0${unit(labelE[worst])}), that of `,
    name(labels[best]),
    ` most (E\u00a0${unit(labelE[best])}).`,
  ];
}

/** "bag", "bag and boot", "bag, boot and dress". */
function listed({ labels }: SeveralRow, name: Name): Part[] {
  return labels.flatMap((label, i) => {
    const before = i === 0 ? [] : [i === labels.length - 1 ? ' and ' : ', '];
    return [...before, name(label)];
  });
}

/** Why a picture is hard, or is not, in one or two sentences that claim no more than was measured. */
import type { AssessmentRow } from '../../contract/run.ts';
import { hardSentence, type Rich, wholePercent } from '../../reports/words.ts';
import { movedBetween, type GazeMove } from './gaze.ts';
import { looksNow, NOTABLE_CHANGE, SAME_PLACE } from './gaze-words.ts';
import { isOfSeveral, severalSentence } from './why-hard-several.ts';

type Part = Rich[number];

/** Of the gaze: this much more of it than before lies outside of where it lay. */
const NOTABLE_SHARE = 0.15;

/** @param gaze null where the heatmaps are not there: the sentence of a report is all that can be said */
export function whySentence(row: AssessmentRow, classes: readonly string[], gaze: GazeMove | null): Rich {
  if (isOfSeveral(row)) return severalSentence(row, classes, gaze);
  const name = (label: number): Part => ({ name: classes[label] ?? `class ${String(label)}` });
  const right = row.prediction === row.label;
  const start: Part[] = right
    ? []
    : ['Even on the original the model says ', name(row.prediction), ' instead of ', name(row.label), '. '];
  if (gaze?.cleanEmpty === true) {
    const text = [
      'No place in the picture speaks for ',
      name(row.label),
      ', so there is no gaze that could be steady.',
    ];
    return [...start, ...text];
  }
  if (gaze?.attackedEmpty === true) {
    const now = saysNow(row, name);
    return [
      ...start,
      'When the background is disturbed, no place in the picture speaks for ',
      name(row.label),
      ' any more, and the model ',
      ...now,
      '.',
    ];
  }
  if (gaze === null || row.empty) return hardSentence(row, classes);
  return [
    ...start,
    'When the background is disturbed, the model ',
    ...looksAndSays(row, name, gaze),
    ...outside(row, gaze),
  ];
}

function looksAndSays(row: AssessmentRow, name: (label: number) => Part, gaze: GazeMove): Part[] {
  const flips = row.attackedPrediction !== row.prediction;
  const looks = looksNow(row, gaze);
  if (flips) {
    return looks === null
      ? [...saysNow(row, name), ', although it looks at nearly the same place.']
      : [`${looks} and `, ...saysNow(row, name), '.'];
  }
  const less = fallsTo(row, name);
  if (looks === null) {
    return less === null
      ? ['still looks at nearly the same place and still says ', name(row.prediction), '.']
      : ['still says ', name(row.prediction), ', but ', ...less, '; it looks at nearly the same place.'];
  }
  return less === null
    ? [`${looks}, although it still says `, name(row.prediction), '.']
    : [`${looks}; it still says `, name(row.prediction), ', but ', ...less, '.'];
}

/** "says wolf instead of dog", "still says dog". */
function saysNow(row: AssessmentRow, name: (label: number) => Part): Part[] {
  if (row.attackedPrediction === row.prediction) return ['still says ', name(row.prediction)];
  if (row.prediction === row.label) return ['says ', name(row.attackedPrediction), ' instead of ', name(row.label)];
  return row.attackedPrediction === row.label
    ? ['says ', name(row.label), ', which is its label']
    : ['says ', name(row.attackedPrediction)];
}

/** "its probability of dog falls from 90% to 40%"; null where it hardly changes. */
function fallsTo(row: AssessmentRow, name: (label: number) => Part): Part[] | null {
  const change = row.attackedLabelProbability - row.labelProbability;
  if (Math.abs(change) < NOTABLE_CHANGE) return null;
  const range = `from ${wholePercent(row.labelProbability)} to ${wholePercent(row.attackedLabelProbability)}`;
  return ['its probability of ', name(row.label), ` ${change < 0 ? 'falls' : 'rises'} ${range}`];
}

/** How much of the gaze left its old place, where no direction says it better. */
function outside({ s }: AssessmentRow, gaze: GazeMove): Part[] {
  if (s >= SAME_PLACE || movedBetween(gaze) !== null || gaze.outside < gaze.outsideBefore + NOTABLE_SHARE) return [];
  return [` ${wholePercent(gaze.outside)} of its gaze now lies outside the area it looked at before.`];
}

/** How a gaze moved, in words. */
import type { AssessmentRow } from '../../contract/run.ts';
import { movedBetween, type GazeMove } from './gaze.ts';

/** Borders of S are only wording, the same as in reports. */
export const SAME_PLACE = 0.85;
const OTHER_PLACE = 0.5;
/** A change of a probability that is worth a word: as it is printed, in whole percents. */
export const NOTABLE_CHANGE = 0.05;

/** "looks at the lower left instead of the middle"; null where it looks at nearly the same place. */
export function looksNow({ s }: AssessmentRow, gaze: GazeMove): string | null {
  if (s >= SAME_PLACE) return null;
  const move = movedBetween(gaze);
  if (move !== null) return `looks at the ${move.to} instead of the ${move.from}`;
  return s < OTHER_PLACE ? 'looks elsewhere' : 'looks partly elsewhere';
}

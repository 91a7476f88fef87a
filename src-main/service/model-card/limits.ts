/** What an exported network is not for, and what is not known of it, in plain words. */
import { EVALUATION_PARTS } from '../../contract/evaluation.ts';
import type { ReportDocument } from '../../reports/document.ts';
import { limitsOf } from '../../reports/limits.ts';
import { count, counted, points } from '../../reports/words.ts';
import { PART_WORDS } from '../library/part-words.ts';
import type { ModelCard } from './card.ts';

/** Of fewer training pictures, or fewer test pictures, little is learnt, or known, of a class. */
const FEW_TRAINING = 100;
const FEW_TEST = 30;
const NAMED = 10;

type About = Pick<ModelCard, 'classes' | 'isFinished' | 'isLastRound' | 'figures' | 'training' | 'data'>;

/** The most important first. @param document a report of this one run */
export function limitsOfModel(document: ReportDocument, about: About): string[] {
  const { classes, isFinished, isLastRound, figures, training, data } = about;
  const [{ parts }] = document.runs;
  const limits: string[] = [
    'It was made to study what an image classifier looks at. It is not fit for decisions on which health, safety, freedom or money of people depend: nobody has tested it for that.',
    'It knows these classes and nothing else. A picture of anything else is given one of these names too, often with a high probability.',
  ];
  if (!isFinished) limits.push('Training was not finished when it was exported.');
  if (!isLastRound) {
    limits.push(
      'These are the weights of an earlier round. Figures were measured on the weights at the end of training, so none is given here.',
    );
  } else if (figures.length === 0) {
    limits.push('Nothing was measured on test pictures: how good it is, is not known.');
  } else {
    const missing = EVALUATION_PARTS.filter((part) => parts[part] === undefined).map(
      (part) => PART_WORDS[part].question,
    );
    if (missing.length > 0) limits.push(`Not measured, and so not known: ${missing.join(' ')}`);
  }
  const gap = figures.find(({ key }) => key === 'bg_gap');
  if (gap !== undefined && gap.low > 0) {
    limits.push(
      `It relies on the background: with the background of a picture of any class, ${points(gap.value)} points more of its answers are wrong than with the background of a picture of its own class (95% interval ${points(gap.low)} to ${points(gap.high)}, ${counted(gap.n, 'picture')}).`,
    );
  }
  if (data.shortcuts.length > 0) {
    limits.push(
      'The training pictures hold at least one shortcut: something beside the object that gives the class away (see Data). The network may have learnt it.',
    );
  }
  const few = classes.filter(({ train, test }) => train < FEW_TRAINING || test < FEW_TEST);
  if (few.length > 0) limits.push(fewPictures(few, training.arm === 'given'));
  if (training.arm === 'given') {
    limits.push(
      'It was trained elsewhere. What it was trained on, and how, is known only as far as its publisher says.',
    );
  }
  return [...limits, ...(isLastRound ? limitsOf(document) : [])];
}

function fewPictures(few: ModelCard['classes'], isGiven: boolean): string {
  const told = few
    .slice(0, NAMED)
    .map(
      ({ name, train, test }) =>
        `“${name}” (${isGiven ? '' : `${count(train)} to learn from, `}${count(test)} to test)`,
    );
  const more = few.length > NAMED ? ` and ${count(few.length - NAMED)} more` : '';
  return `Few pictures were there for ${counted(few.length, 'class', 'classes')}: ${told.join(', ')}${more}. What is said of them is uncertain.`;
}

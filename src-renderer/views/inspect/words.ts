/** How the things of this view are called, and drawn. */
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import Mountain from '@lucide/svelte/icons/mountain';
import Tag from '@lucide/svelte/icons/tag';
import type { Verdict } from '../../../src-main/contract/sample-view.ts';
import type { Icon } from '../../components/icon.ts';
import { count } from '../../lib/format.ts';
import type { Assessment } from './assessment.ts';
import type { MarkKind, Order } from './sample-query.ts';

export interface VerdictLook {
  readonly verdict: Verdict;
  readonly label: string;
  readonly key: string;
  readonly icon: Icon;
  /** When to choose it. */
  readonly hint: string;
}

export const VERDICT_LOOKS: readonly VerdictLook[] = [
  {
    verdict: 'wrong-label',
    label: 'Wrong label',
    key: '1',
    icon: Tag,
    hint: 'It shows another class than its label says.',
  },
  {
    verdict: 'shortcut',
    label: 'Background shortcut',
    key: '2',
    icon: Mountain,
    hint: 'The model looks at the surroundings instead of the object.',
  },
  {
    verdict: 'ambiguous',
    label: 'Ambiguous',
    key: '3',
    icon: CircleQuestionMark,
    hint: 'People could not tell for sure either.',
  },
  { verdict: 'fine', label: 'Fine', key: '4', icon: CircleCheck, hint: 'Nothing is wrong with the picture.' },
];

export const MARK_LABELS: Readonly<Record<MarkKind | 'unmarked', string>> = {
  'wrong-label': 'Wrong label',
  shortcut: 'Background shortcut',
  ambiguous: 'Ambiguous',
  fine: 'Fine',
  correction: 'To be corrected',
  note: 'With a note',
  unmarked: 'Not marked yet',
};

export const ORDER_LABELS: Readonly<Record<Order, string>> = {
  hardest: 'Hardest first',
  steadiest: 'Steadiest first',
  loss: 'Largest loss first',
  weight: 'Largest weight first',
  fall: 'Fell the most',
  rise: 'Rose the most',
  class: 'By class',
};

/** What filters by the answer to the undisturbed picture are called; of several classes one is enough. */
export function answerLabels({ table }: Assessment): { readonly right: string; readonly wrong: string } {
  return table.labels === undefined
    ? { right: 'Recognised', wrong: 'Taken for another class' }
    : { right: 'Surest of one of its classes', wrong: 'Surest of another class' };
}

/** What the attack does to the answer, beside the class of the picture: "wolf → fox"; '' where nothing is amiss. */
export function changeInWords(assessment: Assessment, row: number): string {
  const { label, prediction, attackedPrediction } = assessment.table.columns;
  const after = assessment.className(attackedPrediction[row]);
  if (prediction[row] === label[row]) return assessment.flips(row) ? `→ ${after}` : '';
  const before = assessment.className(prediction[row]);
  return assessment.flips(row) ? `seen as ${before} → ${after}` : `seen as ${before}`;
}

/** "1 picture", "1,240 pictures". */
export function pictures(n: number): string {
  return n === 1 ? '1 picture' : `${count(n)} pictures`;
}

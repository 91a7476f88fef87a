/** Figures of the reliance on backgrounds: variants, challenge, groups. */
import type { Variant } from '../../contract/evaluation.ts';
import type { FigureKind, FigureReference } from './kind.ts';

const common = { group: 'background', unit: 'share' } as const;
const CHANCE: FigureReference = { label: 'Guessing', read: ({ parts }) => parts.debiasing?.details.chance };
const SOURCE = '(after Xiao et al., ICLR 2021)';

interface VariantWords {
  readonly label: string;
  /** "It is right 3 points more often ...". */
  readonly when: string;
  readonly explanation: string;
  readonly definition: string;
  /** Without an object the right answer can only come from the background. */
  readonly objectGone: boolean;
}

/** The eight backgrounds in plain words. */
export const VARIANT_WORDS: Readonly<Record<Variant, VariantWords>> = {
  original: {
    label: 'Original pictures',
    when: 'on the original pictures whose object is known',
    explanation: 'The pictures as they are, as far as it is known where their objects are.',
    definition: 'the original pictures for which the variants could be built',
    objectGone: false,
  },
  mixed_same: {
    label: 'Background of its own class',
    when: 'with a background of its own class',
    explanation:
      'Each test object is cut out and put on the background of another picture of its own class. A familiar kind of background, but not its own.',
    definition: 'test pictures whose background is that of another picture of the same class',
    objectGone: false,
  },
  mixed_rand: {
    label: 'Background of any class',
    when: 'with a background of any class',
    explanation:
      'The same objects on backgrounds drawn from pictures of any class. A model that knows the object does not mind.',
    definition: 'test pictures whose background is that of a picture of a random class',
    objectGone: false,
  },
  mixed_next: {
    label: 'Background of the next class',
    when: 'with a background of the next class',
    explanation: 'The same objects on backgrounds of the class after their own, which is always a wrong one.',
    definition: 'test pictures whose background is that of a picture of the next class',
    objectGone: false,
  },
  only_bg_t: {
    label: 'Background alone, object tiled over',
    when: 'with the background alone (object tiled over)',
    explanation:
      'The box around the object is covered with pieces of the background. Whoever still names the object right has read it off the background.',
    definition: 'test pictures whose object box is filled with tiles of the background',
    objectGone: true,
  },
  only_bg_b: {
    label: 'Background alone, object blacked out',
    when: 'with the background alone (object box blacked out)',
    explanation: 'The box around the object is black; only the background is left to go by.',
    definition: 'test pictures whose object box is black',
    objectGone: true,
  },
  only_fg: {
    label: 'Object alone, on black',
    when: 'with the object alone on black',
    explanation: 'Everything but the object is black. A model that knows the object needs no more.',
    definition: 'test pictures whose background is black',
    objectGone: false,
  },
  no_fg: {
    label: 'Object cut out, its outline left',
    when: 'with the object cut out',
    explanation: 'The object is black, so its outline and the background are left.',
    definition: 'test pictures whose foreground shape is black',
    objectGone: true,
  },
};

const HEADLINES: readonly Variant[] = ['mixed_same', 'mixed_rand'];

function variantKind(variant: Variant): FigureKind {
  const { label, when, explanation, definition, objectGone } = VARIANT_WORDS[variant];
  return {
    ...common,
    part: 'debiasing',
    key: `acc_${variant}`,
    headline: HEADLINES.includes(variant),
    label: `Correct: ${label.charAt(0).toLowerCase()}${label.slice(1)}`,
    subject: `accuracy ${when}`,
    term: `accuracy on ${variant.replaceAll('_', '-')}`,
    explanation,
    definition: `Accuracy on ${definition} ${SOURCE}.`,
    better: objectGone ? 'lower' : 'higher',
    rises: `is right {} more often ${when}`,
    falls: `is right {} less often ${when}`,
    reference: objectGone ? CHANCE : null,
  };
}

const VARIANT_ORDER: readonly Variant[] = [
  'original',
  'mixed_same',
  'mixed_rand',
  'mixed_next',
  'only_fg',
  'only_bg_t',
  'only_bg_b',
  'no_fg',
];

export const BACKGROUND_KINDS: readonly FigureKind[] = [
  ...VARIANT_ORDER.map(variantKind),
  {
    ...common,
    part: 'debiasing',
    key: 'bg_gap',
    headline: true,
    label: 'Lost when the background no longer fits',
    subject: 'reliance on the background',
    term: 'BG-Gap',
    explanation:
      'The difference between accuracy with a background of its own class and with one of any class: how many percentage points hang on the background rather than on the object. Zero is ideal.',
    definition:
      'BG-Gap = accuracy on mixed-same minus accuracy on mixed-rand, paired by picture (Xiao et al., ICLR 2021, \u201cNoise or Signal\u201d).',
    better: 'lower',
    rises: 'relies on the background {} more',
    falls: 'relies on the background {} less',
    reference: null,
  },
  {
    ...common,
    part: 'debiasing',
    key: 'bg_reliance',
    headline: true,
    label: 'Names the object without seeing it',
    subject: 'how often it is right without seeing the object',
    term: 'background reliance',
    explanation:
      'How much more often than by guessing it names the object right when only the background is left. Some of that can be honest knowledge of where things occur; it is still no sight of the object.',
    definition: 'Accuracy on only-bg-t minus 1 / number of classes.',
    better: 'lower',
    rises: 'is right {} more often without seeing the object',
    falls: 'is right {} less often without seeing the object',
    reference: null,
  },
  {
    ...common,
    part: 'challenge',
    key: 'challenge',
    headline: true,
    label: 'No other background changes its answer',
    subject: 'how many pictures keep their answer before every background',
    term: 'background challenge',
    explanation:
      'Each test object is shown before many other backgrounds. This is the share of pictures whose answer none of them changes.',
    definition:
      'Share of test pictures for which no background of a fixed, seeded set (only-bg-t of other pictures) changes the prediction on the original.',
    better: 'higher',
    rises: 'keeps its answer before every background for {} more of the pictures',
    falls: 'keeps its answer before every background for {} fewer of the pictures',
    reference: null,
  },
  {
    ...common,
    part: 'challenge',
    key: 'challenge_right',
    headline: false,
    label: 'Right before all other backgrounds',
    subject: 'how many pictures are right before every background',
    term: 'background challenge, right throughout',
    explanation: 'The share of pictures that are named correctly before every one of the backgrounds.',
    definition: 'Share of test pictures whose prediction is the given label on all backgrounds of the challenge.',
    better: 'higher',
    rises: 'is right before every background for {} more of the pictures',
    falls: 'is right before every background for {} fewer of the pictures',
    reference: null,
  },
  {
    ...common,
    part: 'groups',
    key: 'worst_group',
    headline: true,
    label: 'Correct in its worst group',
    subject: 'accuracy in the worst group',
    term: 'worst-group accuracy',
    explanation:
      'Pictures are grouped by class and kind of background. This is the accuracy in the group where the model does worst: a good average can hide it.',
    definition:
      'Smallest accuracy over the groups (class, cluster of backgrounds) that are large enough; which group it is may differ between runs.',
    better: 'higher',
    rises: 'is right {} more often in its worst group',
    falls: 'is right {} less often in its worst group',
    reference: null,
  },
  {
    ...common,
    part: 'groups',
    key: 'group_mean',
    headline: false,
    label: 'Correct, every group counting the same',
    subject: 'accuracy with every group counting the same',
    term: 'mean group accuracy',
    explanation: 'Accuracy in each group of class and kind of background, averaged.',
    definition: 'Mean accuracy over the groups that are large enough.',
    better: 'higher',
    rises: 'is right {} more often when every group counts the same',
    falls: 'is right {} less often when every group counts the same',
    reference: null,
  },
  {
    ...common,
    part: 'groups',
    key: 'group_spread',
    headline: false,
    label: 'Between its best and its worst group',
    subject: 'the distance between its best and its worst group',
    term: 'group spread',
    explanation: 'How far accuracy in the best group lies above that in the worst. Small is fair.',
    definition: 'Largest minus smallest accuracy over the groups that are large enough.',
    better: 'lower',
    rises: 'has its best and worst group {} further apart',
    falls: 'has its best and worst group {} closer together',
    reference: null,
  },
];

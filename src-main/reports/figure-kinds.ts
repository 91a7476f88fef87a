/**
 * The figures of a report: where each is found, how it is called in plain words, and its exact
 * definition. Table, sentences, JSON and definitions are all made from this list.
 */
import type { Figure, RunFigures } from '../contract/run.ts';
import type { PerPicture } from './input.ts';

export const FIGURE_KEYS = [
  'top1',
  'acc_mixed_same',
  'acc_mixed_rand',
  'bg_gap',
  'energy',
  'pointing',
  'maxboxacc',
  'maxboxacc_v2',
  'top1_loc',
  'iou',
  'pxap',
] as const;
export type FigureKey = (typeof FIGURE_KEYS)[number];

export interface FigureKind {
  readonly key: FigureKey;
  readonly group: 'recognition' | 'background' | 'gaze';
  /** In plain words, as a row heading. */
  readonly label: string;
  /** As the subject of a sentence: "no measurable difference in ...". */
  readonly subject: string;
  /** The technical term. */
  readonly term: string;
  /** One paragraph for people who do not program. */
  readonly explanation: string;
  /** The exact definition. */
  readonly definition: string;
  readonly better: 'higher' | 'lower';
  /** Sentences for a measurable rise and a measurable fall; ", by 3.1 points" follows. */
  readonly rises: string;
  readonly falls: string;
  readonly read: (figures: RunFigures) => Figure | null;
  /** The measurement on each picture, for paired differences; null where it was not handed over. */
  readonly perPicture: (arrays: PerPicture) => ArrayLike<number> | null;
}

/** mixedSame[i] - mixedRand[i]; not a number where either was not measured. */
function gaps(arrays: PerPicture): Float32Array | null {
  const { mixedSame: same, mixedRand: rand } = arrays;
  if (same === undefined || rand?.length !== same.length) return null;
  return Float32Array.from(same, (hit, i) => (hit === 255 || rand[i] === 255 ? Number.NaN : hit - (rand[i] ?? 0)));
}

export const FIGURE_KINDS: readonly FigureKind[] = [
  {
    key: 'top1',
    group: 'recognition',
    label: 'Named correctly',
    subject: 'accuracy',
    term: 'top-1 accuracy',
    explanation: 'The share of test pictures, never shown in training, to which the model gives the right name.',
    definition: 'Share of test pictures whose most probable class is the given label.',
    better: 'higher',
    rises: 'It names more pictures correctly',
    falls: 'It names fewer pictures correctly',
    read: (f) => f.top1,
    perPicture: (a) => a.correct ?? null,
  },
  {
    key: 'acc_mixed_same',
    group: 'background',
    label: 'Correct with a background of its own class',
    subject: 'accuracy on backgrounds of the same class',
    term: 'accuracy on mixed-same',
    explanation:
      'Each test object is cut out and put on the background of another picture of its own class. A familiar kind of background, but not its own.',
    definition:
      'Accuracy on test pictures whose background is that of another picture of the same class (mixed-same, after Xiao et al., ICLR 2021).',
    better: 'higher',
    rises: 'It is right more often with a background of its own class',
    falls: 'It is right less often with a background of its own class',
    read: (f) => f.debiasing?.mixedSame ?? null,
    perPicture: (a) => a.mixedSame ?? null,
  },
  {
    key: 'acc_mixed_rand',
    group: 'background',
    label: 'Correct with a background of any class',
    subject: 'accuracy on backgrounds of a random class',
    term: 'accuracy on mixed-rand',
    explanation:
      'The same objects on backgrounds drawn from pictures of any class. A model that knows the object does not mind.',
    definition:
      'Accuracy on test pictures whose background is that of a picture of a random class (mixed-rand, after Xiao et al., ICLR 2021).',
    better: 'higher',
    rises: 'It is right more often with a background of any class',
    falls: 'It is right less often with a background of any class',
    read: (f) => f.debiasing?.mixedRand ?? null,
    perPicture: (a) => a.mixedRand ?? null,
  },
  {
    key: 'bg_gap',
    group: 'background',
    label: 'Lost when the background no longer fits',
    subject: 'reliance on the background',
    term: 'BG-Gap',
    explanation:
      'The difference between the two lines above: how many percentage points of accuracy hang on the background rather than on the object. Zero is ideal.',
    definition:
      'BG-Gap = accuracy on mixed-same minus accuracy on mixed-rand, paired by picture (Xiao et al., ICLR 2021, \u201cNoise or Signal\u201d).',
    better: 'lower',
    rises: 'It relies on the background more',
    falls: 'It relies on the background less',
    read: (f) => f.debiasing?.bgGap ?? null,
    perPicture: gaps,
  },
  {
    key: 'energy',
    group: 'gaze',
    label: 'Share of its gaze on the object',
    subject: 'the share of the gaze on the object',
    term: 'energy in the mask or box',
    explanation:
      'The heatmap says how much each place speaks for the label. This is the part of it that lies on the object, averaged over the pictures. Compare it with a map that is the same everywhere.',
    definition: 'Sum of the heatmap inside the object divided by its sum over the picture, mean over test pictures.',
    better: 'higher',
    rises: 'More of its gaze lies on the object',
    falls: 'Less of its gaze lies on the object',
    read: (f) => f.localization?.energy ?? null,
    perPicture: (a) => a.energy ?? null,
  },
  {
    key: 'pointing',
    group: 'gaze',
    label: 'Looks at the object first',
    subject: 'how often the strongest point lies on the object',
    term: 'pointing game',
    explanation: 'The share of pictures in which the single strongest point of the heatmap lies on the object.',
    definition: 'Share of test pictures whose heatmap maximum lies inside the object, without tolerance.',
    better: 'higher',
    rises: 'It looks at the object first more often',
    falls: 'It looks at the object first less often',
    read: (f) => f.localization?.pointing ?? null,
    perPicture: (a) => a.pointing ?? null,
  },
  {
    key: 'maxboxacc',
    group: 'gaze',
    label: 'A box around its gaze finds the object',
    subject: 'finding the object with a box',
    term: 'MaxBoxAcc',
    explanation:
      'A box is drawn around the largest bright area of the heatmap. It counts when it overlaps well with the object. One brightness border holds for all pictures; where it was chosen is listed at the end.',
    definition:
      'Choe et al., CVPR 2020: largest component above one threshold shared by all pictures, IoU at least 0.5; the threshold is chosen on the validation split where it is annotated.',
    better: 'higher',
    rises: 'A box around its gaze finds the object more often',
    falls: 'A box around its gaze finds the object less often',
    read: (f) => f.localization?.maxboxacc ?? null,
    perPicture: (a) => a.maxboxacc ?? null,
  },
  {
    key: 'maxboxacc_v2',
    group: 'gaze',
    label: 'The same, for loose to tight boxes',
    subject: 'finding the object with loose to tight boxes',
    term: 'MaxBoxAccV2',
    explanation: 'Boxes around all bright areas; the mean over a loose, a medium and a tight demand on the overlap.',
    definition:
      'Choe et al., CVPR 2020: all components against all true boxes; mean over IoU 0.3, 0.5 and 0.7, each with its own threshold, chosen on the validation split where it is annotated.',
    better: 'higher',
    rises: 'Loose to tight boxes around its gaze find the object more often',
    falls: 'Loose to tight boxes around its gaze find the object less often',
    read: (f) => f.localization?.maxboxaccV2 ?? null,
    perPicture: (a) => a.maxboxaccV2 ?? null,
  },
  {
    key: 'top1_loc',
    group: 'gaze',
    label: 'Right name and right place',
    subject: 'right name and right place together',
    term: 'Top-1 Loc',
    explanation: 'The share of pictures that are named correctly and whose box also finds the object.',
    definition: 'Share of test pictures with the right class and a MaxBoxAcc hit at the same threshold.',
    better: 'higher',
    rises: 'Name and place are right together more often',
    falls: 'Name and place are right together less often',
    read: (f) => f.localization?.top1Loc ?? null,
    perPicture: (a) => {
      const { correct, maxboxacc } = a;
      if (correct === undefined || maxboxacc?.length !== correct.length) return null;
      return correct.map((hit, i) => (hit === 255 || maxboxacc[i] === 255 ? 255 : hit & (maxboxacc[i] ?? 0)));
    },
  },
  {
    key: 'iou',
    group: 'gaze',
    label: 'Overlap of that box with the object',
    subject: 'the overlap of the box with the object',
    term: 'IoU at the chosen threshold',
    explanation:
      'How much of the box around its gaze and of the true box lie over each other, on average: 100% is a perfect fit.',
    definition:
      'Mean intersection over union of the box of the largest component at the MaxBoxAcc threshold and the best fitting true box.',
    better: 'higher',
    rises: 'The box around its gaze fits the object better',
    falls: 'The box around its gaze fits the object less well',
    read: (f) => f.localization?.iou ?? null,
    perPicture: (a) => a.iou ?? null,
  },
  {
    key: 'pxap',
    group: 'gaze',
    label: 'Object outlined pixel by pixel',
    subject: 'outlining the object',
    term: 'PxAP',
    explanation:
      'How well the heatmap separates the pixels of the object from all others, over all brightness borders.',
    definition: 'Area under the precision-recall curve over all pixels of the test split (Choe et al., CVPR 2020).',
    better: 'higher',
    rises: 'It outlines the object better',
    falls: 'It outlines the object less well',
    read: (f) => f.localization?.pxap ?? null,
    perPicture: () => null,
  },
];

const kinds = new Map(FIGURE_KINDS.map((kind) => [kind.key, kind]));

/** The kind of a key. */
export function figureKind(key: FigureKey): FigureKind {
  const kind = kinds.get(key);
  if (kind === undefined) throw new RangeError(`No such figure: ${key}`);
  return kind;
}

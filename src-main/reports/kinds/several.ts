/** Figures of pictures that may be of several classes, and what other figures mean there. */
import type { StoredEvaluation } from '../../contract/evaluation.ts';
import type { FigureKind } from './kind.ts';

const common = { part: 'recognition', group: 'recognition', unit: 'share' } as const;

/** Share of the pictures that are of each class, for those that any picture is of. */
function shares({ parts }: StoredEvaluation): number[] {
  const details = parts.recognition?.details;
  const pictures = parts.recognition?.pictures ?? 0;
  if (details === undefined || pictures === 0) return [];
  return details.perClass.flatMap((figure) => (figure === null ? [] : [figure.n / pictures]));
}

/** In the order in which they are shown, before those of recognition. */
export const SEVERAL_KINDS: readonly FigureKind[] = [
  {
    ...common,
    key: 'map',
    headline: true,
    label: 'Finds the pictures of each class',
    subject: 'finding the pictures of each class',
    term: 'mean average precision (mAP)',
    explanation:
      'For each class the test pictures are put in order, the one in which the model is most sure of that class first. 100% means that all pictures of the class come before all others. This is the average over the classes.',
    definition:
      'Mean over the classes of the area under the exact precision-recall curve (not the 11 points of VOC 2007). A picture of which it is not known whether it shows a class does not count for that class.',
    better: 'higher',
    rises: 'finds the pictures of each class {} better',
    falls: 'finds the pictures of each class {} less well',
    reference: {
      label: 'Any order',
      read: (evaluation) => {
        const each = shares(evaluation);
        return each.length === 0 ? undefined : each.reduce((sum, share) => sum + share, 0) / each.length;
      },
    },
  },
  {
    ...common,
    key: 'label_accuracy',
    headline: false,
    label: 'Right about each class',
    subject: 'how often it is right about a class',
    term: 'label accuracy',
    explanation:
      'For each picture and each class the model says whether the class is there. This is how often that is right. Where most classes are absent from most pictures, saying \u201cno\u201d every time reaches much of it.',
    definition:
      'Mean over the test pictures of the share of classes, of those of which it is known whether they are there, with a probability above 1/2 exactly where they are.',
    better: 'higher',
    rises: 'is right about a class {} more often',
    falls: 'is right about a class {} less often',
    reference: {
      label: 'Always \u201cno\u201d',
      read: (evaluation) => {
        const each = shares(evaluation);
        const classes = evaluation.parts.recognition?.details.perClass.length ?? 0;
        return classes === 0 ? undefined : 1 - each.reduce((sum, share) => sum + share, 0) / classes;
      },
    },
  },
];

const OTHERWISE: Readonly<Record<string, Partial<FigureKind>>> = {
  top1: {
    headline: true,
    label: 'Its first name is right',
    explanation:
      'The share of test pictures, never shown in training, of which the class that the model is most sure of is one of theirs.',
    definition:
      'Share of test pictures whose most probable class is one of theirs; classes of which it is not known whether they are there are left out.',
    reference: {
      label: 'The commonest class',
      read: (evaluation) => {
        const each = shares(evaluation);
        return each.length === 0 ? undefined : Math.max(...each);
      },
    },
  },
  top5: {
    label: 'A right name among its first five',
    explanation: 'The share of test pictures of which one class is among the five that the model holds most probable.',
    definition: 'Share of test pictures of which a class is among the five most probable ones.',
  },
  ece: {
    definition:
      'Mean over 15 equal-width bins of the probability of the most probable class, weighted by their pictures, of the distance between that probability and how often the class is one of the picture\u2019s.',
  },
  top1_loc: {
    explanation: 'The share of objects whose class the model sees in the picture and whose box also finds them.',
    definition:
      'Share of pairs of a test picture and one of its classes with a probability of the class above 1/2 and a MaxBoxAcc hit at the same threshold.',
  },
};

/** A figure as it is meant where pictures may be of several classes. */
export const severalKind = (kind: FigureKind): FigureKind => ({ ...kind, ...OTHERWISE[kind.key] });

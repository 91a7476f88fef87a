/** Figures of recognition. */
import type { FigureKind, FigureReference } from './kind.ts';

const common = { part: 'recognition', group: 'recognition', unit: 'share' } as const;

/** Naming the commonest class every time. */
const COMMONEST: FigureReference = {
  label: 'The commonest class',
  read: ({ parts }) => {
    const rows = parts.recognition?.details.confusion.map((row) => row.reduce((sum, n) => sum + n, 0)) ?? [];
    const total = rows.reduce((sum, n) => sum + n, 0);
    return total === 0 ? undefined : Math.max(...rows) / total;
  },
};

export const RECOGNITION_KINDS: readonly FigureKind[] = [
  {
    ...common,
    key: 'top1',
    headline: true,
    label: 'Named correctly',
    subject: 'accuracy',
    term: 'top-1 accuracy',
    explanation: 'The share of test pictures, never shown in training, to which the model gives the right name.',
    definition: 'Share of test pictures whose most probable class is the given label.',
    better: 'higher',
    rises: 'is right {} more often',
    falls: 'is right {} less often',
    reference: COMMONEST,
  },
  {
    ...common,
    key: 'top5',
    headline: false,
    label: 'Right name among its first five',
    subject: 'how often the right name is among its first five',
    term: 'top-5 accuracy',
    explanation: 'The share of test pictures whose right name is among the five that the model holds most probable.',
    definition: 'Share of test pictures whose label is among the five most probable classes.',
    better: 'higher',
    rises: 'has the right name among its first five {} more often',
    falls: 'has the right name among its first five {} less often',
    reference: null,
  },
  {
    ...common,
    key: 'balanced_accuracy',
    headline: true,
    label: 'Named correctly, every class counting the same',
    subject: 'accuracy with every class counting the same',
    term: 'balanced accuracy',
    explanation: 'Accuracy of each class, averaged. A class with few pictures weighs as much as one with many.',
    definition: 'Mean over the classes of the share of their test pictures that are named correctly.',
    better: 'higher',
    rises: 'is right {} more often when every class counts the same',
    falls: 'is right {} less often when every class counts the same',
    reference: null,
  },
  {
    ...common,
    key: 'ece',
    headline: true,
    label: 'How far its certainty is off',
    subject: 'how far its certainty is off',
    term: 'expected calibration error (ECE)',
    explanation:
      'A model that says \u201c90% sure\u201d should be right 9 times out of 10. This is how far it is from that, averaged over its answers.',
    definition:
      'Mean over 15 equal-width bins of confidence, weighted by their pictures, of the distance between mean confidence and accuracy.',
    better: 'lower',
    rises: 'has its certainty {} further off',
    falls: 'has its certainty {} closer to the truth',
    reference: null,
  },
];

/** Figures of single filters, class gates and prototypes: whether each stands for one thing. */
import type { FigureKind } from './kind.ts';

const interpretability = {
  part: 'interpretability',
  group: 'explanation',
  unit: 'share',
  headline: false,
  reference: null,
} as const;

const FILTER_KINDS: readonly FigureKind[] = [
  {
    ...interpretability,
    key: 'filter_locality',
    headline: true,
    label: 'How much of what a filter shows lies in one place',
    subject: 'how much of what a filter shows lies in one place',
    term: 'filter locality',
    explanation:
      'A filter of the last layer answers to something in the picture. Where all that it shows lies around its strongest point, it marks one place, and one can look what is there; where it shows something everywhere, nobody can say what it stands for.',
    definition:
      'Share of the positive values (by mass) of a filter of the last convolutional map that lies within n/4 of its peak (L1 distance in cells, rounded down; n the side of the map, of other shapes the mean of the sides), which is how far the part templates of Zhang, Wu and Zhu (CVPR 2018) reach with beta = 4; mean over the filters whose largest value in the picture is above 0, each counting the same; mean over test pictures. Measured before any part mask, so that networks with and without one compare. The first of equal peaks counts.',
    better: 'higher',
    rises: 'has {} more of what its filters show around their peaks',
    falls: 'has {} less of what its filters show around their peaks',
    reference: {
      label: 'The same everywhere',
      read: ({ parts }) => parts.interpretability?.figures['uniform_locality']?.value,
    },
  },
  {
    ...interpretability,
    key: 'uniform_locality',
    yardstick: true,
    label: 'Filters that show the same everywhere',
    subject: 'filters that show the same everywhere',
    term: 'filter locality of even maps',
    explanation:
      'What the line above would be if these filters showed the same everywhere. Filters without any pattern lie above it as well, because a peak is where a filter happens to show most.',
    definition: 'Share of the places of the map that lie as near to the same peaks; mean as above.',
    better: 'higher',
    rises: 'would have {} more of even filters around their peaks',
    falls: 'would have {} less of even filters around their peaks',
  },
  {
    ...interpretability,
    key: 'filter_selectivity',
    unit: 'number',
    label: 'Filters that answer to one class',
    subject: 'how much its filters answer to one class',
    term: 'class selectivity index of filters',
    explanation:
      '0: a filter answers to all classes alike; 1: to one class alone. A filter of one class is easier to understand; a model can be right without it, with filters of what several classes share.',
    definition:
      'Mean over filters of (m \u2212 o) / (m + o), m the largest mean activation of a class and o the mean over the other classes with pictures (Morcos et al., ICLR 2018); activations are means of the positive part over all places of the last convolutional map. Filters that answer to no picture are left out. In resampling the class of each filter stays. It is larger with fewer pictures of each class: compare on the same pictures only.',
    better: 'higher',
    rises: 'has filters that answer more to one class alone (class selectivity {} more)',
    falls: 'has filters that answer less to one class alone (class selectivity {} less)',
  },
];

const GATE_KINDS: readonly FigureKind[] = [
  {
    ...interpretability,
    key: 'complement_accuracy',
    label: 'Still right without the filters of the class',
    subject: 'how often it is right without the filters of the class',
    term: 'accuracy through the complement of the class gate',
    explanation:
      'The filters of the class that the picture is of are closed, all others stay open. If the class is named by its own filters alone, the model must now fail; small is good.',
    definition:
      'Share of test pictures named correctly when the last convolutional map is multiplied by 1 \u2212 G of the given label, G the class gate (Liang et al., ECCV 2020).',
    better: 'lower',
    rises: 'is right {} more often without the filters of the class',
    falls: 'is right {} less often without the filters of the class',
  },
  {
    ...interpretability,
    key: 'gated_accuracy',
    label: 'Right with the filters of the class alone',
    subject: 'how often it is right with the filters of the class alone',
    term: 'accuracy through the class gate',
    explanation:
      'Only the filters of the class that the picture is of stay open. The gate is told the class, so this flatters: compare it with how often the filters of another class mislead.',
    definition:
      'Share of test pictures named correctly when the last convolutional map is multiplied by G of the given label, G the class gate (Liang et al., ECCV 2020).',
    better: 'higher',
    rises: 'is right {} more often with the filters of the class alone',
    falls: 'is right {} less often with the filters of the class alone',
  },
  {
    ...interpretability,
    key: 'gate_misled',
    label: 'Misled by the filters of another class',
    subject: 'how often the filters of another class mislead it',
    term: 'answers that the class gate alone makes',
    explanation:
      'Only the filters of another class stay open, and the model names that class. Filters that answer to their class would stay silent here; where this happens as often as the line above is right, the gate decides and not what the filters see.',
    definition:
      'Share of test pictures named as the class after theirs when the last convolutional map is multiplied by G of that class (the last class is followed by the first). A control of ours.',
    better: 'lower',
    rises: 'is misled {} more often by the filters of another class',
    falls: 'is misled {} less often by the filters of another class',
  },
];

const PROTOTYPE_KINDS: readonly FigureKind[] = [
  {
    ...interpretability,
    key: 'prototype_purity',
    headline: true,
    label: 'Prototypes that find their own class',
    subject: 'how often prototypes find their own class',
    term: 'prototype purity (by class)',
    explanation:
      'Of each prototype the test pictures that have the place most like it: how many are of the class that it stands for. 100%: it means this class and nothing else.',
    definition:
      'For each prototype the 10 test pictures whose best place is most similar to it: share that is of its class; mean over prototypes. After Nauta et al. (CVPR 2023), who count parts of objects; here nobody has marked parts, so classes are counted. Prototypes of classes with fewer than 10 measured pictures are judged by as many as there are.',
    better: 'higher',
    rises: 'has prototypes that find their own class {} more often',
    falls: 'has prototypes that find their own class {} less often',
    reference: {
      label: 'Chosen at random',
      read: ({ parts }) => parts.interpretability?.details.prototypes?.chance,
    },
  },
  {
    ...interpretability,
    key: 'prototype_on_object',
    label: 'Prototypes that point at an object',
    subject: 'how often prototypes point at an object',
    term: 'best places on an object',
    explanation: 'Of the same pictures: how many of the places that are most like the prototype lie on an object.',
    definition:
      'Of the places most similar to each prototype in the 10 test pictures of the line above, the share whose middle (that of the cell of the map) lies on an object, by masks, else by boxes, of whatever class; mean over prototypes. Pictures of which it is not known where their objects are do not count.',
    better: 'higher',
    rises: 'has prototypes that point at an object {} more often',
    falls: 'has prototypes that point at an object {} less often',
    reference: {
      label: 'Places chosen at random',
      read: ({ parts }) => parts.interpretability?.figures['uniform_on_object']?.value,
    },
  },
  {
    ...interpretability,
    key: 'uniform_on_object',
    yardstick: true,
    label: 'Places chosen at random that lie on an object',
    subject: 'places chosen at random that lie on an object',
    term: 'places on an object',
    explanation: 'What the line above would be if places of the same pictures were chosen at random.',
    definition: 'Share of the places of the same pictures whose middle lies on an object; mean over prototypes.',
    better: 'higher',
    rises: 'has {} more of the places of these pictures on objects',
    falls: 'has {} less of the places of these pictures on objects',
  },
];

export const INTERPRETABILITY_KINDS: readonly FigureKind[] = [...FILTER_KINDS, ...GATE_KINDS, ...PROTOTYPE_KINDS];

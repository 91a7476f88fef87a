/** What every figure and every word of the method means, exactly. */
import { BOOTSTRAP_RESAMPLES, BOOTSTRAP_SEED } from './comparison.ts';
import type { ReportDocument } from './document.ts';
import { FIGURE_KINDS } from './figure-kinds.ts';

export interface Definition {
  readonly key: string;
  readonly term: string;
  readonly definition: string;
}

export const METHOD_SOURCE =
  'H. Wu, H. Jiang, K. Wang, Z. Tang, X. He, L. Lin: Improving Network Interpretability via Explanation Consistency Evaluation. IEEE Transactions on Multimedia 2024, arXiv 2408.04600.';

const METHOD: readonly Definition[] = [
  {
    key: 'heatmap',
    term: 'Heatmap (gaze)',
    definition:
      'How much each place of the last feature map speaks for the given label: class activation map (CAM) for networks that end in average pooling and one dense layer, Grad-CAM for others. Negative values become 0, then the map is divided by its maximum.',
  },
  {
    key: 'background',
    term: 'Background',
    definition:
      'The pixels where the heatmap, enlarged to the picture, is below the threshold given in the settings (rule \u201cmean\u201d: the mean of the map). It is the model\u2019s own background; no annotation is used.',
  },
  {
    key: 'attack',
    term: 'Disturbance (semantic-preserving adversarial sample)',
    definition:
      'Only the background is changed, by at most eps and in a direction that hurts the prediction (attack \u201cnoise\u201d: in a random one). What the model itself looks at stays exactly as it is.',
  },
  {
    key: 'e',
    term: 'E, explanation consistency',
    definition:
      'E = S \u00d7 Q, between 0 and 1, for one picture: how much of its explanation survives the disturbance. An empty heatmap has E = 0. Pictures with small E are called hard.',
  },
  {
    key: 's',
    term: 'S, similarity of the heatmaps',
    definition:
      'Similarity of the heatmaps before and after the disturbance by the measure named in the settings (\u201ccosine\u201d: cosine of the two maps).',
  },
  {
    key: 'q',
    term: 'Q, agreement of the predictions',
    definition:
      'By the measure named in the settings (\u201cratio\u201d: the probability of the label after the disturbance divided by that before it, at most 1).',
  },
  {
    key: 'v',
    term: 'v, weight in training',
    definition:
      'v = 1 \u2212 E plus the floor given in the settings, divided by its mean over the training set; fixed until the next assessment. In plain training v is 1.',
  },
  {
    key: 'eps',
    term: 'eps',
    definition:
      'The largest change of a colour value, on a scale from 0 to 1. With \u201cauto\u201d it is the largest eps up to 8/255 at which the share of a seeded probe of correctly classified training pictures given in the settings keeps its prediction.',
  },
  {
    key: 'rounds',
    term: 'Round, assessment',
    definition:
      'Train, then assess every training picture (disturb it, compute E), then train again with the new weights. The last assessment has no training after it.',
  },
];

/** All definitions that this report uses. */
export function definitionsOf(document: ReportDocument): Definition[] {
  const figures = FIGURE_KINDS.filter((kind) => document.runs.some((run) => run.figures[kind.key] !== null));
  const hasBoxes = document.runs.some((run) => run.localization !== null);
  return [
    ...figures.map(({ key, term, definition }) => ({ key, term, definition })),
    ...(hasBoxes
      ? [
          {
            key: 'centre_box',
            term: 'Box in the middle',
            definition:
              'MaxBoxAcc of one centred box for all pictures, its size chosen on the validation split. A gaze that does not beat it has localised nothing.',
          },
          {
            key: 'uniform_energy',
            term: 'Even map',
            definition:
              'Energy of a map that is the same everywhere, which is the mean share of the picture that the object covers.',
          },
        ]
      : []),
    {
      key: 'interval',
      term: '95% interval',
      definition: `Percentile bootstrap over pictures, ${String(BOOTSTRAP_RESAMPLES)} resamples (differences: seed ${String(BOOTSTRAP_SEED)}). It says how much a figure depends on which pictures were drawn for the test, not how much another training would change it.`,
    },
    ...METHOD,
  ];
}

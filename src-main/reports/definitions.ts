/** What every figure and every word of the method means, exactly. */
import { BOOTSTRAP_RESAMPLES } from './comparison.ts';
import type { ReportDocument } from './document.ts';
import type { FigureKind } from './figure-kinds.ts';
import type { RunView } from './run-view.ts';
import { PARTS_OF } from './shown.ts';

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
export function definitionsOf({ kinds, sections, runs }: ReportDocument): Definition[] {
  const parts = new Set(sections.flatMap((section) => PARTS_OF[section]));
  const whole = sections.includes('comparison');
  const figures = kinds.filter(({ part, headline }) => parts.has(part) || (whole && headline));
  return [
    ...withoutFamilies(figures).map(({ key, term, definition }) => ({ key, term, definition })),
    ...(figures.some(({ part }) => part === 'robustness') ? ATTACKS : []),
    ...(figures.some(({ part }) => part === 'stability') ? CHANGES : []),
    ...(sections.includes('debiasing') && runs.some((run) => run.parts.groups !== undefined) ? GROUPS : []),
    ...(sections.includes('explanations') && runs.some((run) => run.parts.faithfulness !== undefined) ? SANITY : []),
    ...(sections.includes('explanations') && runs.some(({ parts }) => gateOf(parts) !== null) ? GATE : []),
    {
      key: 'interval',
      term: '95% interval',
      definition: `Percentile bootstrap over pictures, ${String(BOOTSTRAP_RESAMPLES)} resamples, with the seed named in the settings of the measurement. Differences are resampled in pairs: the same pictures for both models. It says how much a figure depends on which pictures were drawn for the test, not how much another training would change it.`,
    },
    ...METHOD,
    ...(runs.some(({ record }) => record.task === 'multi-label') ? SEVERAL : []),
  ];
}

/** Figures that differ from others of a family in one word only: one definition covers them. */
const IN_FAMILIES = /^(mce_|map_|same_)/;
const withoutFamilies = (kinds: readonly FigureKind[]): FigureKind[] =>
  kinds.filter(({ part, key }) => part !== 'robustness' && !IN_FAMILIES.test(key));

const CHANGES: readonly Definition[] = [
  {
    key: 'harmless_changes',
    term: 'stability under harmless changes',
    definition:
      'Mean cosine of the heatmaps, and share of unchanged predictions, before and after the test pictures are stored as JPEG, made a little brighter or darker, shifted a little, or mirrored, by the amounts in the settings. Shift and mirroring are undone on the heatmap before it is compared.',
  },
];

const gateOf = ({ interpretability }: RunView['parts']) => interpretability?.details.gate ?? null;

const GATE: readonly Definition[] = [
  {
    key: 'gate_sparsity',
    term: 'gate sparsity, classes of a filter',
    definition:
      'Gate sparsity is 1 minus the mean of the class gate over all classes and filters (1 minus the L1-density of Liang et al., ECCV 2020); the classes of a filter are the sum of its gate over the classes, mean over filters. Both are properties of the weights: they depend on no picture and have no interval.',
  },
];

const ATTACKS: readonly Definition[] = [
  {
    key: 'attacks',
    term: 'accuracy and same prediction under attack',
    definition:
      'The share of test pictures that are named correctly, and the share whose prediction stays what it was, after an attack with knowledge of the model: FGSM (one step), PGD-10 (ten steps), PGD-50 (fifty steps from random starts, the worst outcome counting), each within eps of 255 in every colour value; on the whole picture, or on the background only. Attacks are untargeted and use the gradient of the loss of the given label.',
  },
];

const SEVERAL: readonly Definition[] = [
  {
    key: 'several_classes',
    term: 'pictures of several classes',
    definition:
      'Every class is a question of its own, with a probability of its own (sigmoid); training minimises the sum of binary cross-entropies, in which classes of which it is not known whether they are there have no part. Each class of a picture has a heatmap; the background is what is background for all of them, the disturbance raises the sum, and E is the mean of the E of the picture\u2019s classes. A picture is shown with the brightest of its heatmaps at each place, and named by the class of its own that the model is most sure of; it is named correctly where the most probable class is one of its own. Figures of heatmaps on test pictures are means over pairs of a picture and one of its classes, and their intervals draw pictures. Accuracy under attack, under corruptions and before other backgrounds is about the most probable class.',
  },
];

const GROUPS: readonly Definition[] = [
  {
    key: 'groups',
    term: 'groups, kinds of background',
    definition:
      'Backgrounds are clustered by their look (colours and texture, seeded); a group is one class before one kind of background. Groups with fewer pictures than the report names take no part in worst, mean and spread.',
  },
];

const SANITY: readonly Definition[] = [
  {
    key: 'sanity',
    term: 'sanity check by randomised layers',
    definition:
      'The layers are drawn anew from the last to the first, one more each time; the heatmaps are compared with those of the trained model by Spearman\u2019s rank correlation (Adebayo et al., NeurIPS 2018).',
  },
];

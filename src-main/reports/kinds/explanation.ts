/** Figures of the heatmaps themselves, for which nobody needs to know where objects are. */
import { HARMLESS_CHANGES, type HarmlessChange } from '../../contract/evaluation.ts';
import type { FigureKind } from './kind.ts';

const consistency = { part: 'consistency', group: 'explanation', reference: null } as const;
const faithfulness = { part: 'faithfulness', group: 'explanation', unit: 'number' } as const;
const stability = { part: 'stability', group: 'explanation', reference: null, headline: false } as const;

const CONSISTENCY_KINDS: readonly FigureKind[] = [
  {
    ...consistency,
    key: 'e_mean',
    unit: 'number',
    headline: true,
    label: 'Explanation that survives a disturbed background',
    subject: 'how much of its explanation survives a disturbed background',
    term: 'mean E on test pictures',
    explanation:
      'The background of every test picture is changed a little, by the same strength for all models. E says how much of where the model looks, and of what it says, stays the same: 1 all, 0 nothing.',
    definition:
      'Mean explanation consistency E of the test pictures under the attack of the method with its standard settings and the eps named in the settings.',
    better: 'higher',
    rises: 'keeps {} more of its explanation (E) when the background is disturbed',
    falls: 'keeps {} less of its explanation (E) when the background is disturbed',
  },
  {
    ...consistency,
    key: 'e_below_half',
    unit: 'share',
    headline: true,
    label: 'Pictures whose explanation does not survive',
    subject: 'how many explanations do not survive a disturbed background',
    term: 'share of test pictures with E below 0.5',
    explanation: 'The share of test pictures that keep less than half of their explanation.',
    definition: 'Share of test pictures with E < 0.5.',
    better: 'lower',
    rises: 'loses its explanation for {} more of the pictures when the background is disturbed',
    falls: 'loses its explanation for {} fewer of the pictures when the background is disturbed',
  },
  {
    ...consistency,
    key: 's_mean',
    unit: 'number',
    headline: false,
    label: 'Gaze that survives a disturbed background',
    subject: 'how much of its gaze survives a disturbed background',
    term: 'mean S on test pictures',
    explanation: 'How alike the heatmaps are before and after the background was disturbed.',
    definition: 'Mean similarity S of the heatmaps, over the test pictures.',
    better: 'higher',
    rises: 'keeps {} more of its gaze (S) when the background is disturbed',
    falls: 'keeps {} less of its gaze (S) when the background is disturbed',
  },
  {
    ...consistency,
    key: 'q_mean',
    unit: 'number',
    headline: false,
    label: 'Answer that survives a disturbed background',
    subject: 'how much of its answer survives a disturbed background',
    term: 'mean Q on test pictures',
    explanation: 'How much of the probability of the label is left after the background was disturbed.',
    definition: 'Mean agreement Q of the predictions, over the test pictures.',
    better: 'higher',
    rises: 'keeps {} more of its answer (Q) when the background is disturbed',
    falls: 'keeps {} less of its answer (Q) when the background is disturbed',
  },
];

const CURVE = 'Area under the mean probability of the label (0 to 1) over the share of pixels';

const FAITHFULNESS_KINDS: readonly FigureKind[] = [
  {
    ...faithfulness,
    key: 'insertion',
    headline: true,
    label: 'Recognised early when important pixels return',
    subject: 'how early it recognises pictures when important pixels return',
    term: 'insertion AUC',
    explanation:
      'A blurred picture gets its pixels back, first those that the heatmap calls important. If the heatmap is right, the model recognises the picture early.',
    definition: `${CURVE} inserted into a blurred picture, most important first (Petsiuk et al., BMVC 2018).`,
    better: 'higher',
    rises: 'recognises pictures earlier (insertion AUC {} more) when important pixels return',
    falls: 'recognises pictures later (insertion AUC {} less) when important pixels return',
    reference: {
      label: 'In random order',
      read: ({ parts }) => parts.faithfulness?.figures['insertion_random']?.value,
    },
  },
  {
    ...faithfulness,
    key: 'deletion',
    headline: true,
    label: 'Lost early when important pixels go',
    subject: 'how early it loses pictures when important pixels go',
    term: 'deletion AUC',
    explanation:
      'A picture loses its pixels to a blur, first those that the heatmap calls important. If the heatmap is right, the model loses it early; small is good.',
    definition: `${CURVE} blurred away, most important first (Petsiuk et al., BMVC 2018).`,
    better: 'lower',
    rises: 'loses pictures later (deletion AUC {} more) when important pixels go',
    falls: 'loses pictures earlier (deletion AUC {} less) when important pixels go',
    reference: {
      label: 'In random order',
      read: ({ parts }) => parts.faithfulness?.figures['deletion_random']?.value,
    },
  },
  {
    ...faithfulness,
    key: 'insertion_random',
    yardstick: true,
    headline: false,
    label: 'Recognised when pixels return in random order',
    subject: 'recognising pictures whose pixels return in random order',
    term: 'insertion AUC, random order',
    explanation: 'The same without a heatmap: what any order of pixels reaches.',
    definition: `${CURVE} inserted in random order.`,
    better: 'higher',
    rises: 'recognises pictures earlier (AUC {} more) when pixels return in random order',
    falls: 'recognises pictures later (AUC {} less) when pixels return in random order',
    reference: null,
  },
  {
    ...faithfulness,
    key: 'deletion_random',
    yardstick: true,
    headline: false,
    label: 'Lost when pixels go in random order',
    subject: 'losing pictures whose pixels go in random order',
    term: 'deletion AUC, random order',
    explanation: 'The same without a heatmap: what any order of pixels reaches.',
    definition: `${CURVE} blurred away in random order.`,
    better: 'higher',
    rises: 'loses pictures later (AUC {} more) when pixels go in random order',
    falls: 'loses pictures earlier (AUC {} less) when pixels go in random order',
    reference: null,
  },
];

/** What is done to a picture that nobody would call another picture. */
export const CHANGE_WORDS: Readonly<Record<HarmlessChange, string>> = {
  jpeg: 'stored as JPEG',
  brighter: 'made a little brighter',
  darker: 'made a little darker',
  shift: 'shifted a little',
  flip: 'mirrored',
};

const changeKinds = (change: HarmlessChange): FigureKind[] => [
  {
    ...stability,
    key: `map_${change}`,
    unit: 'number',
    headline: change === 'jpeg',
    label: `Heatmap the same when ${CHANGE_WORDS[change]}`,
    subject: `its heatmap when a picture is ${CHANGE_WORDS[change]}`,
    term: `cosine of the heatmaps, ${change}`,
    explanation: `A picture that is ${CHANGE_WORDS[change]} shows the same thing. 1: the heatmap stays; 0: nothing of it is left.`,
    definition: `Mean cosine of the heatmaps before and after the picture is ${CHANGE_WORDS[change]}${change === 'shift' || change === 'flip' ? ' (the change undone on the map)' : ''}.`,
    better: 'higher',
    rises: `keeps {} more of its heatmap when a picture is ${CHANGE_WORDS[change]}`,
    falls: `keeps {} less of its heatmap when a picture is ${CHANGE_WORDS[change]}`,
  },
  {
    ...stability,
    key: `same_${change}`,
    unit: 'share',
    label: `Answer the same when ${CHANGE_WORDS[change]}`,
    subject: `its answer when a picture is ${CHANGE_WORDS[change]}`,
    term: `same prediction, ${change}`,
    explanation: `The share of pictures whose answer stays when they are ${CHANGE_WORDS[change]}.`,
    definition: `Share of test pictures whose prediction stays when they are ${CHANGE_WORDS[change]}.`,
    better: 'higher',
    rises: `keeps its answer {} more often when a picture is ${CHANGE_WORDS[change]}`,
    falls: `keeps its answer {} less often when a picture is ${CHANGE_WORDS[change]}`,
  },
];

const agreement = (key: 'gradcam++' | 'layercam', name: string): FigureKind => ({
  ...stability,
  key: `agree_${key}`,
  unit: 'number',
  label: `Heatmap agrees with ${name}`,
  subject: `agreement of its heatmap with ${name}`,
  term: `cosine with ${name}`,
  explanation: `${name} is another way to compute a heatmap. Where both agree, less depends on how it was computed.`,
  definition: `Mean cosine of the heatmap and that of ${name} for the same label.`,
  better: 'higher',
  rises: `has a heatmap that agrees with ${name} {} more`,
  falls: `has a heatmap that agrees with ${name} {} less`,
});

const STABILITY_KINDS: readonly FigureKind[] = [
  {
    ...stability,
    key: 'gini',
    unit: 'number',
    label: 'How gathered its gaze is',
    subject: 'how gathered its gaze is',
    term: 'Gini coefficient of the heatmap',
    explanation:
      '0: the same everywhere; near 1: all in one place. A gathered gaze is easier to read; it can still be in the wrong place.',
    definition: 'Gini coefficient of the values of the heatmap, mean over test pictures.',
    better: 'higher',
    rises: 'has its gaze more gathered (Gini {} more)',
    falls: 'has its gaze less gathered (Gini {} less)',
  },
  {
    ...stability,
    key: 'entropy',
    unit: 'number',
    label: 'How scattered its gaze is',
    subject: 'how scattered its gaze is',
    term: 'entropy of the heatmap',
    explanation: '1: the same everywhere; near 0: all in one place. The counterpart of the line above.',
    definition:
      'Entropy of the heatmap divided by its sum, as a share of the largest possible; mean over test pictures.',
    better: 'lower',
    rises: 'has its gaze more scattered (entropy {} more)',
    falls: 'has its gaze less scattered (entropy {} less)',
  },
  agreement('gradcam++', 'Grad-CAM++'),
  agreement('layercam', 'LayerCAM'),
  ...HARMLESS_CHANGES.flatMap(changeKinds),
];

export const EXPLANATION_KINDS: readonly FigureKind[] = [
  ...CONSISTENCY_KINDS,
  ...FAITHFULNESS_KINDS,
  ...STABILITY_KINDS,
];

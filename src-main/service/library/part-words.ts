/** The parts of an evaluation in plain words: how each is called, and what it answers. */
import type { EvaluationPart } from '../../contract/evaluation.ts';

export const PART_WORDS: Readonly<Record<EvaluationPart, { readonly label: string; readonly question: string }>> = {
  recognition: {
    label: 'Recognition',
    question: 'Does it name the pictures correctly, and is it as sure as it should be?',
  },
  localization: { label: 'Localization', question: 'Does it look at the object?' },
  debiasing: { label: 'Exchanged backgrounds', question: 'How much does it lean on the background?' },
  challenge: { label: 'Background challenge', question: 'Can another background change its mind?' },
  groups: { label: 'Groups', question: 'Is there a class that it misses on one kind of background?' },
  robustness: { label: 'Attacks', question: 'How easily can it be fooled?' },
  corruptions: { label: 'Bad pictures', question: 'Does it stay right with noise, blur, weather and compression?' },
  consistency: {
    label: 'Explanation consistency',
    question: 'Does its gaze stay steady on pictures that were kept aside?',
  },
  faithfulness: { label: 'Faithfulness', question: 'Do its heatmaps show what it really uses?' },
  stability: { label: 'Stability', question: 'Do its heatmaps survive changes that mean nothing?' },
  interpretability: { label: 'Single filters', question: 'Does each of its filters stand for one thing?' },
};

/** What of a report is shown where: which runs are drawn, which figures belong to a section, what to do without them. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { ReportSection } from '../contract/report-view.ts';
import type { ReportDocument } from './document.ts';
import type { FigureKind } from './figure-kinds.ts';
import { sameNetwork } from './run-names.ts';
import type { RunView } from './run-view.ts';

/** Parts by the section that tells of them. */
export const PARTS_OF: Readonly<Record<ReportSection, readonly EvaluationPart[]>> = {
  comparison: [],
  recognition: ['recognition'],
  localization: ['localization'],
  debiasing: ['debiasing', 'challenge', 'groups'],
  robustness: ['robustness', 'corruptions'],
  explanations: ['consistency', 'faithfulness', 'stability', 'interpretability'],
  'hard-samples': [],
};

/** More would make every drawing a thicket. */
const MOST_DRAWN = 3;

/** The runs that are drawn: all, or with many the first of each kind of training and network. */
export function drawnRuns({ runs }: Pick<ReportDocument, 'runs'>): readonly RunView[] {
  if (runs.length <= MOST_DRAWN) return runs;
  return runs.filter(
    (run) => runs.find(({ arm, record }) => arm === run.arm && sameNetwork(record, run.record)) === run,
  );
}

/** Whether any of the runs was trained here; others are models that were brought. */
export const isTrainedHere = (runs: readonly Pick<RunView, 'arm'>[]): boolean =>
  runs.some(({ arm }) => arm !== 'given');

/** Whether the figures stand side by side as columns; with more runs each has a line of its own. */
export const asColumns = ({ runs }: Pick<ReportDocument, 'runs'>): boolean => runs.length <= MOST_DRAWN;

/**
 * The figures that a section lists: all of its parts; beside the comparison only those that are not listed there.
 * Attacks have a table of their own.
 */
export function kindsOf({ kinds, sections }: ReportDocument, section: ReportSection): FigureKind[] {
  const parts = PARTS_OF[section];
  const whole = sections.includes('comparison');
  return kinds.filter(({ part, headline }) => parts.includes(part) && part !== 'robustness' && !(whole && headline));
}

export const hasPart = ({ runs }: Pick<ReportDocument, 'runs'>, part: EvaluationPart): boolean =>
  runs.some(({ parts }) => parts[part] !== undefined);

/** What was not measured, and what to do. */
export const MISSING: Readonly<Record<EvaluationPart, string>> = {
  recognition:
    'Recognition has not been measured: train to the end, or measure \u201crecognition\u201d in Compare (steadygaze evaluate STUDY --parts recognition).',
  localization:
    'Whether it looks at the object has not been measured. It can be where masks or boxes say where objects are in the test pictures: put masks into a folder \u201cmasks\u201d beside the pictures, then measure \u201clocalization\u201d.',
  debiasing:
    'Exchanged backgrounds have not been measured. They need masks or boxes for the test pictures, or two models whose heatmaps tell where objects are; then measure \u201cdebiasing\u201d in Compare (steadygaze evaluate STUDY --parts debiasing).',
  challenge:
    'The background challenge has not been measured: measure \u201cchallenge\u201d in Compare (steadygaze evaluate STUDY --parts challenge).',
  groups:
    'Groups of class and kind of background have not been measured: measure \u201cgroups\u201d in Compare (steadygaze evaluate STUDY --parts groups).',
  robustness:
    'Attacks have not been measured: measure \u201crobustness\u201d in Compare (steadygaze evaluate STUDY --parts robustness).',
  corruptions:
    'Bad pictures have not been measured: measure \u201ccorruptions\u201d in Compare (steadygaze evaluate STUDY --parts corruptions).',
  consistency:
    'Steadiness on test pictures has not been measured: measure \u201cconsistency\u201d in Compare (steadygaze evaluate STUDY --parts consistency).',
  faithfulness:
    'Whether the heatmaps are faithful has not been measured: measure \u201cfaithfulness\u201d in Compare (steadygaze evaluate STUDY --parts faithfulness).',
  stability:
    'Stability under harmless changes has not been measured: measure \u201cstability\u201d in Compare (steadygaze evaluate STUDY --parts stability).',
  interpretability:
    'What single filters stand for has not been measured: measure \u201cinterpretability\u201d in Compare (steadygaze evaluate STUDY --parts interpretability).',
};

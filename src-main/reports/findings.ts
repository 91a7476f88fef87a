/**
 * What the figures mean, in plain words. The rules of wording live here, in finding.ts and in comparison.ts: nothing is
 * claimed that its interval does not carry, and no figure is praised that a trivial method reaches.
 */
import type { ReportSection } from '../contract/report-view.ts';
import type { Comparison } from './compared-runs.ts';
import { differenceSentence } from './comparison.ts';
import { stateClause, type Finding, type RunFinding, type Telling } from './finding.ts';
import { explanationFindings, steadinessFinding } from './findings-explanation.ts';
import { filterFindings } from './findings-filters.ts';
import { backgroundFindings, gazeFindings } from './findings-gaze.ts';
import { recognitionFindings } from './findings-recognition.ts';
import { robustnessFindings } from './findings-robustness.ts';
import type { RunView } from './run-view.ts';
import { changeText, epsText } from './words.ts';

export type { Finding } from './finding.ts';

/** All statements about the chosen sections, those about runs first. */
export function findingsOf(telling: Telling): Finding[] {
  const all = [
    ...telling.runs.flatMap(runFindings),
    ...telling.comparisons.flatMap((comparison, i) => comparisonFindings(telling, comparison, i)),
  ];
  return all.filter(({ sections }) => sections.some((section) => telling.sections.includes(section)));
}

function runFindings(run: RunView): Finding[] {
  const said: RunFinding[] = [
    ...(run.record.state === 'finished' ? [] : [incomplete(run)]),
    ...recognitionFindings(run),
    ...backgroundFindings(run),
    ...gazeFindings(run),
    ...robustnessFindings(run),
    ...explanationFindings(run),
    ...filterFindings(run),
    ...steadinessFinding(run),
  ];
  return said.map((finding) => ({
    ...finding,
    sentence: typeof finding.sentence === 'string' ? [finding.sentence] : finding.sentence,
    run: run.index,
    comparison: null,
  }));
}

function incomplete(run: RunView): RunFinding {
  const nothing = run.rounds.length === 0 && run.figures['top1'] === undefined;
  return {
    sections: ['comparison', 'recognition', 'localization', 'debiasing', 'robustness', 'explanations', 'hard-samples'],
    main: true,
    tone: 'attention',
    topic: 'Not complete',
    number: null,
    sentence: `This run ${stateClause(run)}. ${run.record.error === null ? '' : `${run.record.error.message} `}${
      nothing ? 'Nothing was measured until then.' : 'What follows was measured until then.'
    }`,
  };
}

const CHANGE_TONES = { better: 'neutral', worse: 'attention', none: 'none', unknown: 'open' } as const;

/** Figures from this one on are told after those of attacks. */
const AFTER_ATTACKS = 'mce';

/** Figures whose change is told in a sentence of its own; attacks are found by their kind. */
const TOLD: readonly (readonly [key: string, topic: string, section: ReportSection, compared: boolean])[] = [
  ['map', 'Recognition', 'recognition', true],
  ['top1', 'Recognition', 'recognition', true],
  ['label_accuracy', 'Each class', 'recognition', false],
  ['balanced_accuracy', 'Classes alike', 'recognition', false],
  ['ece', 'Certainty', 'recognition', false],
  ['bg_gap', 'Background', 'debiasing', true],
  ['bg_reliance', 'Without object', 'debiasing', false],
  ['challenge', 'Challenge', 'debiasing', false],
  ['worst_group', 'Worst group', 'debiasing', true],
  ['energy', 'Gaze', 'localization', true],
  ['pointing', 'First look', 'localization', false],
  ['maxboxacc', 'Box', 'localization', true],
  ['mce', 'Bad pictures', 'robustness', true],
  ['e_mean', 'Steadiness', 'explanations', true],
  ['insertion', 'Faithfulness', 'explanations', false],
  ['deletion', 'Deletion', 'explanations', false],
  ['filter_locality', 'Filters', 'explanations', false],
  ['filter_selectivity', 'Classes of filters', 'explanations', false],
  ['complement_accuracy', 'Class gate', 'explanations', false],
  ['prototype_purity', 'Prototypes', 'explanations', false],
  ['prototype_on_object', 'Places', 'explanations', false],
];

function comparisonFindings(telling: Telling, comparison: Comparison, index: number): Finding[] {
  const { kinds, runs, sections } = telling;
  // Where runs are compared as a whole, a few figures stand for each part; else a chosen part is told in full.
  const few = sections.includes('comparison');
  const attacks = kinds
    .filter(({ part, headline, key }) => part === 'robustness' && headline && key.startsWith('same_'))
    .map(
      ({ key }) => [key, key.includes('_background_') ? 'Attack, background' : 'Attack', 'robustness', true] as const,
    );
  const border = TOLD.findIndex(([key]) => key === AFTER_ATTACKS);
  const told = [...TOLD.slice(0, border), ...attacks, ...TOLD.slice(border)];
  const about = { run: null, comparison: index, main: true };
  const out = told.flatMap(([key, topic, section, compared]): Finding[] => {
    const kind = kinds.find((each) => each.key === key);
    const difference = comparison.differences.find((each) => each.key === key);
    if (kind === undefined || difference === undefined || (few && !compared)) return [];
    return [
      {
        ...about,
        sections: compared ? ['comparison', section] : [section],
        tone: CHANGE_TONES[difference.verdict],
        topic,
        number: changeText(kind.unit, difference.change),
        sentence: [differenceSentence(kind, difference)],
      },
    ];
  });
  const [a, b] = [runs[comparison.baseline], runs[comparison.candidate]];
  if (!comparison.consistencyComparable && a.rounds.length > 0 && b.rounds.length > 0) {
    out.push({
      ...about,
      sections: ['comparison', 'explanations', 'hard-samples'],
      tone: 'open',
      topic: 'In training',
      number: null,
      sentence: [
        `The E of the training pictures of ${a.label} and of ${b.label} were measured under different disturbances${
          a.record.eps === null || b.record.eps === null
            ? ''
            : ` (at most ${epsText(a.record.eps)} and ${epsText(b.record.eps)})`
        }, so they cannot be compared directly.`,
      ],
    });
  }
  return out;
}

/** Reservations that nobody may overlook: other training pictures, and objects that were found by models, not by people. */
export function warningsOf(telling: Telling): string[] {
  return [...aboutBrought(telling), ...aboutCorrections(telling), ...aboutForegrounds(telling)];
}

function aboutBrought({ runs }: Telling): string[] {
  if (runs.every(({ arm }) => arm !== 'given')) return [];
  return [
    'A model that was brought learned elsewhere. Nobody here can tell whether it has seen the test pictures before; if it has, its figures flatter it.',
  ];
}

function aboutCorrections({ runs }: Telling): string[] {
  const corrected = runs.some(({ record }) => record.dataFingerprint !== runs[0].record.dataFingerprint);
  if (!corrected) return [];
  return [
    'The data were corrected or read again between the trainings of these runs. Only runs of the same test pictures are compared, and a difference between them may come from what changed in the training pictures.',
  ];
}

function aboutForegrounds({ runs, sections }: Telling): string[] {
  const byModels = runs.some(({ parts }) =>
    [parts.debiasing, parts.challenge, parts.groups].some((part) => part?.details.foreground === 'models'),
  );
  if (!byModels || !(sections.includes('debiasing') || sections.includes('comparison'))) return [];
  const judges = Math.max(
    ...runs.map(({ parts }) => (parts.debiasing ?? parts.challenge ?? parts.groups)?.key.judges.length ?? 0),
  );
  return [
    `Nobody marked where the objects are: everything said about backgrounds rests on foregrounds taken from the heatmaps of ${judges > 0 ? String(judges) : 'several'} models, and holds only as far as these show the objects.`,
  ];
}

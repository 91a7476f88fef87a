/** Two runs of a study side by side: what measurably differs, what stands in the way, and what was not tested. */
import type { ComparedFigure, CompareView } from '../../contract/compare-view.ts';
import type { RunFigures, RunRecord } from '../../contract/run.ts';
import { differenceSentence, pairedDifferences } from '../../reports/comparison.ts';
import { buildReport, sameDisturbance, type Comparison, type RunView } from '../../reports/document.ts';
import { FIGURE_KINDS, type FigureKey, type FigureKind } from '../../reports/figure-kinds.ts';
import { answerOf } from '../../reports/findings.ts';
import type { RunReportInput } from '../../reports/input.ts';
import { settingRows } from '../../reports/settings-table.ts';

/** What is compared: the record and what was measured on each picture. */
export type ComparedRun = Pick<RunReportInput, 'record' | 'perPicture'>;

export function compareRuns(a: ComparedRun, b: ComparedRun): CompareView {
  const views = runViews(a, b);
  const comparable = a.record.dataFingerprint === b.record.dataFingerprint;
  const differences = comparable
    ? pairedDifferences(FIGURE_KINDS, [
        { figures: a.record.figures, perPicture: a.perPicture },
        { figures: b.record.figures, perPicture: b.perPicture },
      ])
    : [];
  const comparison: Comparison = {
    baseline: 0,
    candidate: 1,
    differences,
    consistencyComparable: sameDisturbance(a.record, b.record),
  };
  const byKey = new Map(differences.map((difference) => [difference.key, difference]));
  return {
    a: a.record.id,
    b: b.record.id,
    answer: answerOf(views, comparable ? [comparison] : []),
    cautions: cautionsOf(views, comparison),
    figures: FIGURE_KINDS.flatMap((kind): ComparedFigure[] => {
      const [figureA, figureB] = views.map((view) => view.figures[kind.key]);
      if (figureA === null && figureB === null) return [];
      const { key, group, label, term, explanation, better } = kind;
      const difference = byKey.get(key);
      return [
        {
          ...{ key, group, label, term, explanation, better },
          a: figureA,
          b: figureB,
          difference:
            difference === undefined
              ? null
              : {
                  change: difference.change,
                  low: difference.low,
                  high: difference.high,
                  verdict: difference.verdict,
                  sentence: differenceSentence(difference),
                },
          reference: referenceOf(kind, b.record.figures ?? a.record.figures),
        },
      ];
    }),
    steadinessA: a.record.rounds.at(-1) ?? null,
    steadinessB: b.record.rounds.at(-1) ?? null,
  };
}

/** The runs under the names and figures that a report gives them. */
function runViews(a: ComparedRun, b: ComparedRun): readonly RunView[] {
  const { classes, dataFingerprint: fingerprint } = a.record;
  const counts = { train: 0, val: 0, test: 0 };
  return buildReport(
    {
      title: '',
      study: { name: '', dataSentence: '', classes, fingerprint, counts, problems: 0 },
      runs: [a, b].map(({ record }) => ({ record, hardest: [] })),
    },
    // Its own comparison, which may go the other way round, is not used.
    () => ({ low: Number.NaN, high: Number.NaN }),
  ).runs;
}

/** What a method reaches that has learned nothing. */
const REFERENCES: Readonly<
  Partial<Record<FigureKey, { readonly label: string; readonly read: (figures: RunFigures) => number | undefined }>>
> = {
  energy: { label: 'An even map', read: ({ localization }) => localization?.uniformEnergy.value },
  maxboxacc: { label: 'A box in the middle', read: ({ localization }) => localization?.centreBox.value },
};

function referenceOf({ key }: FigureKind, figures: RunFigures | null): ComparedFigure['reference'] {
  const reference = REFERENCES[key];
  const value = figures === null ? undefined : reference?.read(figures);
  return reference === undefined || value === undefined ? null : { label: reference.label, value };
}

/** Settings whose difference is what a comparison is made for, or that change no figure. */
const EXPECTED: ReadonlySet<string> = new Set(['arm', 'seed', 'checkpointSeconds', 'assessBatch', 'method.mixShare']);
const MOST_NAMED = 4;

function cautionsOf(views: readonly RunView[], { consistencyComparable }: Comparison): string[] {
  const [a, b] = views;
  const cautions: string[] = [];
  if (a.record.dataFingerprint !== b.record.dataFingerprint) {
    cautions.push('The two runs were trained and tested on different pictures, so their figures are not compared.');
  }
  for (const { label, record } of views) {
    if (record.state !== 'finished') cautions.push(`${label} is not finished, so what is shown of it may change.`);
  }
  if (correctionsOf(a.record) !== correctionsOf(b.record)) {
    cautions.push(
      'They were trained with different corrections of the labels; a difference may come from these alone.',
    );
  }
  const differing = settingRows(views)
    .filter(({ name, differs }) => differs && !EXPECTED.has(name))
    .map(({ name }) => name);
  const noise = [a, b].some(({ arm }) => arm === 'noise');
  const unexpected = differing.filter((name) => !(noise && name === 'method.attack'));
  if (unexpected.length > 0) {
    const more = unexpected.length - MOST_NAMED;
    const names = unexpected.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
    cautions.push(`They differ in more than the kind of training: ${names}.`);
  }
  if (a.seed !== b.seed) {
    cautions.push('They began with different seeds, so a part of every difference is the luck of training.');
  } else if (a.record.settings.arm !== b.record.settings.arm) {
    cautions.push('One seed was compared. With another the differences can come out differently; three or more tell.');
  }
  if (a.record.engine !== b.record.engine) {
    cautions.push('They were computed by different engines, whose numbers differ slightly.');
  }
  if (!consistencyComparable && a.rounds.length > 0 && b.rounds.length > 0) {
    cautions.push('Their steadiness was measured under different disturbances and cannot be compared directly.');
  }
  return cautions;
}

const correctionsOf = ({ corrections }: RunRecord): string => corrections?.hash ?? '';

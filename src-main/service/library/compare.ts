/** Runs of a study side by side: what measurably differs, what stands in the way, and what was not tested. */
import type { ComparedFigure, CompareView, FigureDifference } from '../../contract/compare-view.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { StoredEvaluation } from '../../contract/evaluation.ts';
import { REPORT_SECTIONS } from '../../contract/report-view.ts';
import type { RunRecord } from '../../contract/run.ts';
import { answerOf } from '../../reports/answer.ts';
import { differenceSentence, pairedDifference } from '../../reports/comparison.ts';
import { compareRuns } from '../../reports/compared-runs.ts';
import { kindsOfRuns, figureOf, type FigureKind } from '../../reports/figure-kinds.ts';
import { warningsOf } from '../../reports/findings.ts';
import { runSuffix } from '../../reports/run-names.ts';
import { runViews } from '../../reports/run-view.ts';
import { seedsOf } from '../../reports/seeds.ts';
import { ARM_WORDS } from '../../reports/words.ts';
import { readEvaluation } from '../../workspace/evaluation-store.ts';
import { listRuns } from '../../workspace/run.ts';
import type { StudyData } from '../../workspace/study-data.ts';
import { runFolder } from '../../workspace/study-layout.ts';
import type { Study } from '../../workspace/study.ts';
import { withTestPictures } from '../test-pictures.ts';
import { cautionsOf } from './compare-cautions.ts';

/** What is compared: the record, and what was measured and holds still. */
export interface ComparedRun {
  readonly record: RunRecord;
  readonly evaluation: StoredEvaluation;
}

/**
 * @param data of the study
 * @param ids the baseline among them
 * @throws SteadygazeError `not-found` for a run that is not there, `bad-argument` where the baseline is none of them
 */
export async function compareView(
  { folder: study }: Study,
  data: StudyData,
  ids: readonly string[],
  baseline: string,
): Promise<CompareView> {
  if (!ids.includes(baseline)) {
    throw new SteadygazeError('bad-argument', 'The baseline is none of the compared runs.', 'Choose one of them.');
  }
  const { runs: all } = await listRuns(study);
  const ordered = [...new Set([baseline, ...ids])];
  const runs = await Promise.all(
    ordered.map(async (id): Promise<ComparedRun> => {
      const record = all.find((each) => each.id === id);
      if (record === undefined) {
        throw new SteadygazeError('not-found', `There is no run "${id}" in this study.`, 'Choose another run.');
      }
      return { record, evaluation: await readEvaluation(runFolder(study, id), record) };
    }),
  );
  return comparedRuns(await withTestPictures(runs, data), all);
}

/**
 * @param runs the baseline first
 * @param all  every run of the study: a run has the same name here as everywhere in the window
 */
function comparedRuns(runs: readonly ComparedRun[], all: readonly RunRecord[]): CompareView {
  const kinds = kindsOfRuns(runs);
  const [baseline] = runs;
  const views = runViews(runs, kinds);
  const comparisons = compareRuns(views, kinds, 0);
  const headlines = kinds.filter(({ headline }) => headline);
  const seeds = seedsOf(runs, headlines);
  const about = { kinds, runs: views, comparisons, seeds, sections: REPORT_SECTIONS };
  return {
    baseline: baseline.record.id,
    runs: runs.map(({ record }) => {
      const { arm, seed } = record.settings;
      return { id: record.id, name: ARM_WORDS[arm].name + runSuffix(record, all), arm, seed };
    }),
    answer: answerOf(about),
    cautions: [...warningsOf(about), ...cautionsOf(views)],
    figures: kinds.map((kind) => comparedFigure(kind, runs)),
    steadiness: runs.map(({ record }) => record.rounds.at(-1) ?? null),
    seeds,
  };
}

function comparedFigure(kind: FigureKind, runs: readonly ComparedRun[]): ComparedFigure {
  const { key, part, group, label, term, explanation, better, unit, headline } = kind;
  const [baseline] = runs;
  return {
    ...{ key, part, group, label, term, explanation, better, unit, headline },
    values: runs.map(({ evaluation }) => figureOf(evaluation, kind)),
    differences: runs.map((run) => (run === baseline ? null : differenceTo(baseline, run, kind))),
    reference: referenceOf(kind, runs),
  };
}

function differenceTo(baseline: ComparedRun, run: ComparedRun, kind: FigureKind): FigureDifference | null {
  const difference = pairedDifference(kind, baseline.evaluation, run.evaluation);
  if (difference === null) return null;
  const { change, low, high, verdict } = difference;
  return { change, low, high, verdict, sentence: differenceSentence(kind, difference) };
}

/** On the same pictures it is the same for every run. */
function referenceOf({ reference }: FigureKind, runs: readonly ComparedRun[]): ComparedFigure['reference'] {
  if (reference === null) return null;
  const value = runs.map(({ evaluation }) => reference.read(evaluation)).find((each) => each !== undefined);
  return value === undefined ? null : { label: reference.label, value };
}

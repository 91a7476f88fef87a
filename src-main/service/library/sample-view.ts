/** Everything the opened picture shows. */
import { stat } from 'node:fs/promises';
import type { PictureRef } from '../../contract/data-view.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { AssessmentRow, RunRecord } from '../../contract/run.ts';
import type { ClassProbability, Mark, SampleView } from '../../contract/sample-view.ts';
import type { NetworkSettings } from '../../contract/settings.ts';
import { amplificationOf } from '../../reports/document.ts';
import { readRoundMaps } from '../../workspace/round-tables.ts';
import { attackedPictureFile, changePictureFile, runFolder } from '../../workspace/study-layout.ts';
import { gazeMove, type GazeMove } from './gaze.ts';
import { pictureRef, type OpenedStudy } from './open-studies.ts';
import { assessedBefore, rowOf, rowOfId, type RoundColumns } from './round-columns.ts';
import { refuseMissingRound } from './sample-tables.ts';
import { whySentence } from './why-hard.ts';

/** @throws SteadygazeError `not-found`, `study-corrupt` */
export async function sampleView(
  opened: OpenedStudy,
  tables: RoundColumns,
  record: RunRecord,
  round: number,
  row: number,
  markOf: (id: string) => Mark | null,
): Promise<SampleView> {
  refuseMissingRound(record, round);
  const { folder } = opened.study;
  const columns = await tables.get(folder, record.id, round);
  if (row >= columns.id.length) {
    throw new SteadygazeError('not-found', `There is no row ${row} in this assessment.`, 'Choose another picture.');
  }
  const before = assessedBefore(columns, row, round);
  const assessment = { ...rowOf(columns, row), ...(before === null ? {} : { assessedIn: before }) };
  const { id, label } = assessment;
  const eps = record.rounds.find((each) => each.round === round)?.eps ?? record.eps;
  const sample = opened.byId.get(id);
  const name = (index: number) => record.classes[index] ?? `class ${String(index)}`;
  return {
    run: record.id,
    round,
    row,
    sample: sample === undefined ? unlisted(id) : pictureRef(sample),
    label,
    labelName: name(label),
    ...classesOf(assessment, name),
    assessment,
    sentence: [
      ...whySentence(assessment, record.classes, await gazeOf(folder, record.id, round, row)),
      ...(before === null ? [] : [` This assessment left the picture out: all of this is from number ${before}.`]),
    ],
    ...probabilities(assessment, name),
    history: await historyOf(folder, tables, record, id, row),
    explained: await isExplained(folder, record.id, round, row),
    amplification: amplificationOf(eps),
    eps,
    mark: markOf(id),
    ...explanationOf(record),
  };
}

function explanationOf({ settings }: RunRecord): Pick<SampleView, 'interpretable'> {
  // Runs of earlier versions do not say it.
  const { interpretable = 'none' } = settings.network as Partial<NetworkSettings>;
  return interpretable === 'none' ? {} : { interpretable };
}

/** Of multi-label data. */
function classesOf({ labels, labelE = [] }: AssessmentRow, name: (label: number) => string) {
  if (labels === undefined) return {};
  return { classes: labels.map((label, i) => ({ label, name: name(label), e: labelE[i] })) };
}

/** Null where the heatmaps are not there: everything else can still be shown. */
async function gazeOf(study: string, run: string, round: number, row: number): Promise<GazeMove | null> {
  const folder = runFolder(study, run);
  try {
    const [clean, attacked] = [
      await readRoundMaps(folder, round, 'clean', [row]),
      await readRoundMaps(folder, round, 'attacked', [row]),
    ];
    return gazeMove(clean.data, attacked.data, clean.height, clean.width);
  } catch (error) {
    if (error instanceof SteadygazeError) return null;
    throw error;
  }
}

/** Of the predicted class and of all classes of the picture: more is not kept. */
function probabilities(row: AssessmentRow, name: (label: number) => string) {
  const { labels, labelProbabilities = [], attackedLabelProbabilities = [] } = row;
  if (labels !== undefined) {
    const each = (prediction: number, probability: number, own: readonly number[]): ClassProbability[] =>
      [
        ...labels.map((label, i) => ({ label, name: name(label), probability: own[i] })),
        ...(labels.includes(prediction) ? [] : [{ label: prediction, name: name(prediction), probability }]),
      ].sort((a, b) => b.probability - a.probability);
    return {
      before: each(row.prediction, row.probability, labelProbabilities),
      after: each(row.attackedPrediction, row.attackedProbability, attackedLabelProbabilities),
    };
  }
  const listed = (prediction: number, probability: number, ofLabel: number): ClassProbability[] => {
    const predicted = { label: prediction, name: name(prediction), probability };
    const given = { label: row.label, name: name(row.label), probability: ofLabel };
    return prediction === row.label ? [predicted] : [predicted, given];
  };
  return {
    before: listed(row.prediction, row.probability, row.labelProbability),
    after: listed(row.attackedPrediction, row.attackedProbability, row.attackedLabelProbability),
  };
}

async function historyOf(study: string, tables: RoundColumns, record: RunRecord, id: string, likely: number) {
  const history: { round: number; e: number; v: number }[] = [];
  for (const { round } of record.rounds) {
    const columns = await tables.course(study, record.id, round);
    const row = rowOfId(columns, id, likely);
    if (row >= 0 && assessedBefore(columns, row, round) === null)
      history.push({ round, e: columns.e[row], v: columns.v[row] });
  }
  return history;
}

async function isExplained(study: string, run: string, round: number, row: number): Promise<boolean> {
  const files = [attackedPictureFile(study, run, round, row), changePictureFile(study, run, round, row)];
  const found = await Promise.all(
    files.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/** A picture that the study does not list (any more): it has no address, so nothing is shown in its place. */
const unlisted = (id: string): PictureRef => ({ id, hash: '0'.repeat(64), width: 0, height: 0 });

/** Where a study stands: what the window shows of it before anybody asks for more. */
import { stat } from 'node:fs/promises';
import type { RunBrief, RunStatus, StudyState } from '../../contract/app-state.ts';
import type { SplitCounts } from '../../contract/data-view.ts';
import { EVALUATION_PARTS } from '../../contract/evaluation.ts';
import type { EvaluationPart } from '../../contract/evaluation.ts';
import type { RunRecord } from '../../contract/run.ts';
import type { Mark } from '../../contract/sample-view.ts';
import type { Dataset, Sample } from '../../datasets/dataset.ts';
import { summarise } from '../../datasets/describe.ts';
import { runSuffix } from '../../reports/run-names.ts';
import { ARM_WORDS } from '../../reports/words.ts';
import { holdsStill, readPartResult } from '../../workspace/evaluation-store.ts';
import { lockHolder } from '../../workspace/lock.ts';
import { listRuns } from '../../workspace/run.ts';
import { runFolder, runLockFile } from '../../workspace/study-layout.ts';
import type { OpenedStudy } from './open-studies.ts';

/** @param active ids of runs that this app works on */
export async function studyState(
  { study, dataset, byId, read }: OpenedStudy,
  marks: readonly Mark[],
  active: readonly string[],
): Promise<StudyState> {
  const { folder, record, dataRoot } = study;
  const { runs, problems } = await listRuns(folder);
  const briefs = await Promise.all(
    runs.map(async (run) => {
      const status = await statusOf(folder, run, active.includes(run.id));
      return runBrief(run, runs, status, await measuredParts(folder, run));
    }),
  );
  return {
    id: record.id,
    folder,
    name: record.name,
    created: record.created,
    data: {
      root: dataRoot,
      sentence: summarise(dataset).description,
      pictures: dataset.samples.length,
      classes: dataset.classes,
      counts: splitCounts(dataset),
      problems: dataset.problems.length,
      missing: !(await isThere(dataRoot)),
    },
    runs: briefs,
    marks: { total: marks.length, corrections: marks.filter((mark) => asksForMore(mark, byId)).length },
    warnings: [...study.warnings, ...read.warnings, ...problems],
  };
}

/** Whether a mark corrects what the data say still. */
function asksForMore({ id, correction }: Mark, byId: ReadonlyMap<string, Sample>): boolean {
  const sample = byId.get(id);
  if (sample === undefined || correction === null) return false;
  if (correction.kind === 'leave-out') return true;
  const labels = sample.labels ?? [sample.label];
  return labels.length > 1 || labels[0] !== correction.label;
}

export function splitCounts({ samples }: Pick<Dataset, 'samples'>): SplitCounts {
  const counts = { train: 0, val: 0, test: 0 };
  for (const { split } of samples) counts[split]++;
  return counts;
}

function runBrief(
  record: RunRecord,
  all: readonly RunRecord[],
  status: RunStatus,
  measured: readonly EvaluationPart[],
): RunBrief {
  const { settings, figures, rounds, corrections, error } = record;
  return {
    id: record.id,
    name: ARM_WORDS[settings.arm].name + runSuffix(record, all),
    arm: settings.arm,
    seed: settings.seed,
    preset: record.preset,
    status,
    created: record.created,
    engine: record.engine,
    engineDescription: record.engineDescription,
    assessments: rounds.map(({ round }) => round),
    roundsPlanned: settings.training.rounds,
    eMean: rounds.at(-1)?.eMean ?? null,
    top1: figures?.top1 ?? null,
    ...(record.task === 'multi-label' ? { several: true } : {}),
    ...(figures?.map === undefined ? {} : { map: figures.map }),
    bgGap: figures?.debiasing?.bgGap ?? null,
    maxboxacc: figures?.localization?.maxboxacc ?? null,
    measured,
    seconds: record.seconds,
    corrections:
      corrections === undefined ? null : { relabelled: corrections.relabelled, leftOut: corrections.leftOut },
    error,
    // Training that diverged would diverge again.
    resumable: record.state !== 'finished' && error?.code !== 'training-diverged',
  };
}

/** The parts whose figures hold still. */
async function measuredParts(study: string, record: RunRecord): Promise<readonly EvaluationPart[]> {
  // Nothing is measured on a model that is still being trained.
  if (record.state !== 'finished') return [];
  const folder = runFolder(study, record.id);
  const results = await Promise.all(EVALUATION_PARTS.map((part) => readPartResult(folder, part)));
  return results.flatMap((result) => (result !== null && holdsStill(result, record) ? [result.part] : []));
}

async function statusOf(study: string, record: RunRecord, active: boolean): Promise<RunStatus> {
  if (active || (record.state !== 'running' && record.state !== 'paused')) return record.state;
  const holder = await lockHolder(runLockFile(runFolder(study, record.id)));
  return holder === null ? 'interrupted' : record.state;
}

/** Whether the folder or the archive of the pictures is where it was. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory() || found.isFile(),
    () => false,
  );

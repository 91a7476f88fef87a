/** Reads everything a report is made from out of a study. No engine is needed: pictures and maps were kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { decodePicture } from '../datasets/decode.ts';
import { summarise } from '../datasets/describe.ts';
import { readHardest } from '../jobs/hardest.ts';
import type { PerPictureFigures } from '../evaluation/evaluate.ts';
import { readPerPicture } from '../workspace/per-picture-table.ts';
import type { PerPicture, RunReportInput, StudyReportInput, Thumbnail } from '../reports/input.ts';
import { readEvents } from '../workspace/events.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import type { Study } from '../workspace/study.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { epochsOf } from './epochs.ts';

/** Classes shown in the strip at the top. */
const THUMBNAILS = 12;
const THUMBNAIL_SIZE = 96;

/** What the report says about the data. */
export async function studyInput(study: Study, dataset: Dataset): Promise<StudyReportInput> {
  const counts: Record<Split, number> = { train: 0, val: 0, test: 0 };
  for (const { split } of dataset.samples) counts[split]++;
  return {
    name: study.record.name,
    dataSentence: summarise(dataset).description,
    classes: dataset.classes,
    fingerprint: dataset.fingerprint,
    counts,
    problems: dataset.problems.length,
    thumbnails: await thumbnails(dataset),
  };
}

/** What the report says about one run: also about one that is not finished. */
export async function runInput(study: Study, record: RunRecord): Promise<RunReportInput> {
  const folder = runFolder(study.folder, record.id);
  return {
    record,
    hardest: await readHardest(folder, (round) => readRoundTable(folder, round)),
    epochs: epochsOf((await readEvents(folder)).events),
    ...(await paired(folder)),
  };
}

/** A run as far as a comparison of two needs it. @throws SteadygazeError `not-found`, `study-corrupt` */
export async function comparedRun(study: Study, id: string): Promise<Pick<RunReportInput, 'record' | 'perPicture'>> {
  const record = await readRun(study.folder, id);
  return { record, ...(await paired(runFolder(study.folder, id))) };
}

/** What was measured on each picture; nothing where a run was not measured. */
async function paired(run: string): Promise<Pick<RunReportInput, 'perPicture'>> {
  try {
    return { perPicture: pairedColumns(await readPerPicture(run)) };
  } catch (error) {
    if (error instanceof SteadygazeError && error.code === 'not-found') return {};
    throw error;
  }
}

/** Counted columns as bytes, 255 where a picture was not measured, as the report wants them. */
function pairedColumns(figures: PerPictureFigures): PerPicture {
  const bytes = (column: Float32Array) => Uint8Array.from(column, (value) => (Number.isNaN(value) ? 255 : value));
  const { correct, mixedSame, mixedRand, maxboxacc, pointing, maxboxaccV2, iou, energy } = figures;
  return {
    correct: bytes(correct),
    mixedSame: bytes(mixedSame),
    mixedRand: bytes(mixedRand),
    maxboxacc: bytes(maxboxacc),
    pointing: bytes(pointing),
    maxboxaccV2,
    iou,
    energy,
  };
}

/**
 * The runs a report is about: those named, else all that have a first assessment.
 * @throws SteadygazeError `not-found` for a run that is not there, or when there is none at all
 */
export async function chooseRuns(study: Study, ids: readonly string[] | undefined): Promise<RunRecord[]> {
  if (ids !== undefined && ids.length > 0) {
    return Promise.all([...new Set(ids)].map((id) => readRun(study.folder, id)));
  }
  const { runs } = await listRuns(study.folder);
  const assessed = runs.filter(({ rounds }) => rounds.length > 0);
  if (assessed.length > 0) return assessed;
  throw new SteadygazeError(
    'not-found',
    'There is nothing to report yet: no run of this study has assessed its pictures.',
    'Train one first: "train".',
  );
}

/** One picture of each of the first classes. A picture that was moved away is left out: the report stands without. */
async function thumbnails(dataset: Dataset): Promise<Thumbnail[]> {
  const strip: Thumbnail[] = [];
  for (const label of dataset.classes.keys()) {
    if (strip.length >= THUMBNAILS) break;
    const sample = dataset.samples.find((candidate) => candidate.label === label);
    if (sample === undefined) continue;
    try {
      const bytes = await readFile(join(dataset.root, sample.id));
      strip.push({ label, size: THUMBNAIL_SIZE, picture: await decodePicture(bytes, THUMBNAIL_SIZE) });
    } catch {
      continue;
    }
  }
  return strip;
}

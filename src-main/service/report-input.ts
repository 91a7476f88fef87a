/** Reads everything a report is made from out of a study. No engine is needed: pictures and maps were kept. */
import { SteadygazeError } from '../contract/errors.ts';
import { EVALUATION_PARTS, type StoredEvaluation } from '../contract/evaluation.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { decodePicture } from '../datasets/pictures/decode.ts';
import { sharedPictures } from '../datasets/shared-pictures.ts';
import { summarise } from '../datasets/describe.ts';
import { readHardest } from '../jobs/hardest.ts';
import type { NamedPicture, RunReportInput, StudyReportInput, Thumbnail } from '../reports/input.ts';
import { readEvaluation, readPartResult } from '../workspace/evaluation-store.ts';
import { readEvents } from '../workspace/events.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import type { Study } from '../workspace/study.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { epochsOf } from './epochs.ts';

/** Classes shown in the strip at the top. */
const THUMBNAILS = 12;
const THUMBNAIL_SIZE = 96;

/**
 * What the report says about the data.
 * @param shown ids of the test pictures that are shown by name
 */
export async function studyInput(
  study: Study,
  dataset: Dataset,
  shown: readonly string[] = [],
): Promise<StudyReportInput> {
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
    pictures: await namedPictures(dataset, shown),
  };
}

/** A run with what was measured on it, outdated results left out. */
export interface MeasuredRunInput extends RunReportInput {
  readonly evaluation: StoredEvaluation;
  /** Reservations in plain sentences. */
  readonly notes: readonly string[];
}

/**
 * What the report says about one run: also about one that is not finished.
 * @param hard whether its hardest pictures are read
 */
export async function runInput(study: Study, record: RunRecord, { hard = true } = {}): Promise<MeasuredRunInput> {
  const folder = runFolder(study.folder, record.id);
  const evaluation = await readEvaluation(folder, record);
  return {
    record,
    hardest: hard ? await readHardest(folder, (round) => readRoundTable(folder, round)) : [],
    epochs: epochsOf((await readEvents(folder)).events),
    evaluation,
    notes: await outdatedNotes(folder, evaluation),
  };
}

/** What was measured, but of other weights or pictures, or by an older definition: it is left out. */
async function outdatedNotes(run: string, { parts }: StoredEvaluation): Promise<string[]> {
  let outdated = 0;
  for (const part of EVALUATION_PARTS) {
    if (parts[part] === undefined && (await readPartResult(run, part)) !== null) outdated++;
  }
  if (outdated === 0) return [];
  const [are, them] = outdated === 1 ? ['One measurement is', 'it'] : [`${String(outdated)} measurements are`, 'them'];
  return [
    `${are} left out, because the weights, the pictures or a definition have changed since. Measure ${them} again to have ${them} in the report.`,
  ];
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
    const picture = sample === undefined ? null : await smallPicture(dataset, sample.id);
    if (picture !== null) strip.push({ label, size: THUMBNAIL_SIZE, picture });
  }
  return strip;
}

async function namedPictures(dataset: Dataset, ids: readonly string[]): Promise<NamedPicture[]> {
  const known = new Set(dataset.samples.map(({ id }) => id));
  const named: NamedPicture[] = [];
  for (const id of ids) {
    // Ids come from stored results: only pictures of the study are read.
    const picture = known.has(id) ? await smallPicture(dataset, id) : null;
    if (picture !== null) named.push({ id, size: THUMBNAIL_SIZE, picture });
  }
  return named;
}

/** Null where it cannot be read any more. */
async function smallPicture(dataset: Dataset, id: string): Promise<Uint8Array | null> {
  try {
    return await decodePicture(await sharedPictures.use(dataset, (reader) => reader.read(id)), THUMBNAIL_SIZE);
  } catch {
    return null;
  }
}

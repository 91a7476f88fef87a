/** The pictures that a report's work is repeated with. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { summarise } from '../datasets/describe.ts';
import { openDataset } from '../datasets/open-data.ts';
import { partedAsReported, type Repeatable } from '../reports/repeatable.ts';
import { listRuns } from '../workspace/run.ts';
import { createStudy, openStudy, type Study } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import { readState } from './library/open-studies.ts';

export interface RepeatData {
  /** A study with these pictures; it is only read. */
  readonly study?: string;
  /** A folder of pictures. */
  readonly data?: string;
  /** Go on although these are other pictures than the report's. */
  readonly anyway?: boolean;
  /** Files read so far, and in all. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

export interface RepeatStudy {
  readonly study: Study;
  /** The very pictures of the report. */
  readonly same: boolean;
}

/**
 * The study to train in: the one that an interrupted repetition left in `folder`, or a new one with the report's pictures,
 * parted as they were.
 * @throws SteadygazeError `bad-argument` without pictures, `data-changed` for others; as the reader; `study-unwritable`
 */
export async function studyToRepeatIn(
  folder: string,
  reported: Repeatable['data'],
  options: RepeatData,
): Promise<RepeatStudy> {
  const begun = await openStudy(folder).catch((error: unknown): null => {
    if (error instanceof SteadygazeError && error.code === 'not-found') return null;
    throw error;
  });
  if (begun !== null) {
    const same = begun.record.data.fingerprint === reported.fingerprint;
    if (!same && options.anyway !== true) {
      throw new SteadygazeError(
        'study-exists',
        `A repetition with other pictures lies in this folder: ${folder}`,
        'Choose another folder with --out.',
      );
    }
    return { study: begun, same };
  }
  const dataset = await picturesOf(options, reported);
  const parted = partedAsReported(dataset, reported);
  if (parted === null && options.anyway !== true) throw otherPictures(reported, summarise(dataset).description);
  const study = await createStudy(folder, parted ?? dataset, { name: 'Repetition of a report' });
  return { study, same: parted !== null };
}

/**
 * A study whose stored weights are measured again.
 * @throws SteadygazeError `data-changed` where it has other pictures, and as `openStudy`
 */
export async function studyToMeasure(
  folder: string,
  reported: Repeatable['data'],
  anyway: boolean,
): Promise<RepeatStudy> {
  const study = await openStudy(folder);
  const dataset = await datasetAsReported(study, reported);
  const same = dataset.fingerprint === reported.fingerprint;
  if (!same && !anyway) throw otherPictures(reported, summarise(dataset).description);
  return { study, same };
}

/** The data of a study in the state that the report is about, where a run saw it; else as they are now. */
async function datasetAsReported(study: Study, { fingerprint }: Repeatable['data']): Promise<Dataset> {
  const data = new StudyData(study);
  const { runs } = await listRuns(study.folder);
  const run = runs.find(({ dataFingerprint }) => dataFingerprint === fingerprint);
  const read = run === undefined ? null : await readState(data, run);
  return (read ?? (await data.read())).dataset;
}

async function picturesOf(
  { study, data, onProgress, signal }: RepeatData,
  reported: Repeatable['data'],
): Promise<Dataset> {
  if (study !== undefined) return datasetAsReported(await openStudy(study), reported);
  if (data === undefined) {
    throw new SteadygazeError(
      'bad-argument',
      'A report does not say where its pictures lie.',
      'Name their folder with --data, or a study that has them with --study.',
    );
  }
  return openDataset(data, {
    seed: 0,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function otherPictures(reported: Repeatable['data'], here: string): SteadygazeError {
  return new SteadygazeError(
    'data-changed',
    `These are not the pictures of the report. It is about: ${reported.sentence} Here are: ${here}`,
    'A picture, label, box or mask differs, or some are missing. Choose the pictures of the report (where they were corrected, its study with --study), or go on with these by --anyway.',
  );
}

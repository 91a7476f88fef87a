/** The sample study that comes with the app: a finished result to look at, copied to where a person may change it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { openStudy } from '../../workspace/study.ts';
import { studyFile } from '../../workspace/study-layout.ts';

const NAME = 'Sample study';
/** Names that are tried: "Sample study 2", ... */
const MOST = 100;

/** Where it lies in the app. @param resources absolute */
export const sampleStudyFolder = (resources: string): string => join(resources, 'sample-study');

export function hasSampleStudy(resources: string): Promise<boolean> {
  return stat(studyFile(sampleStudyFolder(resources))).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * Where the person's copy is, or is to be made.
 * @throws SteadygazeError `not-found` where this installation has no sample
 */
export async function placeForSample(
  resources: string,
  studies: string,
): Promise<{ readonly folder: string; readonly copied: boolean }> {
  const { record } = await openStudy(sampleStudyFolder(resources)).catch((error: unknown) => {
    throw new SteadygazeError(
      'not-found',
      'This installation of Steadygaze has no sample study.',
      'Create a study of your own pictures, or install Steadygaze again.',
      String(error),
    );
  });
  for (let number = 1; number <= MOST; number++) {
    const folder = join(studies, number === 1 ? NAME : `${NAME} ${number}`);
    if ((await stat(folder).catch(() => null)) === null) return { folder, copied: false };
    // A copy of a study is the same study, and says so.
    const there = await openStudy(folder).catch(() => null);
    if (there?.record.id === record.id) return { folder, copied: true };
  }
  throw new SteadygazeError(
    'study-exists',
    `There is no free name for the sample study in this folder: ${studies}`,
    'Take some of the folders away whose names begin with "Sample study".',
  );
}

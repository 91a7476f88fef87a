/** Making a study of a folder of pictures. The pictures stay where they are; nothing is ever written to them. */
import { openData } from '../datasets/open-data.ts';
import { createStudy } from '../workspace/study.ts';
import type { Study } from '../workspace/study.ts';
import { recognised } from './inspect-data.ts';
import type { ReadingOptions, RecognisedData } from './inspect-data.ts';

export interface NewStudy extends ReadingOptions {
  /** Folder of the pictures. */
  readonly data: string;
  /** Shown to people. Default: the folder's name. */
  readonly name?: string;
}

/**
 * Reads the pictures and makes the study. When anything fails, nothing is left behind.
 * @throws SteadygazeError as the reader, and `study-exists`, `study-unwritable`, `study-locked`
 */
export async function createStudyFrom(
  folder: string,
  { data, name, ...reading }: NewStudy,
): Promise<{ readonly study: Study; readonly summary: RecognisedData }> {
  const opened = await openData(data, { seed: 0, remember: true, ...reading });
  const study = await createStudy(folder, opened.dataset, name === undefined ? {} : { name });
  return { study, summary: recognised(opened) };
}

/** The folder that a person chose for results. */
import { SteadygazeError, systemCode } from '../contract/errors.ts';

/** Node says ENOENT, too, where a folder cannot be made on a file system that may only be read. */
const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EEXIST', 'EISDIR']);

/**
 * Does the writing into `folder`.
 * @throws SteadygazeError `study-unwritable` where it may not be written; anything else passes through
 */
export async function writingInto<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof SteadygazeError || !REFUSALS.has(systemCode(error) ?? '')) throw error;
    throw new SteadygazeError(
      'study-unwritable',
      `The results cannot be written to this folder: ${folder}`,
      'Choose another folder with --out.',
      String(error),
    );
  }
}

/** Paths that come from outside. */
import { isAbsolute, resolve } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';

/** The path without `..` and the like. @throws SteadygazeError `bad-argument` for a path that depends on where one is */
export function absolutePath(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new SteadygazeError(
    'bad-argument',
    `This is not a full path: ${path.slice(0, 200)}`,
    'Give the whole path, from the root or the drive on.',
  );
}

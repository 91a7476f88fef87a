/** Names in folders, read with care: folders may be huge, forbidden, or links that lead in circles. */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';

/** Left behind by systems, or hidden by custom: nobody looks for pictures there. */
const isHidden = (name: string): boolean =>
  name.startsWith('.') || /^(\$RECYCLE\.BIN|System Volume Information|__MACOSX|@eaDir|lost\+found)$/i.test(name);

export interface FolderNames {
  /** In the order of the disk. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** There are more than were read. */
  readonly more: boolean;
}

/**
 * The names in a folder, hidden ones left out; links count as what they lead to.
 * @param most entries that are looked at
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function namesIn(path: string, most: number): Promise<FolderNames> {
  const folders: string[] = [];
  const files: string[] = [];
  let seen = 0;
  try {
    for await (const entry of await opendir(path, { bufferSize: 256 })) {
      if (isHidden(entry.name)) continue;
      if (seen++ >= most) return { folders, files, more: true };
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) files.push(entry.name);
      else if (entry.isSymbolicLink())
        ((await leadsToFolder(join(path, entry.name))) ? folders : files).push(entry.name);
    }
  } catch (error) {
    throw unreadable(error, path);
  }
  return { folders, files, more: false };
}

function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

function unreadable(error: unknown, path: string): unknown {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new SteadygazeError('not-found', `There is no such folder: ${path}`, 'Choose another one.', String(error));
    case 'EACCES':
    case 'EPERM':
      return new SteadygazeError(
        'data-unreadable',
        `This folder may not be read: ${path}`,
        'Allow reading it in your system, or choose another one.',
        String(error),
      );
    case undefined:
      return error;
    default:
      return new SteadygazeError(
        'data-unreadable',
        `This folder cannot be read: ${path}`,
        'Check the drive that it is on, or choose another one.',
        String(error),
      );
  }
}

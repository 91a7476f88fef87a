/** Opens the place that a path names: a folder, or an archive, which is read where it is. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { archiveKind } from './archive-kind.ts';
import { FolderTree, SubTree } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { TarTree } from './tar-tree.ts';
import { listFolder } from './walk.ts';
import { ZipTree } from './zip-tree.ts';

const HINT = 'Check the path; it should be a folder or an archive (ZIP, TAR, TAR.GZ) that holds the pictures.';

/**
 * @param inside folder below the root that is to be seen as the root; '' for the root itself
 * @throws SteadygazeError `not-found`, `data-unreadable`, `data-empty` (archives), `disk-full` (packed archives)
 */
export async function openTree(root: string, inside = ''): Promise<FileTree> {
  const tree = await openRoot(resolve(root));
  return inside === '' ? tree : new SubTree(tree, inside);
}

async function openRoot(root: string): Promise<FileTree> {
  let what = 'folder';
  try {
    const found = await stat(root);
    if (found.isDirectory()) {
      await listFolder(root);
      return new FolderTree(root);
    }
    what = 'file';
    const archive = found.isFile() ? await openArchive(root) : null;
    if (archive !== null) return archive;
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `There is no folder ${root}.`, HINT);
    throw new SteadygazeError('data-unreadable', `The ${what} ${root} may not be read.`, HINT, String(error));
  }
  throw new SteadygazeError('not-found', `${root} is a file, not a folder.`, HINT);
}

/** @returns null where the file is no archive  @throws SteadygazeError, or the system's error */
export async function openArchive(path: string): Promise<FileTree | null> {
  const kind = await archiveKind(path);
  if (kind === null) return null;
  return kind === 'zip' ? ZipTree.open(path) : TarTree.open(path, kind === 'tar.gz');
}

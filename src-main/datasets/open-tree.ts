/** Opens the place that a path names: a folder, or an archive, which is read where it is. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { FolderTree, SubTree } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { listFolder } from './walk.ts';

const HINT = 'Check the path; it should be a folder that holds one folder of pictures per class.';

/**
 * @param inside folder below the root that is to be seen as the root; '' for the root itself
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function openTree(root: string, inside = ''): Promise<FileTree> {
  const tree = await openRoot(resolve(root));
  return inside === '' ? tree : new SubTree(tree, inside);
}

async function openRoot(root: string): Promise<FileTree> {
  try {
    const found = await stat(root);
    if (found.isDirectory()) {
      await listFolder(root);
      return new FolderTree(root);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `There is no folder ${root}.`, HINT);
    throw new SteadygazeError('data-unreadable', `The folder ${root} may not be read.`, HINT, String(error));
  }
  throw new SteadygazeError('not-found', `${root} is a file, not a folder.`, HINT);
}

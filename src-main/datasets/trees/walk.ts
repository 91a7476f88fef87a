/** Which files lie below a folder, without following a link twice and without what the system hides there. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';

export interface FolderListing {
  /** Names of files and of folders directly inside, hidden ones left out, in code-unit order. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const TOLD_EVERY = 1000;

/** Following a listing that may take long. */
export interface Walking {
  /** Called with the number of names found since the last call, which is about a thousand. */
  readonly onNames?: (more: number) => void;
  readonly signal?: AbortSignal;
  /** Instead of {@link listFolder}. */
  readonly list?: (path: string) => Promise<FolderListing>;
}

/** Left behind by file managers and archive tools; nobody wants to hear about them. */
export const isHidden = (name: string): boolean =>
  name.startsWith('.') || /^(thumbs\.db|desktop\.ini|__MACOSX|\$RECYCLE\.BIN|@eaDir)$/i.test(name);

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What one folder holds; links count as what they lead to, dead links as files. */
export async function listFolder(path: string): Promise<FolderListing> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (isHidden(entry.name)) continue;
    let isFolder = entry.isDirectory();
    if (entry.isSymbolicLink()) {
      isFolder = await stat(join(path, entry.name)).then(
        (target) => target.isDirectory(),
        () => false,
      );
    } else if (!isFolder && !entry.isFile()) continue; // sockets, pipes: reading one would wait for ever
    (isFolder ? folders : files).push(entry.name);
  }
  return { files: files.sort(byCodeUnit), folders: folders.sort(byCodeUnit) };
}

/**
 * All files below `root`/`start`, as paths relative to `root` with forward slashes, in code-unit order.
 * A folder that is one of its own ancestors by way of a link is entered once; one that may not be read
 * is a problem.
 */
export async function walkFiles(
  root: string,
  start: string,
  problems: Problem[],
  { onNames, signal, list = listFolder }: Walking = {},
): Promise<string[]> {
  const found: string[] = [];
  let told = 0;
  const visit = async (folder: string, ancestors: readonly string[]): Promise<void> => {
    const path = join(root, folder);
    throwIfCancelled(signal);
    try {
      const real = await realpath(path);
      if (folder !== '' && ancestors.includes(real)) {
        problems.push({ file: folder, kind: 'ignored', reason: 'The folder is a link that leads back to itself.' });
        return;
      }
      const { files, folders } = await list(path);
      const below = folder === '' ? '' : `${folder}/`;
      for (const file of files) found.push(below + file);
      if (found.length - told >= TOLD_EVERY) {
        onNames?.(found.length - told);
        told = found.length;
      }
      for (const inner of folders) await visit(below + inner, [...ancestors, real]);
    } catch (error) {
      throwIfCancelled(signal);
      problems.push({ file: folder, kind: 'unreadable', reason: reasonOfSystem(error).replace('file', 'folder') });
    }
  };
  // The root itself is an ancestor: a link to it from inside a class would walk everything again.
  await visit(start, [await realpath(root)]);
  return found.sort(byCodeUnit);
}

/**
 * The files of the window, `out/renderer`. They are read once, so that an address is looked up and never becomes a path
 * (no spelling of `..` leads anywhere), and that a window built anew meanwhile does not mix with this one. They are small.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { WINDOW_TYPES } from '../service/window-types.ts';

export interface WindowFile {
  readonly body: Uint8Array;
  /** MIME type. */
  readonly type: string;
  /** Its name holds a hash of its contents. */
  readonly immutable: boolean;
}

/** Of each address the file that is sent; `/` is the page itself. */
export async function windowFiles(folder: string): Promise<ReadonlyMap<string, WindowFile>> {
  const root = resolve(folder);
  const files = new Map<string, WindowFile>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const parts = path.slice(root.length + 1).split(sep);
    const type = WINDOW_TYPES[extname(entry.name).toLowerCase()];
    // `isFile` is false for links: they may lead out of the folder.
    if (!entry.isFile() || type === undefined || parts.some((part) => part.startsWith('.'))) continue;
    files.set(`/${parts.join('/')}`, { body: await readFile(path), type, immutable: parts[0] === 'assets' });
  }
  const page = files.get('/index.html');
  if (page !== undefined) files.set('/', page);
  return files;
}

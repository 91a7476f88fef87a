/** Whether a file is an archive that can be read as a tree, told from its first bytes and, where they are not enough, its name. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { inflated, readAt, slices } from './archive-file.ts';
import { hasUnreadableArchiveExtension } from './archive-name.ts';
import { BLOCK, readTarHeader } from './tar-header.ts';

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** First bytes of archives that are not read here. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['Rar!\x1a\x07', 'RAR'],
  ['7z\xbc\xaf\x27\x1c', '7-Zip'],
  ['\xfd7zXZ\0', 'XZ'],
  ['BZh', 'BZ2'],
  ['\x28\xb5\x2f\xfd', 'Zstandard'],
  ['PK\x07\x08', 'a ZIP of several parts'],
];

/**
 * @returns null for a file that is no archive. Tables and arrays that are ZIP inside (`.xlsx`, `.npz`) are files.
 * @throws SteadygazeError `data-unreadable` for an archive of a kind that is not read; or the system's error
 */
export async function archiveKind(path: string): Promise<ArchiveKind | null> {
  const file = await open(path, 'r');
  try {
    const head = await readAt(file, 0, BLOCK);
    const text = head.toString('latin1');
    const other = OTHERS.find(([start]) => text.startsWith(start))?.[1];
    if (other !== undefined || hasUnreadableArchiveExtension(path)) throw unreadable(path, other);
    const extension = extname(path).toLowerCase();
    if (extension === '.zip') return 'zip';
    if (extension === '.tar') return 'tar';
    if (extension === '' && ['PK\x03\x04', 'PK\x05\x06'].includes(text.slice(0, 4))) return 'zip';
    if (isTar(head)) return 'tar';
    if (!text.startsWith('\x1f\x8b')) return null;
    if (/\.(tgz|tar\.gz)$/i.test(path)) return 'tar.gz';
    return (await holdsTar(file)) ? 'tar.gz' : null;
  } finally {
    await file.close();
  }
}

/** Whether a packed file begins like a TAR. A damaged one does not: whoever reads it as something else says so. */
async function holdsTar(file: FileHandle): Promise<boolean> {
  try {
    for await (const piece of inflated(slices(file, 0, (await file.stat()).size), 'gzip')) return isTar(piece);
  } catch {
    // No archive then.
  }
  return false;
}

function isTar(head: Buffer): boolean {
  const header = readTarHeader(head.subarray(0, BLOCK));
  return header !== null && header !== 'end' && header.name !== '';
}

function unreadable(path: string, kind: string | undefined): SteadygazeError {
  return new SteadygazeError(
    'data-unreadable',
    `"${basename(path)}" is an archive of a kind that cannot be read here${kind === undefined ? '' : ` (${kind})`}.`,
    'Unpack it, then choose the folder that came out of it. ZIP, TAR and TAR.GZ archives are read as they are.',
  );
}

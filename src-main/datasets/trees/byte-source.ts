/** Bytes that are read at any place: a file, or what a packed file holds. */
import { basename, dirname } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { inflated } from './archive-file.ts';
import { FolderTree } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { spooled } from './spool.ts';

export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Bytes `start` .. `start + length - 1`; fewer where the source ends before. */
  read(start: number, length: number): Promise<Uint8Array>;
}

/** @throws SteadygazeError `not-found` */
export async function treeSource(tree: FileTree, path: string): Promise<ByteSource> {
  const stamp = await tree.stamp(path);
  if (stamp === null) throw new SteadygazeError('not-found', `There is no file ${path}.`);
  return { size: stamp.size, read: (start, length) => tree.readRange(path, start, length) };
}

/**
 * Path on the disk of a file, for libraries that open files themselves: one inside of an archive is unpacked once.
 * @throws SteadygazeError `not-found`, `disk-full`, `data-unreadable`
 */
export async function onDisk(tree: FileTree, path: string): Promise<string> {
  return tree.diskPath(path) ?? (await unpacked(tree, path, () => tree.stream(path)));
}

/** What a `.gz` file holds, unpacked once. @throws as {@link onDisk} */
export async function gunzippedSource(tree: FileTree, path: string): Promise<ByteSource> {
  const file = await unpacked(tree, path, () => inflated(tree.stream(path), 'gzip'));
  return treeSource(new FolderTree(dirname(file)), basename(file));
}

async function unpacked(tree: FileTree, path: string, pieces: () => AsyncIterable<Buffer>): Promise<string> {
  const stamp = await tree.stamp(path);
  if (stamp === null) throw new SteadygazeError('not-found', `There is no file ${path}.`);
  // The last bytes too (of a `.gz` its checksum): in an archive all files have one time, and there a path may be
  // relative to a folder.
  const end = Buffer.from(await tree.readRange(path, Math.max(0, stamp.size - 64), 64)).toString('base64');
  const key = [tree.root, path, stamp.size, stamp.mtimeMs, end];
  return spooled({ key, name: basename(path), packed: stamp.size, pieces });
}

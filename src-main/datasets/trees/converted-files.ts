/** Pictures that are files, some of which must be made readable first: masks in an array, masks of a palette. */
import type { FileStamp } from '../index/index-cache.ts';
import type { FileTree, PictureReader } from './file-tree.ts';

/**
 * The tree, with some files as another program would have written them. Closing it closes the tree.
 * @param convert the bytes that stand for a file, or a promise of them; what is no matter of its comes back as it is
 */
export function convertedFiles(
  tree: FileTree,
  convert: (id: string, bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): PictureReader {
  return {
    stamp: (id: string): Promise<FileStamp | null> => tree.stamp(id),
    read: async (id: string): Promise<Uint8Array> => convert(id, await tree.read(id)),
    close: () => tree.close(),
  };
}

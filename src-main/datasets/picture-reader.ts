/** The pictures of a data set that was read before, opened again where they lie. */
import { createHash } from 'node:crypto';
import type { DataSource } from './dataset.ts';
import { decodeMask, decodePicture } from './pictures/decode.ts';
import type { PictureReader } from './trees/file-tree.ts';
import { formatOf } from './formats.ts';
import { decodeInlineMask, isInlineMask } from './pictures/inline-mask.ts';
import { openTree } from './trees/open-tree.ts';
import { reasonOfDecoder, reasonOfSystem } from './pictures/picture-file.ts';

/**
 * Close it. Opening is cheap for folders; an archive is listed, and a file of arrays opened.
 * @throws SteadygazeError `not-found`, `data-unreadable` where root or file are gone or damaged
 */
export async function openPictures({ root, format, inside, focus, choices }: DataSource): Promise<PictureReader> {
  const tree = await openTree(root, inside);
  try {
    return (await formatOf(format).pictures?.({ tree, focus }, choices)) ?? tree;
  } catch (error) {
    await tree.close();
    throw error;
  }
}

/**
 * Decodes a picture or mask, if it is still the one that was hashed when the data was read.
 * @param id   of the picture; path or text of the mask
 * @returns RGB bytes [size, size, 3] or 0 / 1 bytes [size, size]; or, as a sentence, why there are none
 */
export async function decodeUnchanged(
  reader: PictureReader,
  kind: 'picture' | 'mask',
  id: string,
  hash: string,
  size: number,
): Promise<Uint8Array | string> {
  if (kind === 'mask' && isInlineMask(id)) return decodeInlineMask(id, size);
  let bytes: Uint8Array;
  try {
    bytes = await reader.read(id);
  } catch (error) {
    return reasonOfSystem(error);
  }
  // A changed file under the old key would poison a cache.
  if (sha256(bytes) !== hash) return 'The file has changed since the data set was opened.';
  try {
    return await (kind === 'picture' ? decodePicture(bytes, size) : decodeMask(bytes, size));
  } catch (error) {
    return reasonOfDecoder(error, bytes);
  }
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

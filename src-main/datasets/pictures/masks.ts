/** Which mask belongs to which picture: `masks/` mirrors the folders of the pictures. */
import { normalisePath } from './boxes.ts';
import type { Split } from '../dataset.ts';

const withoutExtension = (path: string): string => path.replace(/\.[^./]+$/, '');

/** A picture that may have a mask. */
export interface MaskedPicture {
  readonly id: string;
  /** The split whose folder it lies in, or null where splits have no folders. */
  readonly folderSplit: Split | null;
}

/**
 * The mask of `train/cat/a.jpg` is `masks/train/cat/a.png`, `masks/train/cat/a.jpg.png` or, where that
 * is not there, `masks/cat/a.png`, with the extension of any picture.
 * @param masks paths below the root that begin with the mask folder
 * @returns mask path by picture id, and the masks that belong to no picture
 */
export function matchMasks(
  folder: string,
  masks: readonly string[],
  pictures: readonly MaskedPicture[],
): { readonly maskOf: ReadonlyMap<string, string>; readonly unmatched: readonly string[] } {
  const byStem = new Map<string, string>();
  for (const mask of masks) {
    const stem = withoutExtension(normalisePath(mask.slice(folder.length + 1)));
    if (!byStem.has(stem)) byStem.set(stem, mask);
  }
  const maskOf = new Map<string, string>();
  const used = new Set<string>();
  for (const { id, folderSplit } of pictures) {
    const path = normalisePath(id);
    const bare = folderSplit === null ? path : path.slice(path.indexOf('/') + 1);
    const mask = [withoutExtension(path), path, withoutExtension(bare), bare]
      .map((stem) => byStem.get(stem))
      .find((found) => found !== undefined);
    if (mask === undefined) continue;
    maskOf.set(id, mask);
    used.add(mask);
  }
  return { maskOf, unmatched: masks.filter((mask) => !used.has(mask)) };
}

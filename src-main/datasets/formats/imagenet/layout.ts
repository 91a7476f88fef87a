/**
 * Where the pictures of an ImageNet-style data set lie: folders named by numbers of WordNet, directly or below `train/`,
 * `val/` and `test/` (which may also hold pictures without folders), maybe deep inside (`ILSVRC/Data/CLS-LOC`).
 */
import type { Split } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import { nearbyFolders, within } from '../nearby-folders.ts';
import { isWordNetId } from './wordnet-names.ts';

export interface SplitFolder {
  readonly path: string;
  /** Null where the classes lie in no split. */
  readonly split: Split | null;
  /** Numbers of WordNet that have folders. */
  readonly ids: readonly string[];
  /** Folder of pictures without folders of classes, or null. */
  readonly flat: string | null;
}

export interface ImageNetLayout {
  /** Folder that the splits lie in. */
  readonly base: string;
  readonly splits: readonly SplitFolder[];
  /** All files directly inside of the folders around: lists of names and labels are among them. */
  readonly files: readonly string[];
}

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
};

/** Null where there are no two folders named by numbers of WordNet. */
export async function readLayout(tree: FileTree): Promise<ImageNetLayout | null> {
  const nearby = await nearbyFolders(tree);
  const files = nearby.flatMap(({ path, files: names }) => names.map((name) => within(path, name)));
  const idsOf = (names: readonly string[]): string[] => names.filter(isWordNetId);
  for (const { path, folders } of nearby) {
    // Annotations have the same folders.
    if (/(^|\/)(Annotations|bbox|ILSVRC\d{4}_bbox[^/]*)(\/|$)/i.test(path)) continue;
    const own = idsOf(folders);
    if (own.length >= 2) {
      return { base: path, splits: [{ path, split: null, ids: own, flat: null }], files };
    }
    const splits: SplitFolder[] = [];
    for (const name of folders) {
      const split = SPLIT_NAMES[name.toLowerCase()];
      const inside = nearby.find((folder) => folder.path === within(path, name));
      if (split === undefined || inside === undefined) continue;
      const flat = await flatFolder(tree, inside.path, inside.files, inside.folders);
      splits.push({ path: inside.path, split, ids: idsOf(inside.folders), flat });
    }
    if (splits.some(({ split, ids }) => split === 'train' && ids.length >= 2)) return { base: path, splits, files };
  }
  return null;
}

/** Tiny ImageNet has them in `val/images`. */
async function flatFolder(
  tree: FileTree,
  path: string,
  files: readonly string[],
  folders: readonly string[],
): Promise<string | null> {
  if (files.some(hasPictureExtension)) return path;
  if (!folders.includes('images')) return null;
  const inside = within(path, 'images');
  const listing = await tree.list(inside).catch(() => null);
  return listing?.files.some(hasPictureExtension) === true ? inside : null;
}

/**
 * The folders at and shortly below a root. A published data set lies in folders of folders (`VOCdevkit/VOC2012`), and
 * people choose any of them; which one it was must not matter.
 */
import type { FileTree } from '../trees/file-tree.ts';

export interface NearbyFolder {
  /** Relative to the root; '' is the root itself. */
  readonly path: string;
  /** Names directly inside. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** `ILSVRC/Data/CLS-LOC/train` is four deep, in a folder of its own five. */
const DEEPEST = 5;
const MOST = 60;
/** A folder of more folders than this holds classes, not the parts of a data set, unless they are called like parts. */
const FEW = 3;
const PART_NAME = new RegExp(
  [
    '^(voc|ilsvrc|imagenet|cub|stl)|challenge|devkit',
    '^(data|cls-loc|train|val(id)?|validation|test|segmentations)$',
    '^(in9l|original|mixed_(same|rand|next)|only_(fg|bg_[bt])|no_fg|fg_mask)$',
  ].join('|'),
  'i',
);

/** Several formats look at the same folders one after the other, and listing 10,000 files each time would take long. */
const known = new WeakMap<FileTree, Promise<readonly NearbyFolder[]>>();

/** Outer folders first. What cannot be listed is left out: whoever reads it later says why. */
export function nearbyFolders(tree: FileTree): Promise<readonly NearbyFolder[]> {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const folders = search(tree);
  known.set(tree, folders);
  return folders;
}

async function search(tree: FileTree): Promise<NearbyFolder[]> {
  const found: NearbyFolder[] = [];
  let level = [''];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const path of level) {
      if (found.length >= MOST) return found;
      const listing = await tree.list(path).catch(() => null);
      if (listing === null) continue;
      const { files, folders } = listing;
      found.push({ path, files, folders });
      const entered = folders.length <= FEW ? folders : folders.filter((name) => PART_NAME.test(name));
      next.push(...entered.map((name) => within(path, name)));
    }
    level = next;
  }
  return found;
}

/** Path of what lies in a folder, '' being the root. */
export const within = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Last part of a path without its extension. */
export const stemOf = (path: string): string => baseName(path).replace(/\.[^.]+$/, '');

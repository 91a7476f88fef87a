/** Where the parts of ImageNet-9 lie: a folder a variant, with `val/` and maybe `train/`, with nine folders of classes each. */
import type { FileTree } from '../../trees/file-tree.ts';
import { baseName, nearbyFolders, within } from '../nearby-folders.ts';

/** The published ones, and what they show. */
export const VARIANTS = {
  original: 'the pictures as they are',
  mixed_same: 'object on a background of its class',
  mixed_rand: 'object on a background of any class',
  mixed_next: 'object on a background of the next class',
  only_fg: 'object on black',
  no_fg: 'object cut out',
  only_bg_b: 'background, the object replaced by a black box',
  only_bg_t: 'background, the object replaced by what surrounds it',
} as const;
export type Variant = keyof typeof VARIANTS;

/** Those in which the object is where its mask says. */
export const WITH_OBJECT: ReadonlySet<string> = new Set<Variant>([
  ...(['original', 'mixed_same', 'mixed_rand', 'mixed_next', 'only_fg'] as const),
]);

/** A folder of folders of classes. */
export interface ClassFolders {
  readonly path: string;
  /** `02_wheeled vehicle`, in order. */
  readonly classes: readonly string[];
  /** Files and folders beside them. */
  readonly others: readonly string[];
}

export interface Part {
  /** A {@link Variant}, or `in9l`, the larger set of training pictures. */
  readonly name: string;
  readonly train: ClassFolders | null;
  readonly val: ClassFolders | null;
}

export interface Layout {
  /** In the order of {@link VARIANTS}; `in9l` last. */
  readonly parts: readonly Part[];
  /** `fg_mask/val`, or null. */
  readonly masks: ClassFolders | null;
}

/** IN-9L: all pictures of the nine classes, for training. */
export const LARGE = 'in9l';
const NAMES = [...Object.keys(VARIANTS), LARGE];
const MASKS = 'fg_mask';

const isClassFolder = (name: string): boolean => /^\d\d_./.test(name);

export async function readLayout(tree: FileTree): Promise<Layout> {
  const nearby = await nearbyFolders(tree);
  const classFolders = (path: string): ClassFolders | null => {
    const found = nearby.find((folder) => folder.path === path);
    if (found === undefined) return null;
    const classes = found.folders.filter(isClassFolder);
    const others = [...found.files, ...found.folders.filter((name) => !isClassFolder(name))];
    return classes.length < 2 ? null : { path, classes, others };
  };
  const parts: Part[] = [];
  let masks: ClassFolders | null = null;
  for (const { path } of nearby) {
    const name = baseName(path === '' ? tree.root.replaceAll('\\', '/') : path).toLowerCase();
    const [train, val] = [classFolders(within(path, 'train')), classFolders(within(path, 'val'))];
    if (name === MASKS) masks ??= val;
    if (!NAMES.includes(name) || (train === null && val === null)) continue;
    // Test and training pictures of a variant are published in two archives, and may lie in two folders. Pictures for
    // the test are those that come without any for training.
    const known = parts.findIndex((part) => part.name === name);
    if (known < 0) parts.push({ name, train, val });
    else {
      const before = parts[known];
      const values = before.train === null ? [before.val, val] : [val, before.val];
      parts[known] = { name, train: before.train ?? train, val: values[0] ?? values[1] };
    }
  }
  return { parts: parts.sort((a, b) => NAMES.indexOf(a.name) - NAMES.indexOf(b.name)), masks };
}

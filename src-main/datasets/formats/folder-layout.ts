/** What the folders of a data set mean: which are splits, which are classes, where the masks are. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Problem, Split } from '../dataset.ts';
import { hasPictureExtension } from '../pictures/picture-name.ts';
import type { FileTree } from '../trees/file-tree.ts';

/** A file that may be a picture of a class. */
export interface ClassFile {
  /** Path relative to the root, as it is on the disk. */
  readonly id: string;
  /** NFC, so that the same name typed on two systems is one class. */
  readonly className: string;
  /** The split whose folder it lies in, or null. */
  readonly split: Split | null;
}

export interface Layout {
  readonly files: readonly ClassFile[];
  /** All class folders, also those without a file. */
  readonly classNames: readonly string[];
  /** Splits that have folders. */
  readonly splits: readonly Split[];
  /** The folder of masks relative to the root, or null. */
  readonly masks: string | null;
  readonly boxes: string | null;
}

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
};

const splitOf = (folder: string): Split | null => SPLIT_NAMES[folder.toLowerCase()] ?? null;

/** Finds splits, classes, masks and boxes. Reads names only. */
export async function readLayout(tree: FileTree, problems: Problem[]): Promise<Layout> {
  const { files, folders } = await tree.list('');
  const masks = await findMasks(tree, folders);
  const boxes = files.find((file) => file.toLowerCase() === 'boxes.csv') ?? null;
  for (const file of files) {
    if (file !== boxes && hasPictureExtension(file)) {
      problems.push({ file, kind: 'ignored', reason: 'The picture lies outside the folders of the classes.' });
    }
  }
  const candidates = folders.filter((folder) => folder !== masks);
  const splitFolders = await findSplitFolders(tree, candidates);
  const found: ClassFile[] = [];
  const classNames = new Set<string>();
  const addClasses = async (parent: string, names: readonly string[], split: Split | null): Promise<void> => {
    for (const name of names) {
      const className = name.normalize('NFC');
      classNames.add(className);
      const folder = parent === '' ? name : `${parent}/${name}`;
      for (const id of await tree.walk(folder, problems)) found.push({ id, className, split });
    }
  };
  if (splitFolders.length === 0) {
    await addClasses('', candidates, null);
  } else {
    for (const folder of candidates) {
      const split = splitFolders.includes(folder) ? splitOf(folder) : null;
      if (split === null) {
        problems.push({ file: folder, kind: 'ignored', reason: 'The folder lies beside train, val and test.' });
        continue;
      }
      const inside = await tree.list(folder);
      await addClasses(folder, inside.folders, split);
      for (const file of inside.files) {
        const reason = 'The file lies in the folder of a split, but in none of a class.';
        problems.push({ file: `${folder}/${file}`, kind: 'ignored', reason });
      }
    }
  }
  const splits = [...new Set(splitFolders.map(splitOf))].filter((split) => split !== null);
  return { files: found, classNames: [...classNames], splits, masks, boxes };
}

/** Folders that a glance looks into. */
const GLANCED_AT = 50;

/** What {@link readLayout} would find, from the names in a few folders: of a million files, no more are listed. */
export async function glanceAtLayout(
  tree: FileTree,
): Promise<{ readonly classes: number; readonly more: boolean; readonly splits: readonly Split[] }> {
  const { folders } = await tree.list('');
  const masks = await findMasks(tree, folders);
  const candidates = folders.filter((folder) => folder !== masks);
  const splitFolders = await findSplitFolders(tree, candidates);
  const names = new Map<string, string>();
  if (splitFolders.length === 0) for (const folder of candidates) names.set(folder.normalize('NFC'), folder);
  for (const split of splitFolders) {
    for (const name of (await tree.list(split)).folders) names.set(name.normalize('NFC'), `${split}/${name}`);
  }
  let classes = 0;
  for (const folder of [...names.values()].slice(0, GLANCED_AT)) if (await holdsPicture(tree, folder)) classes++;
  const splits = [...new Set(splitFolders.map(splitOf))].filter((split) => split !== null);
  return { classes, more: names.size > GLANCED_AT, splits };
}

/** `masks` holds folders, as it mirrors the pictures; with pictures directly inside it is a class of masks. */
async function findMasks(tree: FileTree, folders: readonly string[]): Promise<string | null> {
  const masks = folders.find((folder) => folder.toLowerCase() === 'masks');
  if (masks === undefined) return null;
  return (await tree.list(masks)).folders.length > 0 ? masks : null;
}

/**
 * Folders that are splits: named like one and holding folders, not pictures. `train` may also be a class
 * (beside `car` and `bus`); it is one where it holds pictures, or where no other split stands beside it
 * but other folders with pictures do.
 */
async function findSplitFolders(tree: FileTree, candidates: readonly string[]): Promise<string[]> {
  const named: string[] = [];
  for (const folder of candidates) {
    if (splitOf(folder) === null) continue;
    const inside = await tree.list(folder);
    if (inside.folders.length > 0 && !inside.files.some(hasPictureExtension)) named.push(folder);
  }
  const others = candidates.filter((folder) => !named.includes(folder));
  const hasTrain = named.some((folder) => splitOf(folder) === 'train');
  if (!hasTrain) {
    if (named.length > 0 && others.length === 0) {
      throw new SteadygazeError(
        'data-empty',
        `There are pictures for ${named.join(' and ')}, but none to train with.`,
        'Add a folder "train", or put the folders of the classes directly into the data folder.',
      );
    }
    return [];
  }
  if (named.length > 1) return named;
  for (const other of others) if (await holdsPicture(tree, other)) return [];
  return named;
}

/** @param deeper levels of folders that are looked into below this one */
async function holdsPicture(tree: FileTree, folder: string, deeper = 2): Promise<boolean> {
  const { files, folders } = await tree.list(folder).catch(() => ({ files: [], folders: [] }));
  if (files.some(hasPictureExtension)) return true;
  if (deeper === 0) return false;
  for (const inner of folders.slice(0, GLANCED_AT)) {
    if (await holdsPicture(tree, `${folder}/${inner}`, deeper - 1)) return true;
  }
  return false;
}

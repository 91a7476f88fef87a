/** Where the parts of Pascal VOC lie: a development kit has a folder a year, each with annotations, lists and pictures. */
import { normalisePath } from '../../pictures/boxes.ts';
import type { Problem, Split } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import { baseName, nearbyFolders, stemOf, within } from '../nearby-folders.ts';
import { counted, readLines } from '../text-lines.ts';
import { SEGMENTATION_FOLDERS } from './segmentation.ts';

export interface VocPart {
  /** `VOCdevkit/VOC2007`, or '' where that folder was chosen. */
  readonly folder: string;
  /** Folders of the two kinds of files; both are `folder` where XML files lie beside their pictures. */
  readonly annotations: string;
  readonly pictures: string;
  /** `2007`; the name of the folder where it is called otherwise; '' for what only imitates the kit's files. */
  readonly year: string;
  /** That of a folder `train`, `valid` or `test` of annotated pictures; else lists say it. */
  readonly split: Split | null;
}

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
};

const isAnnotation = (file: string): boolean => /\.xml$/i.test(file);

/**
 * Folders that hold `Annotations` and `JPEGImages`: training and test data of a year may lie in folders of their own.
 * Where there are none, what programs write that imitate VOC: `annotations` and `images`, or XML files beside pictures.
 */
export async function findParts(tree: FileTree): Promise<VocPart[]> {
  const nearby = await nearbyFolders(tree);
  const kits = nearby.filter(({ folders }) => folders.includes('Annotations') && folders.includes('JPEGImages'));
  if (kits.length > 0) {
    return kits.map(({ path }): VocPart => {
      const name = nameOf(tree, path);
      const year = /^VOC(\d{4})$/i.exec(name)?.[1] ?? (path === '' ? '' : name);
      const [annotations, pictures] = [within(path, 'Annotations'), within(path, 'JPEGImages')];
      return { folder: path, annotations, pictures, year, split: null };
    });
  }
  const parts: VocPart[] = [];
  for (const { path, files, folders } of nearby) {
    const split = SPLIT_NAMES[nameOf(tree, path).toLowerCase()] ?? null;
    if (files.some(isAnnotation) && files.some(hasPictureExtension)) {
      parts.push({ folder: path, annotations: path, pictures: path, year: '', split });
      continue;
    }
    const names = [/^annotations$/i, /^(jpegimages|images)$/i].map((name) => folders.find((each) => name.test(each)));
    const [annotations, pictures] = names.map((name) => (name === undefined ? null : within(path, name)));
    if (annotations === null || pictures === null) continue;
    // COCO's folders are called so too, and hold JSON.
    const inside = await tree.list(annotations).catch(() => null);
    if (inside?.files.some(isAnnotation)) parts.push({ folder: path, annotations, pictures, year: '', split });
  }
  return parts;
}

const nameOf = (tree: FileTree, path: string): string => baseName(path === '' ? tree.root.replaceAll('\\', '/') : path);

/** What the lists of a part say of a picture. */
export interface VocEntry {
  /** `2007_000032`. */
  readonly name: string;
  readonly split: Split | null;
  /** Path of the list; '' where there is no list and the annotations themselves name the pictures. */
  readonly list: string;
}

export interface VocFiles {
  readonly entries: readonly VocEntry[];
  /** Paths by name. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly masks: ReadonlyMap<string, string>;
}

/** The union `trainval` comes last: it says nothing of pictures that the others name. */
const LISTS: readonly (readonly [string, Split | null])[] = [
  ['train', 'train'],
  ['val', 'val'],
  ['test', 'test'],
  ['trainval', null],
];

export async function readPart(tree: FileTree, part: VocPart, problems: Problem[]): Promise<VocFiles> {
  const { folder, split } = part;
  const pictures = await byName(tree, part.pictures, hasPictureExtension, problems);
  const annotations = await byName(tree, part.annotations, isAnnotation, problems);
  const listed = await readLists(tree, folder, problems);
  const entries = listed ?? [...annotations.keys()].map((name): VocEntry => ({ name, split, list: '' }));
  const { folders } = await tree.list(folder);
  const masked = SEGMENTATION_FOLDERS.filter((name) => folders.includes(name));
  const masks = new Map<string, string>();
  for (const name of masked) {
    const files = await byName(tree, within(folder, name), hasPictureExtension, problems);
    for (const [picture, path] of files) if (!masks.has(picture)) masks.set(picture, path);
  }
  if (listed !== null) {
    const names = new Set(listed.map(({ name }) => name));
    const others = [...annotations.keys()].filter((name) => !names.has(name)).length;
    if (others > 0) {
      const reason = `${others.toLocaleString('en-US')} of the annotated pictures stand in none of the lists, and are left aside.`;
      problems.push({ file: part.annotations, kind: 'ignored', reason });
    }
  } else {
    const others = [...pictures.keys()].filter((name) => !annotations.has(name));
    if (others.length > 0) {
      const reason = `Without an annotation and left aside: ${counted(others.length, 'picture')}, such as ${others[0].slice(0, 100)}.`;
      problems.push({ file: part.pictures, kind: 'unlabelled', reason });
    }
  }
  return { entries, pictures, annotations, masks };
}

/** Paths of the files directly inside of a folder, by their names without extension. */
async function byName(
  tree: FileTree,
  folder: string,
  wanted: (file: string) => boolean,
  problems: Problem[],
): Promise<Map<string, string>> {
  try {
    const { files } = await tree.list(folder);
    return new Map(files.filter(wanted).map((file) => [stemOf(file).normalize('NFC'), within(folder, file)]));
  } catch (error) {
    problems.push({ file: folder, kind: 'unreadable', reason: reasonOfSystem(error).replace('file', 'folder') });
    return new Map();
  }
}

/** Null where there are no lists. */
async function readLists(tree: FileTree, folder: string, problems: Problem[]): Promise<VocEntry[] | null> {
  const entries = new Map<string, VocEntry>();
  let any = false;
  for (const [name, split] of LISTS) {
    const list = await findList(tree, folder, `${name}.txt`);
    if (list === null) continue;
    any = true;
    try {
      for (const { text, line } of await readLines(tree, list)) {
        // Lists of a class have 1, 0 or -1 behind the name; programs that imitate them do so everywhere.
        const picture = normalisePath(text.replace(/\s+-?[01]$/, '')).replace(/\.jpe?g$/i, '');
        const before = entries.get(picture);
        if (before === undefined) entries.set(picture, { name: picture, split, list });
        else if (before.list === list || (split !== null && before.split !== split)) {
          const reason = `Line ${line}: "${picture.slice(0, 100)}" was already named in ${baseName(before.list)}; that counts.`;
          problems.push({ file: list, kind: 'bad-annotation', reason });
        }
      }
    } catch (error) {
      problems.push({ file: list, kind: 'unreadable', reason: reasonOfSystem(error) });
    }
  }
  return any ? [...entries.values()] : null;
}

/** `ImageSets/Main` has the lists for classification; those who imitate VOC leave `Main` out. */
async function findList(tree: FileTree, folder: string, name: string): Promise<string | null> {
  for (const inside of ['ImageSets/Main', 'ImageSets']) {
    const path = within(folder, `${inside}/${name}`);
    if ((await tree.stamp(path)) !== null) return path;
  }
  return null;
}

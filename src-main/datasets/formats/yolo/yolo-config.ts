/**
 * What a YOLO data set says of itself: names of classes and splits, in `data.yaml` (Ultralytics,
 * docs.ultralytics.com/datasets/detect), in `obj.data` and `obj.names` (Darknet), or in `classes.txt` (LabelImg).
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { SPLITS } from '../../dataset.ts';
import type { Split } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { asName } from '../annotations/json-file.ts';
import { folderOf } from '../annotations/pictures-on-disk.ts';
import { baseName, within } from '../nearby-folders.ts';
import { linesOf, readText } from '../text-lines.ts';

/** Longer ones are no settings. COCO's has 3 KB, one of 9,000 classes 200 KB. */
const MOST_BYTES = 4 * 1024 ** 2;

export interface YoloConfig {
  /** The file that says all this. */
  readonly path: string;
  /** Empty where classes have numbers only. */
  readonly names: ReadonlyMap<number, string>;
  /** Folders, lists of pictures (`.txt`) or pictures, as they are written; may begin with folders of another computer. */
  readonly splits: readonly { readonly split: Split; readonly entries: readonly string[] }[];
  /** Each row holds the joints of a body after its box. */
  readonly hasJoints: boolean;
}

const LIST_NAMES: readonly (readonly [Split, readonly string[]])[] = [
  ['train', ['train']],
  ['val', ['val', 'valid']],
  ['test', ['test']],
];

/** Whether a text begins as such settings do. */
export const looksLikeYaml = (text: string): boolean =>
  /^names\s*:/m.test(text) && /^(train|val|path|nc)\s*:/m.test(text);

/** The file of settings among the names of a folder; the plain list of classes last. */
export function configName(files: readonly string[]): string | null {
  const patterns = [/^data\.ya?ml$/i, /\.ya?ml$/i, /^obj\.data$/i, /\.data$/i, /\.names$/i, /^classes\.txt$/i];
  for (const pattern of patterns) {
    const found = files.find((file) => pattern.test(baseName(file)));
    if (found !== undefined) return found;
  }
  return null;
}

/** @throws SteadygazeError `data-unreadable` where it cannot be understood */
export async function readConfig(tree: FileTree, path: string): Promise<YoloConfig> {
  const text = await readText(tree, path, MOST_BYTES);
  if (/\.ya?ml$/i.test(path)) return readYaml(text, path);
  if (/\.data$/i.test(path)) return readDarknet(tree, text, path);
  return { path, names: namesOf(linesOf(text).map((line) => line.text)), splits: [], hasJoints: false };
}

async function readYaml(text: string, path: string): Promise<YoloConfig> {
  const { parse } = await import('yaml');
  let settings: unknown;
  try {
    // Aliases of aliases may stand for billions of entries; real settings have none.
    settings = parse(text, { mapAsMap: true, maxAliasCount: 20, logLevel: 'error' });
  } catch (error) {
    throw new SteadygazeError(
      'data-unreadable',
      `The settings in ${path} cannot be understood.`,
      'Check the file in a text editor, or remove it: pictures and labels can be read without it.',
      error instanceof Error ? error.message.slice(0, 300) : String(error),
    );
  }
  const get = (key: string): unknown => (settings instanceof Map ? (settings as Map<unknown, unknown>).get(key) : null);
  const root = textOf(get('path')) ?? '';
  const splits = LIST_NAMES.map(([split, keys]) => {
    const value = keys.map(get).find((found) => found != null);
    const entries = (Array.isArray(value) ? value : [value]).flatMap((entry) => textOf(entry) ?? []);
    return { split, entries: entries.map((entry) => (root === '' ? entry : `${root}/${entry}`)) };
  });
  return { path, names: namesOf(get('names')), splits, hasJoints: get('kpt_shape') != null };
}

/** `classes = 2`, `train = data/train.txt`, `valid = data/valid.txt`, `names = data/obj.names`. */
async function readDarknet(tree: FileTree, text: string, path: string): Promise<YoloConfig> {
  const settings = new Map<string, string>();
  for (const { text: line } of linesOf(text)) {
    const found = /^(\w+)\s*=\s*(.+)$/.exec(line);
    if (found !== null) settings.set(found[1] ?? '', found[2] ?? '');
  }
  const beside = within(folderOf(path), baseName((settings.get('names') ?? 'obj.names').replaceAll('\\', '/')));
  const names = await readText(tree, beside, MOST_BYTES).catch(() => '');
  const splits = LIST_NAMES.map(([split, keys]) => ({
    split,
    entries: keys.flatMap((key) => settings.get(key) ?? []),
  }));
  return { path, names: namesOf(linesOf(names).map((line) => line.text)), splits, hasJoints: false };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** A list, or numbers and their names. */
function namesOf(value: unknown): Map<number, string> {
  const pairs: Iterable<readonly [unknown, unknown]> =
    value instanceof Map ? (value as Map<unknown, unknown>) : Array.isArray(value) ? value.entries() : [];
  const names = new Map<number, string>();
  for (const [key, entry] of pairs) {
    const number = typeof key === 'string' && key.trim() !== '' ? Number(key) : key;
    const name = asName(entry);
    if (typeof number === 'number' && Number.isInteger(number) && name !== null) names.set(number, name);
  }
  return names;
}

/**
 * The split of each picture, as settings say it.
 * @param pictures, lists paths below the root: pictures, and text files
 * @param find      the picture that a line of a list means
 */
export async function splitsOf(
  config: YoloConfig,
  pictures: readonly string[],
  lists: readonly string[],
  tree: FileTree,
  find: (name: string, beside: string) => string | null,
): Promise<Map<string, Split>> {
  const folders = new Set<string>();
  for (const picture of pictures) {
    for (let folder = folderOf(picture); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  }
  const texts = new Set(lists);
  const beside = folderOf(config.path);
  const splits = new Map<string, Split>();
  const named: { readonly folder: string; readonly split: Split }[] = [];
  for (const split of SPLITS) {
    for (const entry of config.splits.filter((some) => some.split === split).flatMap(({ entries }) => entries)) {
      const list = endOf(entry, beside, texts);
      const folder = endOf(entry, beside, folders);
      if (list !== null) {
        for (const { text } of linesOf(await readText(tree, list).catch(() => ''))) {
          const picture = find(text, folderOf(list));
          if (picture !== null && !splits.has(picture)) splits.set(picture, split);
        }
      } else if (folder !== null) named.push({ folder, split });
    }
  }
  // The inner folder knows better; of one folder for two splits, the first.
  named.sort((a, b) => b.folder.length - a.folder.length);
  for (const picture of pictures) {
    const found = named.find(({ folder }) => folder === '' || picture.startsWith(`${folder}/`));
    if (found !== undefined && !splits.has(picture)) splits.set(picture, found.split);
  }
  return splits;
}

/** The longest end of a written path that is there: what lies before it is of another computer. */
function endOf(written: string, beside: string, paths: ReadonlySet<string>): string | null {
  const parts: string[] = [];
  for (const part of written.trim().replaceAll('\\', '/').normalize('NFC').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (parts.length === 0) return paths.has(beside) ? beside : null;
  for (let start = 0; start < parts.length; start++) {
    const end = parts.slice(start).join('/');
    for (const path of [within(beside, end), end]) if (paths.has(path)) return path;
  }
  return null;
}

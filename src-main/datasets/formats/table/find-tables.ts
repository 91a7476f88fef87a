/** Which tables lie in a place, and which of them belong together. */
import type { Split } from '../../dataset.ts';
import type { Place } from '../../format.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { splitInName } from './columns.ts';
import { isTableName } from './row-source.ts';

/** A table, or one for each split. */
export interface TableSet {
  /** The path, or a pattern: `*_labels.csv`. */
  readonly name: string;
  /** Training first. */
  readonly parts: readonly { readonly path: string; readonly split: Split | null }[];
}

/** Folders that a table about all pictures may lie in; each is listed once. */
const FOLDERS = /^(labels?|annotations?|meta|metadata|csv|tables?|data|info)$/i;
/** Texts for people, not tables. */
const TEXT = /^(readme|licen[cs]e|copying|notes?|citation|changelog|requirements|classes|credits)\b.*\.txt$/i;
const MOST_TABLES = 24;
const ORDER: readonly (Split | null)[] = ['train', 'val', 'test', null];

/**
 * The file that was named first, else sets of splits, then tables by how much their names promise. Never throws.
 */
export async function tablesIn({ tree, focus }: Place): Promise<TableSet[]> {
  if (focus !== null && !isTableName(focus)) return [];
  const folder = focus?.includes('/') === true ? focus.slice(0, focus.lastIndexOf('/')) : '';
  const paths = await tablePaths(tree, folder);
  const sets = splitSets(paths);
  const singles = paths.map((path): TableSet => ({ name: path, parts: [{ path, split: null }] }));
  const sorted = [...sets, ...singles.sort((a, b) => promise(b.name) - promise(a.name))];
  if (focus === null) return sorted.slice(0, MOST_TABLES);
  const own: TableSet = { name: focus, parts: [{ path: focus, split: null }] };
  return [own, ...sets.filter(({ parts }) => parts.some(({ path }) => path === focus))];
}

async function tablePaths(tree: FileTree, folder: string): Promise<string[]> {
  const root = await tree.list(folder).catch(() => ({ files: [], folders: [] }));
  const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const paths = root.files.filter((file) => isTableName(file) && !TEXT.test(file)).map(at);
  for (const name of root.folders.filter((inner) => FOLDERS.test(inner) || splitInName(inner) !== null)) {
    const { files } = await tree.list(at(name)).catch(() => ({ files: [] }));
    paths.push(...files.filter(isTableName).map((file) => at(`${name}/${file}`)));
  }
  return paths;
}

/** `train.csv` and `test.csv`; `train/metadata.csv` and `val/metadata.csv`. */
function splitSets(paths: readonly string[]): TableSet[] {
  const sets = new Map<string, Map<Split, string>>();
  for (const path of paths) {
    const parts = path.split('/');
    const marked = parts.map(splitInName);
    const which = marked.findLastIndex((mark) => mark !== null);
    const mark = marked[which];
    if (mark == null) continue;
    parts[which] = parts[which].replace(mark.word, '*');
    const name = parts.join('/');
    const set = sets.get(name) ?? new Map<Split, string>();
    sets.set(name, set);
    if (!set.has(mark.split)) set.set(mark.split, path);
  }
  return [...sets]
    .filter(([, set]) => set.size > 1)
    .map(([name, set]) => ({
      name,
      parts: [...set]
        .map(([split, path]) => ({ path, split }))
        .sort((a, b) => ORDER.indexOf(a.split) - ORDER.indexOf(b.split)),
    }));
}

/** Names that say "this is about the pictures" come first, those of results last. */
function promise(path: string): number {
  const base = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (soundsLikeResults(path)) return -1;
  if (/label|annot|ground.?truth|class/.test(base)) return 3;
  if (/metadata|train/.test(base)) return 2;
  return 1;
}

/** Whether a table holds what some program computed, or something about the pictures that is no class. */
export const soundsLikeResults = (path: string): boolean =>
  /(^|[/_.\s-])(results?|pred(iction)?s?|scores?|logs?|submission|sample_submission|metrics|history|eval(uation)?|boxes|bbox(es)?)([_.\s-]|$)/i.test(
    path,
  );

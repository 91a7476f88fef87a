/**
 * What WordNet's numbers mean (`n01440764`: tench), from the lists that come with ImageNet: `LOC_synset_mapping.txt`,
 * `synset_words.txt` and `words.txt` (number, names with commas), `map_clsloc.txt` (number, ILSVRC's own number, name),
 * `imagenet_class_index.json` ({"0": [number, name]}), or a CSV with a column of numbers and one of names.
 */
import { parse } from 'csv-parse/sync';
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import { baseName } from '../nearby-folders.ts';
import { linesOf, readText } from '../text-lines.ts';

export const isWordNetId = (name: string): boolean => /^n\d{8}$/.test(name);

/** The surest first: where two name the same number, the first one counts. */
const LISTS = [
  /^LOC_synset_mapping\.txt$/i,
  /^synset_words\.txt$/i,
  /^imagenet_class_index\.json$/i,
  /^map_clsloc\.txt$/i,
  /^words\.txt$/i,
  /\.csv$/i,
];
/** All of WordNet's nouns, with their names: 2.7 MB. */
const MOST_BYTES = 32 * 1024 ** 2;
const HEAD_BYTES = 4096;

export interface WordNetNames {
  /** First name by number, with spaces. */
  readonly names: ReadonlyMap<string, string>;
  /** Number by ILSVRC's own number, where a list says it. */
  readonly byNumber: ReadonlyMap<number, string>;
}

const rank = (file: string): number => LISTS.findIndex((pattern) => pattern.test(baseName(file)));

/** Of files that are there, those whose beginning looks like a list of names. Reads 4 kB of each that may be. */
export async function findNameLists(tree: FileTree, files: readonly string[]): Promise<string[]> {
  const able = files.filter((file) => rank(file) >= 0).sort((a, b) => rank(a) - rank(b));
  const found: string[] = [];
  for (const file of able.slice(0, 20)) {
    const head = await tree.readRange(file, 0, HEAD_BYTES).catch(() => new Uint8Array());
    // The last line may be cut.
    const text = new TextDecoder('utf-8').decode(head);
    const whole = head.length < HEAD_BYTES ? text : text.slice(0, text.lastIndexOf('\n') + 1);
    if (/\.json$/i.test(file) ? /"n\d{8}"\s*,\s*"/.test(text) : entriesOf(file, whole).length > 0) found.push(file);
  }
  return found;
}

export async function readNameLists(
  tree: FileTree,
  files: readonly string[],
  problems: Problem[],
): Promise<WordNetNames> {
  const names = new Map<string, string>();
  const byNumber = new Map<number, string>();
  for (const file of files) {
    try {
      for (const { id, name, number } of entriesOf(file, await readText(tree, file, MOST_BYTES))) {
        if (!names.has(id)) names.set(id, name);
        if (number !== null && !byNumber.has(number)) byNumber.set(number, id);
      }
    } catch (error) {
      const reason =
        error instanceof SyntaxError ? 'The list cannot be understood: it is no valid JSON.' : reasonOfSystem(error);
      problems.push({ file, kind: 'bad-annotation', reason });
    }
  }
  return { names, byNumber };
}

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly number: number | null;
}

/** @throws SyntaxError for JSON that is none */
function entriesOf(file: string, text: string): Entry[] {
  if (/\.json$/i.test(file)) return jsonEntries(JSON.parse(text));
  if (/\.csv$/i.test(file)) return tableEntries(text);
  return linesOf(text).flatMap(({ text: line }) => {
    const [, id, number, names] = /^(n\d{8})\s+(?:(\d+)\s+)?(\S.*)$/.exec(line) ?? [];
    return entry(id, names, number === undefined ? null : Number(number));
  });
}

function jsonEntries(value: unknown): Entry[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [];
    const [id, name] = pair as readonly unknown[];
    return typeof id === 'string' && typeof name === 'string' ? entry(id, name, null) : [];
  });
}

/** In each row the first cell that is a number of WordNet, and the first one with letters that is none. */
function tableEntries(text: string): Entry[] {
  const [line = ''] = text.split(/\r\n|\n|\r/, 1);
  const delimiter = [',', ';', '\t'].find((mark) => line.includes(mark)) ?? ',';
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, trim: true, delimiter, relax_column_count: true, relax_quotes: true });
  } catch {
    return [];
  }
  return rows.flatMap((cells) => entry(cells.find(isWordNetId), cells.find(isName), null));
}

/** Neither a number of WordNet nor a path or a prediction that begins with one. */
const isName = (cell: string): boolean => /\p{L}/u.test(cell) && !/^n\d{8}|\//.test(cell);

function entry(id: string | undefined, names: string | undefined, number: number | null): Entry[] {
  const name = names?.split(',')[0].replaceAll('_', ' ').trim().normalize('NFC') ?? '';
  return id !== undefined && isWordNetId(id) && isName(name) ? [{ id, name, number }] : [];
}

/**
 * A name for each class: the first one that WordNet knows; with the number in brackets where two classes would be called
 * the same (ImageNet has two "crane"); the number where no list names it.
 */
export function classNames(ids: readonly string[], { names }: WordNetNames): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const id of ids) {
    const name = names.get(id) ?? id;
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  return new Map(
    ids.map((id) => {
      const name = names.get(id) ?? id;
      return [id, count.get(name) === 1 ? name : `${name} (${id})`];
    }),
  );
}

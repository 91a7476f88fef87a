/**
 * A data set format whose pictures are arrays of numbers. A format of this family says where its arrays are; which of
 * them are pictures and labels, and everything else, is common to all.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Choice, Format, Match, Place } from '../format.ts';
import { chooseArrays, planArrays } from './array-plan.ts';
import type { PlanHints } from './array-plan.ts';
import { ArrayReader } from './array-reader.ts';
import { listArrays } from './list-arrays.ts';
import type { ArrayStore } from './stored-array.ts';

export interface ArraySource {
  readonly id: string;
  readonly title: string;
  /** Files that hold arrays; none: the place is not of this format. Looks at names, and at first bytes where they do not tell. */
  readonly find: (place: Place) => Promise<readonly string[]>;
  /** Reads headers only. What cannot be read is a problem. */
  readonly open: (tree: FileTree, files: readonly string[]) => Promise<ArrayStore>;
  /** How sure it is where arrays of pictures and labels are there. */
  readonly certainty: number;
  /** What the names of the files tell of the order of axes. */
  readonly hints?: (files: readonly string[]) => PlanHints;
  /** Names of the classes 0, 1, ... and the question for them. Without it they are looked for in a text file. */
  readonly names?: (tree: FileTree, files: readonly string[], answer: string | undefined) => Promise<ClassNames>;
}

export interface ClassNames {
  readonly names: readonly string[];
  readonly choice?: Choice;
}

/** Headers that are looked at to recognise a format. */
const MATCHED_FILES = 40;

export function arrayFormat(source: ArraySource): Format {
  const { id, title } = source;
  const hints = (files: readonly string[]): PlanHints => source.hints?.(files) ?? {};
  return {
    id,
    title,
    match: (place) => match(source, place),
    async list(place, { choices, signal }) {
      const files = await source.find(place);
      const store = await source.open(place.tree, files);
      try {
        const plan = await planArrays(store, choices, hints(files));
        const found = await (source.names?.(place.tree, files, choices['names']) ?? namesBeside(place.tree));
        const named = { names: found.names, choices: found.choice === undefined ? [] : [found.choice] };
        return await listArrays(store, plan, { title, ...named, ...(signal ? { signal } : {}) });
      } finally {
        await store.close();
      }
    },
    async pictures(place, choices) {
      const files = await source.find(place);
      const store = await source.open(place.tree, files);
      try {
        return new ArrayReader(place.tree, store, await planArrays(store, choices, hints(files)));
      } catch (error) {
        await store.close();
        throw error;
      }
    },
  };
}

async function match({ find, open, title, certainty }: ArraySource, place: Place): Promise<Match> {
  const files = await find(place);
  if (files.length === 0) return { certainty: 0, reason: `There are no files of this format (${title}).` };
  const store = await open(place.tree, files.slice(0, MATCHED_FILES));
  try {
    const { pictures } = chooseArrays(store, {});
    const shape = pictures.parts[0].array.shape.join(' x ');
    return { certainty, reason: `${title}: "${pictures.key}" is an array of ${shape}, the shape of pictures.` };
  } catch (error) {
    if (!(error instanceof SteadygazeError)) throw error;
    // A file that was named is meant: that it cannot be used is said.
    return { certainty: place.focus === null ? 0.25 : 0.4, reason: error.message };
  } finally {
    await store.close();
  }
}

/** Names of classes in a text file beside the arrays, one a line: `classes.txt`, `label_names.txt`. */
async function namesBeside(tree: FileTree): Promise<ClassNames> {
  const { files } = await tree.list('');
  const file = files.find((name) => /^(classes|(class|label|category)[_ -]?names)\.txt$/i.test(name));
  if (file === undefined) return { names: [] };
  const text = Buffer.from(await tree.readRange(file, 0, 1_000_000)).toString('utf8');
  return { names: text.split(/\r?\n/).flatMap((line) => line.trim().normalize('NFC') || []) };
}

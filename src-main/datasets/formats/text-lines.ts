/** Short lists that a data set brings along as text: one entry a line. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { FileTree } from '../trees/file-tree.ts';

/** Longer ones are none of the lists of a published data set; the longest, of ImageNet's training pictures, has 90 MB. */
const LONGEST = 128 * 1024 ** 2;

export interface TextLine {
  /** Without spaces around it; never empty. */
  readonly text: string;
  /** In the file, counted from 1. */
  readonly line: number;
}

/**
 * The text of a file without its byte order mark.
 * @throws SteadygazeError `not-found`, `data-unreadable` where it is too long, or the system's error
 */
export async function readText(tree: FileTree, path: string, longest = LONGEST): Promise<string> {
  const stamp = await tree.stamp(path);
  if (stamp === null) throw new SteadygazeError('not-found', `The file ${path} is not there.`);
  if (stamp.size > longest) {
    const size = Math.ceil(longest / 1024 ** 2);
    throw new SteadygazeError('data-unreadable', `The file ${path} is longer than the ${size} MB that are read.`);
  }
  return new TextDecoder('utf-8').decode(await tree.read(path));
}

/** Lines that say something, whatever ends them (LF, CR LF, CR). */
export function linesOf(text: string): TextLine[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const trimmed = line.trim();
    return trimmed === '' ? [] : [{ text: trimmed, line: i + 1 }];
  });
}

/** {@link linesOf} a file. @throws as {@link readText} */
export const readLines = async (tree: FileTree, path: string, longest?: number): Promise<TextLine[]> =>
  linesOf(await readText(tree, path, longest));

/** `1,234 pictures`, `1 picture`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** `train, val and test`. */
export function inWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

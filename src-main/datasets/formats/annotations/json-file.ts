/** Annotations in JSON: their beginnings and ends, to recognise them, and their values, whatever those are. */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';

/**
 * JSON is parsed as one text, and V8's texts end at 2^29 characters. The largest that is widely used, COCO's
 * instances_train2017.json, has 470 million bytes.
 */
const MOST_BYTES = 500_000_000;

/** Read from either end to recognise a file. */
const END_BYTES = 65_536;

export type JsonRecord = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A number that is one: neither text nor NaN nor infinite. */
export const asNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The name of a class, in one spelling; null for what is none. Numbers are names too. */
export function asName(value: unknown): string | null {
  if (typeof value !== 'string' && asNumber(value) === null) return null;
  const name = String(value).trim().normalize('NFC');
  return name === '' || name.length > 300 ? null : name;
}

/** Width and height in whole pixels, or null where they are not said. */
export function asSize(width: unknown, height: unknown): readonly [number, number] | null {
  const sizes = [width, height].map((value) => {
    const size = asNumber(value);
    return size !== null && Number.isInteger(size) && size > 0 && size < 1_000_000 ? size : null;
  });
  const [across, down] = sizes;
  return across == null || down == null ? null : [across, down];
}

/** The first and the last 64 KB of a file as text, one after the other; null where it cannot be read. */
export async function readEnds(tree: FileTree, path: string): Promise<{ head: string; tail: string } | null> {
  try {
    const size = (await tree.stamp(path))?.size ?? 0;
    const text = async (start: number): Promise<string> =>
      new TextDecoder('utf-8').decode(await tree.readRange(path, start, Math.min(END_BYTES, size - start)));
    if (size === 0) return null;
    return { head: await text(0), tail: size <= END_BYTES ? '' : await text(Math.max(END_BYTES, size - END_BYTES)) };
  } catch {
    return null;
  }
}

const refusal = (sentence: string, hint: string, details?: string): SteadygazeError =>
  new SteadygazeError('data-unreadable', sentence, hint, details);

/** @throws SteadygazeError `data-unreadable` for a file whose content cannot be held */
export async function requireReadableLength(tree: FileTree, path: string): Promise<void> {
  const size = (await tree.stamp(path))?.size ?? 0;
  if (size <= MOST_BYTES) return;
  throw refusal(
    `The annotation file ${path} has ${Math.round(size / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB can be read.`,
    'Split it into several files, for example one for training and one for testing, or leave out pictures.',
  );
}

/** @throws SteadygazeError `data-unreadable` where it is too long, not there, or no JSON */
export async function readJson(tree: FileTree, path: string): Promise<unknown> {
  await requireReadableLength(tree, path);
  let text: string;
  try {
    text = new TextDecoder('utf-8').decode(await tree.read(path));
  } catch (error) {
    throw refusal(`The annotation file ${path} could not be read.`, reasonOfSystem(error), String(error));
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refusal(
      `The annotation file ${path} is damaged or incomplete.`,
      'Export or download it again.',
      error instanceof Error ? error.message.slice(0, 300) : String(error),
    );
  }
}

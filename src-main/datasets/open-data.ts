/**
 * Opens a data set of any format: all formats are asked how sure they are, the surest one lists the pictures, and they
 * are read. A person may overrule the choice.
 */
import { SteadygazeError } from '../contract/errors.ts';
import { buildDataset } from './build-dataset.ts';
import type { BuildOptions } from './build-dataset.ts';
import type { Dataset } from './dataset.ts';
import type { Choice, Format, Match, Place } from './format.ts';
import { FORMATS, formatOf } from './formats.ts';
import { openPlace } from './open-place.ts';

/** Below this certainty a format is not proposed. */
const POSSIBLE = 0.2;

export interface OpenOptions extends BuildOptions {
  /** Id of a format, where a person says which; else the surest. */
  readonly format?: string;
  /** Answers to the format's questions. */
  readonly choices?: Readonly<Record<string, string>>;
}

/** A format that could read a place. */
export interface Candidate extends Match {
  readonly format: string;
  readonly title: string;
}

export interface OpenedData {
  readonly dataset: Dataset;
  /** Surest first; the one in force is `dataset.format`. */
  readonly candidates: readonly Candidate[];
  /** What was recognised, in one sentence. */
  readonly sentence: string;
  readonly choices: readonly Choice[];
}

/**
 * @param path a folder, an archive, or a file of a data set
 * @throws SteadygazeError `not-found`, `data-empty`, `data-one-class`, `data-unreadable`, `impossible-value`, `cancelled`
 */
export async function openData(path: string, options: OpenOptions): Promise<OpenedData> {
  const { place, inside } = await openPlace(path);
  const { tree, focus } = place;
  try {
    const candidates = await recognise(place);
    const format = options.format === undefined ? surest(candidates, focus) : formatOf(options.format);
    const choices = options.choices ?? {};
    const listing = await format.list(place, { choices, ...(options.signal ? { signal: options.signal } : {}) });
    const reader = (await format.pictures?.(place, choices)) ?? tree;
    try {
      const source = { root: tree.root, format: format.id, inside, focus, choices };
      const dataset = await buildDataset(source, listing, reader, options);
      return { dataset, candidates, sentence: listing.sentence, choices: listing.choices };
    } finally {
      if (reader !== tree) await reader.close();
    }
  } finally {
    await tree.close();
  }
}

/** Which formats could read a place, surest first. */
export async function recognise(place: Place): Promise<Candidate[]> {
  const matches = await Promise.all(
    FORMATS.map(async (format): Promise<Candidate> => {
      const match = await format.match(place);
      return { format: format.id, title: format.title, ...match };
    }),
  );
  return matches.filter(({ certainty }) => certainty >= POSSIBLE).sort((a, b) => b.certainty - a.certainty);
}

/** Where nothing is recognised, the plainest format says best what it misses. */
function surest([first]: readonly Candidate[], focus: string | null): Format {
  if (first === undefined && focus !== null) {
    throw new SteadygazeError(
      'data-unreadable',
      `The file "${focus}" is no list of pictures that can be read here.`,
      'Choose the folder that the pictures lie in, an archive of it, or the table or annotation that names them.',
    );
  }
  return formatOf(first?.format ?? 'folder-per-class');
}

/** The data set alone, for whoever does not ask how it was recognised. @throws as {@link openData} */
export const openDataset = async (path: string, options: OpenOptions): Promise<Dataset> =>
  (await openData(path, options)).dataset;

/**
 * Opens a data set of any format: all formats are asked how sure they are, the surest one lists the pictures, and they
 * are read. A person may overrule the choice.
 */
import { basename } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { buildDataset } from './build-dataset.ts';
import type { BuildOptions } from './build-dataset.ts';
import type { Dataset, Problem } from './dataset.ts';
import type { FileTree } from './trees/file-tree.ts';
import type { Choice, Format, Listing, Match, Place } from './format.ts';
import { FORMATS, formatOf } from './formats.ts';
import { openIndex } from './index/index-place.ts';
import { nextPlace, openPlace, refuseLonelyArchive } from './trees/open-place.ts';
import type { OpenedPlace } from './trees/open-place.ts';
import type { Walking } from './trees/walk.ts';

/** Below this certainty a format is not proposed. */
const POSSIBLE = 0.2;
/** From this certainty on no other place is looked at. */
const SURE = 0.5;

export interface OpenOptions extends BuildOptions {
  /** Id of a format, where a person says which; else the surest. */
  readonly format?: string;
  /** Keep what is found in the index of this place, and use what is there; see index-place.ts. */
  readonly remember?: boolean;
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
 * @throws SteadygazeError `not-found`, `data-empty`, `data-one-class`, `data-unreadable`, `impossible-value`,
 *   `disk-full` (packed archives), `cancelled`
 */
export async function openData(path: string, options: OpenOptions): Promise<OpenedData> {
  const first = await openPlace(path);
  const base = first.place.tree;
  const walking = walkingOf(options);
  base.follow?.(walking);
  try {
    const { place, inside, candidates, format, listing } = await listBest(first, options, walking);
    const { tree, focus } = place;
    const choices = options.choices ?? {};
    const all = base.kind === 'folder' ? listing : await withArchiveProblems(listing, base, inside);
    const reader = (await format.pictures?.(place, choices)) ?? tree;
    try {
      const source = { root: tree.root, format: format.id, inside, focus, choices };
      const index = options.index ?? (options.remember === true ? await openIndex(tree.root, inside) : undefined);
      const dataset = await buildDataset(source, all, reader, {
        ...options,
        ...(index === undefined ? {} : { index }),
      });
      const from = base.kind === 'folder' ? '' : ` Read from the archive "${basename(base.root)}".`;
      return { dataset, candidates, sentence: listing.sentence + from, choices: listing.choices };
    } finally {
      if (reader !== tree) await reader.close();
    }
  } finally {
    await base.close();
  }
}

/** Listing tells how many names there are until now, and stops at once. */
function walkingOf({ onProgress, signal }: OpenOptions): Walking {
  let names = 0;
  return {
    onNames: (more) => onProgress?.((names += more), null),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** What the best place holds. An annotation that names no picture beside it is tried from one folder higher, too. */
async function listBest(first: OpenedPlace, options: OpenOptions, walking: Walking): Promise<ListedPlace> {
  const { choices = {}, signal } = options;
  const list = async (chosen: ChosenPlace): Promise<ListedPlace> => {
    chosen.place.tree.follow?.(walking);
    const { candidates, place } = chosen;
    const format = options.format === undefined ? await surest(candidates, place) : formatOf(options.format);
    const listing = await format.list(place, { choices, ...(signal === undefined ? {} : { signal }) });
    return { ...chosen, format, listing };
  };
  const chosen = await choosePlace(first, options.format);
  try {
    return await list(chosen);
  } catch (error) {
    const isEmpty = error instanceof SteadygazeError && error.code === 'data-empty';
    const higher = isEmpty && chosen.place.focus !== null ? await nextPlace(chosen, 1) : null;
    if (higher === null) throw error;
    return await list({ ...higher, candidates: await recognise(higher.place) }).catch(() => {
      throw error;
    });
  }
}

interface ChosenPlace extends OpenedPlace {
  readonly candidates: readonly Candidate[];
}

interface ListedPlace extends ChosenPlace {
  readonly format: Format;
  readonly listing: Listing;
}

/** The place that a format is sure of, be it deeper or higher than the one that was named; else the named one. */
async function choosePlace(first: OpenedPlace, format: string | undefined): Promise<ChosenPlace> {
  let best: { certainty: number; opened: OpenedPlace; candidates: readonly Candidate[] } | null = null;
  let opened: OpenedPlace | null = first;
  for (let level = 1; opened !== null; level++) {
    const candidates = await recognise(opened.place);
    const wanted = format === undefined ? candidates[0] : candidates.find((candidate) => candidate.format === format);
    const certainty = wanted?.certainty ?? 0;
    if (best === null || certainty > best.certainty) best = { certainty, opened, candidates };
    if (certainty >= SURE) break;
    opened = await nextPlace(opened, level);
  }
  return { ...(best?.opened ?? first), candidates: best?.candidates ?? [] };
}

/** Which formats could read a place, surest first; of two that are equally sure, the one that formats.ts names first. */
export async function recognise(place: Place): Promise<Candidate[]> {
  const matches = await Promise.all(
    FORMATS.map(async (format): Promise<Candidate> => {
      const about = { format: format.id, title: format.title };
      try {
        return { ...about, ...(await format.match(place)) };
      } catch (error) {
        // One format that stumbles over what is there must not keep the others from reading it.
        return { ...about, certainty: 0, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return matches.filter(({ certainty }) => certainty >= POSSIBLE).sort((a, b) => b.certainty - a.certainty);
}

/** Entries that were left out of an archive, wherever they were; a format hears only of those that it walks over. */
export async function withArchiveProblems(listing: Listing, archive: FileTree, inside: string): Promise<Listing> {
  const known = new Set(listing.problems.map(({ file, reason }) => `${file}\n${reason}`));
  const found: Problem[] = [];
  await archive.walk('', found);
  const cut = (file: string): string =>
    inside !== '' && file.startsWith(`${inside}/`) ? file.slice(inside.length + 1) : file;
  const more = found.map((problem) => ({ ...problem, file: cut(problem.file) }));
  const problems = more.filter(({ file, reason }) => !known.has(`${file}\n${reason}`));
  return { ...listing, problems: [...listing.problems, ...problems] };
}

/** Where nothing is recognised, the plainest format says best what it misses. */
async function surest([first]: readonly Candidate[], place: Place): Promise<Format> {
  if (first === undefined) await refuseLonelyArchive(place);
  if (first === undefined && place.focus !== null) {
    throw new SteadygazeError(
      'data-unreadable',
      `The file "${place.focus}" is no list of pictures that can be read here.`,
      'Choose the folder that the pictures lie in, an archive of it, or the table or annotation that names them.',
    );
  }
  return formatOf(first?.format ?? 'folder-per-class');
}

/** The data set alone, for whoever does not ask how it was recognised. @throws as {@link openData} */
export const openDataset = async (path: string, options: OpenOptions): Promise<Dataset> =>
  (await openData(path, options)).dataset;

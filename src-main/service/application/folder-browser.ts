/** The folders of the machine that the service runs on, for a window that cannot show the system's own dialog. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { FolderEntry, FolderListing } from '../../contract/folder-listing.ts';
import { hasArchiveExtension } from '../../datasets/trees/archive-name.ts';
import { forEachConcurrently } from '../../datasets/concurrency.ts';
import { dataFileKind } from '../../datasets/trees/data-file-name.ts';
import { hasPictureExtension } from '../../datasets/pictures/picture-name.ts';
import { hasWeightsExtension } from '../../networks/weights/weights-name.ts';
import { studyFile } from '../../workspace/study-layout.ts';
import { namesIn } from './folder-names.ts';

const MOST_FOLDERS = 2_000;
const MOST_PICTURES = 1_000;
const MOST_FILES = 500;
/** A folder of more names than this is no folder that anybody browses. */
const MOST_NAMES = 50_000;
/** Milliseconds for a closer look at all of the folders: one may be the way to a drive that does not answer. */
const CLOSER_LOOK = 3_000;

/** "run 9" before "run 10". */
const naturally = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * What a folder holds.
 * @param path   absolute; null: the person's own folder
 * @param places folders of the app to begin at, besides those that every system has
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function listFolders(
  path: string | null,
  places: readonly { readonly name: string; readonly path: string }[],
): Promise<FolderListing> {
  const folder = resolve(path ?? homedir());
  const { folders, files, more } = await namesIn(folder, MOST_NAMES);
  const sorted = [...folders].sort(naturally.compare);
  const listed = sorted.slice(0, MOST_FOLDERS);
  const isData = (name: string): boolean => hasArchiveExtension(name) || dataFileKind(name) !== null;
  const filesOf = (names: readonly string[]): FolderEntry[] =>
    [...names]
      .sort(naturally.compare)
      .slice(0, MOST_FILES)
      .map((name) => ({ name, path: join(folder, name), kind: 'file' }));
  return {
    path: folder,
    trail: trailTo(folder),
    entries: await entriesOf(folder, listed),
    more: more || sorted.length > listed.length,
    files: filesOf(files.filter(isData)),
    weights: filesOf(files.filter(hasWeightsExtension)),
    pictures: Math.min(MOST_PICTURES, files.filter(hasPictureExtension).length),
    places: [...(await existing([...placesOfSystem(), ...places, ...letters()])), ...(await mounted())],
  };
}

/** The folders of these names; a link back to where we are, or to what is above, is left out. */
async function entriesOf(folder: string, names: readonly string[]): Promise<FolderEntry[]> {
  const here = await realpath(folder).catch(() => folder);
  const entries = names.map((name): FolderEntry | null => ({ name, path: join(folder, name), kind: 'folder' }));
  const looking = forEachConcurrently(names, async (name, i) => {
    const path = join(folder, name);
    const real = await realpath(path).catch(() => path);
    if (isInside(here, real)) entries[i] = null;
    else if (await isFile(studyFile(path))) entries[i] = { name, path, kind: 'study' };
  });
  await Promise.race([looking, after(CLOSER_LOOK)]);
  return entries.filter((entry) => entry !== null);
}

/** Whether `inner` is `outer` itself or lies below it. */
export function isInside(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function trailTo(folder: string): { name: string; path: string }[] {
  const trail: { name: string; path: string }[] = [];
  for (let path = folder; ; path = dirname(path)) {
    trail.unshift({ name: basename(path) || path, path });
    if (dirname(path) === path) return trail;
  }
}

function placesOfSystem(): { name: string; path: string }[] {
  const home = homedir();
  const own = ['Pictures', 'Documents', 'Downloads', 'Desktop'];
  return [{ name: 'Home', path: home }, ...own.map((name) => ({ name, path: join(home, name) }))];
}

/** Drives as Windows names them. */
function letters(): { name: string; path: string }[] {
  return process.platform !== 'win32'
    ? []
    : Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => ({ name: `Drive ${letter}:`, path: `${letter}:\\` }));
}

/** What is mounted where systems mount what people plug in, and the root of everything. */
async function mounted(): Promise<{ name: string; path: string }[]> {
  if (process.platform === 'win32') return [];
  const mounted: { name: string; path: string }[] = [];
  for (const parent of ['/Volumes', '/media', join('/media', basename(homedir())), '/run/media', '/mnt']) {
    // What is mounted is not touched itself: its drive may not answer.
    const found = await readdir(parent, { withFileTypes: true }).catch(() => []);
    const folders = found.filter((entry) => entry.isDirectory()).slice(0, 20);
    for (const { name } of folders) mounted.push({ name, path: join(parent, name) });
  }
  return [...mounted, { name: 'Computer', path: '/' }];
}

/** A place that does not answer in so many milliseconds is not offered. */
const PATIENCE = 500;
/** Looks that have not ended: a drive that does not answer holds one thread and not one for every listing. */
const looks = new Map<string, Promise<boolean>>();

async function existing<T extends { readonly path: string }>(places: readonly T[]): Promise<T[]> {
  const late = after(PATIENCE);
  const there = await Promise.all(places.map(({ path }) => Promise.race([lookAt(path), late])));
  const paths = new Set<string>();
  return places.filter(({ path }, i) => there[i] === true && !paths.has(path) && paths.add(path));
}

function lookAt(path: string): Promise<boolean> {
  const known = looks.get(path);
  if (known !== undefined) return known;
  const looking = isFolder(path).finally(() => looks.delete(path));
  looks.set(path, looking);
  return looking;
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), milliseconds).unref());
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * Where the index of each data set lies: in the cache folder of the system, under a hash of the place that the pictures
 * were read from, so that looking at a folder, making a study of it and reading it again all know the same. It is never
 * written among the pictures. STEADYGAZE_INDEXES names another folder; empty, nothing is kept.
 */
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { IndexCache } from './index-cache.ts';
import { sha256 } from '../picture-reader.ts';

/** The oldest are removed beyond so many, and beyond so many bytes: two million pictures. */
const MOST_INDEXES = 24;
const MOST_BYTES = 1024 ** 3;
/** Left by writers that were killed, after this many milliseconds. */
const ABANDONED = 24 * 3600 * 1000;

/**
 * The index of a data set, empty where there is none yet.
 * @param root   of the data set
 * @param inside folder below the root that it begins in, or ''
 */
export async function openIndex(root: string, inside: string): Promise<IndexCache | undefined> {
  const folder = indexFolder(process.env);
  if (folder === null) return undefined;
  const file = join(folder, `${sha256(`${root}\n${inside}`).slice(0, 32)}.index`);
  try {
    await mkdir(folder, { recursive: true });
    const now = new Date();
    // What is used stays.
    await utimes(file, now, now).catch(() => undefined);
    await removeOld(folder, file);
  } catch {
    return undefined; // No place to write to: pictures are read anew every time.
  }
  return IndexCache.open(file);
}

/** @returns null where nothing is to be kept */
export function indexFolder(env: NodeJS.ProcessEnv): string | null {
  const named = env['STEADYGAZE_INDEXES'];
  if (named !== undefined) return named === '' ? null : named;
  return join(cacheFolder(env), 'indexes');
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Steadygaze');
  const local = env['LOCALAPPDATA'];
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData', 'Local'), 'Steadygaze', 'Cache');
  // The XDG specification tells programs to ignore a relative path here.
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'steadygaze');
}

/** Everything here can be found again, so that removing too much costs time only. */
async function removeOld(folder: string, kept: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      return { path, size: found?.size ?? 0, time: found?.mtimeMs ?? 0 };
    }),
  );
  files.sort((a, b) => b.time - a.time);
  let bytes = 0;
  let count = 0;
  for (const { path, size, time } of files) {
    if (path.endsWith('.index')) {
      bytes += size;
      count++;
      if (path === kept || (count <= MOST_INDEXES && bytes <= MOST_BYTES)) continue;
    } else if (!path.endsWith('.tmp') || Date.now() - time < ABANDONED) {
      continue;
    }
    await rm(path, { force: true }).catch(() => undefined);
  }
}

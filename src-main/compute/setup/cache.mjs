// @ts-check
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './command.mjs';

const HEARTBEAT_MS = 2_000;
/** A lock whose owner has not touched it for this long belongs to a process that was killed. */
const STALE_MS = 15_000;

/**
 * Folder for what may be fetched or built again: STEADYGAZE_CACHE, else the XDG cache folder.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function cacheRoot(env) {
  if (env['STEADYGAZE_CACHE']) return path.resolve(env['STEADYGAZE_CACHE']);
  // The XDG specification tells programs to ignore a relative path here.
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache'), 'steadygaze');
}

/**
 * Entries appear by a rename, so an entry that exists is whole.
 * @param {string} entry
 * @returns {boolean}
 */
export function isComplete(entry) {
  return existsSync(entry);
}

/** @param {string} lock */
function age(lock) {
  return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** @param {string} lock @returns {boolean} */
function tryLock(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the lock of the cache folder; waits while another install holds it.
 * The lock is a folder that its owner touches every two seconds, which works across containers and after a kill.
 * @param {string} lock
 * @param {() => void} onWait called once if somebody else holds it
 * @returns {Promise<() => void>} the release
 */
async function acquire(lock, onWait) {
  for (let waited = false; !tryLock(lock); waited = true) {
    if (age(lock) > STALE_MS) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!waited) onWait();
    await sleep(500);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    if (existsSync(lock)) utimesSync(lock, now, now);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    rmSync(lock, { recursive: true, force: true });
  };
}

/**
 * Builds a cache entry in a temporary folder beside it and renames it into place: a killed setup leaves no half
 * entry, and two installs at once build it only once.
 * @param {string} entry absolute path of the finished entry
 * @param {(line: string) => void} say
 * @param {(folder: string) => Promise<void>} build fills the folder it is given
 * @returns {Promise<boolean>} false if another install built it meanwhile
 */
export async function buildOnce(entry, say, build) {
  const parent = path.dirname(entry);
  try {
    mkdirSync(parent, { recursive: true });
  } catch {
    throw new SetupError(`the cache folder ${parent} cannot be written.`);
  }
  const release = await acquire(path.join(parent, '.lock'), () => say('another install is setting it up, waiting ...'));
  try {
    if (isComplete(entry)) return false;
    // Under the lock no other build runs: whatever is left here belongs to a setup that was killed.
    for (const name of readdirSync(parent)) if (name.startsWith('.building-')) removeFolder(path.join(parent, name));
    const folder = path.join(parent, `.building-${process.pid}-${Date.now()}`);
    mkdirSync(folder);
    try {
      await build(folder);
      renameSync(folder, entry);
    } finally {
      removeFolder(folder);
    }
    return true;
  } finally {
    release();
  }
}

/** @param {string} folder */
function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

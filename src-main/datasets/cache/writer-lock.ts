/** One writer at a time: a lock file that names its process, and that outlives no dead process. */
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { systemCode } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';

const Owner = v.object({ pid: v.number(), host: v.string() });

/** The time of change is renewed so often; of a process on another machine nothing else can be known. */
const RENEW_MS = 10_000;
const FOREIGN_STALE_MS = 60_000;
const POLL_MS = 200;

/** Locks held by this process: after a restart in a container the same process number may come back. */
const held = new Set<string>();

/** Waits for the lock and returns the function that gives it back. */
export async function lockForWriting(file: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  while (!(await tryLock(file))) {
    throwIfCancelled(signal);
    await pause(POLL_MS);
  }
  const renewal = setInterval(() => {
    const now = new Date();
    // Failing to renew is no reason to stop: the lock is still ours on this machine.
    utimes(file, now, now).catch(() => undefined);
  }, RENEW_MS);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    held.delete(file);
    await rm(file, { force: true });
  };
}

async function tryLock(file: string): Promise<boolean> {
  if (held.has(file)) return false;
  held.add(file);
  try {
    if ((await create(file)) || ((await removeStale(file)) && (await create(file)))) return true;
  } catch (error) {
    held.delete(file);
    throw error;
  }
  held.delete(file);
  return false;
}

async function create(file: string): Promise<boolean> {
  // Written apart and linked into place, so that nobody ever sees a lock without its owner.
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, 'w');
  try {
    await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
    await handle.close();
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves a dead process's lock away. What was moved is looked at again: it may be another's new one. */
async function removeStale(file: string): Promise<boolean> {
  if (await isAlive(file)) return false;
  const moved = `${file}.stale.${process.pid}`;
  try {
    await rename(file, moved);
    if (await isAlive(moved)) {
      await link(moved, file).catch(() => undefined);
      return false;
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true;
    throw error;
  } finally {
    await rm(moved, { force: true });
  }
}

async function isAlive(file: string): Promise<boolean> {
  let owner: v.InferOutput<typeof Owner>;
  let changed: number;
  try {
    owner = v.parse(Owner, JSON.parse(await readFile(file, 'utf8')));
    changed = (await stat(file)).mtimeMs;
  } catch {
    return false;
  }
  if (owner.host !== hostname()) return Date.now() - changed < FOREIGN_STALE_MS;
  // Ours, but not held: left by a process that had the same number.
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * One writer at a time. A lock is a small JSON file that names its process. It is created with its
 * content in one step (a hard link of a finished file), so that nobody ever reads half a lock.
 *
 * A lock whose process is gone is stale. Deleting it and making a new one would let two takers in:
 * the slower would delete the lock of the faster. So the right to replace a stale lock is itself a
 * lock (`lock~`, and for a taker that died in the act `lock~~`): its holder looks again whether the
 * stale lock is still the same one, and only then puts its own in its place with a rename.
 */
import { readFileSync, unlinkSync } from 'node:fs';
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { temporaryBeside } from './atomic-file.ts';
import { HEARTBEAT, SILENCE, isAlive, parseOwner, thisProcess } from './lock-owner.ts';
import type { LockOwner } from './lock-owner.ts';

export interface Lock {
  readonly path: string;
  readonly token: string;
  /** False when the lock was lost (its file deleted by hand, or taken over after a long sleep). */
  isHeld(): boolean;
  /** Gives the lock back. Safe to call twice. */
  release(): void;
}

export interface LockOptions {
  /** What is locked, for the message: "this study", "the run 001-plain-s0". */
  readonly what: string;
  /** How long to wait for another holder, in milliseconds. Default 0. */
  readonly wait?: number;
}

/** How many takers may have died in the act of taking over before we give up. */
const DEEPEST = 4;

const held = new Set<Lock>();
let releasesOnExit = false;

/**
 * Takes the lock at `path` for this process, until `release`, the end of the process or its death.
 * The folder must exist.
 * @throws SteadygazeError `study-locked`, naming the process that holds it
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const deadline = Date.now() + (options.wait ?? 0);
  for (;;) {
    const result = await tryAcquire(path, 0);
    if ('token' in result) return result;
    if (Date.now() >= deadline) throw lockedBy(result.holder, options.what);
    await pause(100);
  }
}

/** The process that holds the lock at `path` now, or null when it is free or stale. */
export async function lockHolder(path: string): Promise<{ readonly pid: number; readonly host: string } | null> {
  const found = await inspect(path, null);
  return found.state === 'alive' ? found.owner : null;
}

type Attempt = Lock | { readonly holder: LockOwner | null };

async function tryAcquire(path: string, depth: number): Promise<Attempt> {
  const owner = thisProcess();
  const temporary = temporaryBeside(path);
  await writeFile(temporary, JSON.stringify(owner), { flag: 'wx' });
  try {
    // Several rounds, because a lock may be released or replaced while we look at it.
    for (let round = 0; round < 50; round++) {
      if (await create(temporary, path, owner)) return keep(path, owner, depth);
      const found = await inspect(path, temporary);
      if (found.state === 'alive') return { holder: found.owner };
      if (found.state === 'free') continue;
      if (depth >= DEEPEST) return { holder: null };
      const right = await tryAcquire(`${path}~`, depth + 1);
      if (!('token' in right)) {
        await pause(20); // Another taker is at it: the lock has a new owner in a moment.
        continue;
      }
      try {
        const again = await inspect(path, temporary);
        if (again.state !== 'stale' || again.text !== found.text) continue;
        await rename(temporary, path);
        return keep(path, owner, depth);
      } finally {
        right.release();
      }
    }
    return { holder: null };
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** True when `path` did not exist and is ours now. */
async function create(temporary: string, path: string, owner: LockOwner): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(systemCode(error) ?? ''))
      throw error;
  }
  // File systems without hard links (FAT, some network shares): exclusive creation. For a moment
  // the lock is empty, which `inspect` takes for alive while the file is young.
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(JSON.stringify(owner));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

type Finding =
  | { readonly state: 'free' }
  | { readonly state: 'alive'; readonly owner: LockOwner | null }
  | { readonly state: 'stale'; readonly text: string };

/** `clock`: a file just written on the same file system, so that both times come from one clock. */
async function inspect(path: string, clock: string | null): Promise<Finding & { readonly owner?: LockOwner | null }> {
  try {
    const text = await readFile(path, 'utf8');
    const now = clock === null ? Date.now() : await touch(clock);
    const silence = now - (await stat(path)).mtimeMs;
    const owner = parseOwner(text);
    const alive = owner === null ? silence < SILENCE : isAlive(owner, silence);
    return alive ? { state: 'alive', owner } : { state: 'stale', text };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { state: 'free' };
    throw error;
  }
}

/** Writes the first byte of a file again and returns the time that its file system gave it. */
async function touch(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    await file.write(buffer, 0, 1, 0);
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}

function keep(path: string, owner: LockOwner, depth: number): Lock {
  const { token } = owner;
  let ours = true;
  const isHeld = () => ours && tokenAt(path) === token;
  const beat = setInterval(() => {
    if (isHeld()) touch(path).catch(() => undefined);
  }, HEARTBEAT);
  beat.unref();
  const lock: Lock = {
    path,
    token,
    isHeld,
    release() {
      clearInterval(beat);
      held.delete(lock);
      // Synchronous, so that it also works while the process exits.
      if (isHeld()) unlinkSync(path);
      ours = false;
    },
  };
  if (depth === 0) held.add(lock);
  if (!releasesOnExit) {
    releasesOnExit = true;
    process.once('exit', () => {
      for (const each of held) each.release();
    });
  }
  return lock;
}

function tokenAt(path: string): string | null {
  try {
    return parseOwner(readFileSync(path, 'utf8'))?.token ?? null;
  } catch {
    return null;
  }
}

function lockedBy(owner: LockOwner | null, what: string): SteadygazeError {
  if (owner === null) {
    return new SteadygazeError(
      'study-locked',
      `Another Steadygaze process is about to work on ${what}.`,
      'Try again in a minute.',
    );
  }
  const elsewhere = owner.machine === thisProcess().machine ? '' : ` on the computer "${owner.host}"`;
  return new SteadygazeError(
    'study-locked',
    `Another Steadygaze process (process ${owner.pid}${elsewhere}) is working on ${what}.`,
    elsewhere === ''
      ? `Wait until it has finished, or end process ${owner.pid}, then try again.`
      : 'Wait until it has finished. If that computer was switched off, try again in a minute.',
    JSON.stringify(owner),
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

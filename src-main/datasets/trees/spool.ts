/**
 * What a packed stream holds, unpacked once into a file of the system's temporary folder, because a packed stream can
 * only be read from its beginning. Other processes of the same person use the same file; nothing is lost with it.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { lockForWriting } from '../cache/writer-lock.ts';

/** Unused for so long, a file is removed when the next one is made. */
const KEEP_MS = 7 * 24 * 3600 * 1000;
/** What was being written by a process that ended is older than this. */
const KEEP_DRAFT_MS = 24 * 3600 * 1000;
/** More is no data set that unpacks beside others. */
const MOST_BYTES = 500 * 1024 ** 3;
/** Left free for everything else on the machine. */
const SPARE_BYTES = 256 * 1024 ** 2;
const CHECK_EVERY = 64 * 1024 ** 2;
/**
 * A bomb: small outside, endless inside. Pictures hardly shrink and blank ones at most a thousandfold, so that what
 * grows more than this, and to more than a machine's memory, was made to do so.
 */
const MOST_GROWTH = 400;
const HARMLESS_BYTES = 1024 ** 3;

export interface Spooling {
  /** What the content depends on: path, size and time of change of the archive, name of the entry. */
  readonly key: readonly (string | number)[];
  /** For the sentences: the name of the archive. */
  readonly name: string;
  /** Bytes that are unpacked. */
  readonly packed: number;
  /** Largest number of bytes that may come out, where it is known. */
  readonly size?: number;
  readonly pieces: () => AsyncIterable<Uint8Array>;
}

/** @returns path of the unpacked file  @throws SteadygazeError `disk-full`, `data-unreadable` */
export async function spooled({ key, name, packed, size, pieces }: Spooling): Promise<string> {
  const folder = await spoolFolder();
  const file = join(folder, createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32));
  if (await inUse(file)) return file;
  const unlock = await lockForWriting(`${file}.lock`);
  const draft = `${file}.${process.pid}.part`;
  try {
    // Another process may have made it while this one waited.
    if (await inUse(file)) return file;
    await removeOld(folder);
    await write(draft, folder, name, Math.min(MOST_BYTES, size ?? Infinity), packed, pieces());
    await rename(draft, file);
    return file;
  } catch (error) {
    await rm(draft, { force: true });
    throw systemCode(error) === 'ENOSPC' ? diskFull(name, folder) : error;
  } finally {
    await unlock();
  }
}

async function write(
  draft: string,
  folder: string,
  name: string,
  limit: number,
  packed: number,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const growth = Math.max(HARMLESS_BYTES, packed * MOST_GROWTH);
  const output = await open(draft, 'wx', 0o600);
  try {
    let written = 0;
    let checked = -CHECK_EVERY;
    for await (const piece of pieces) {
      if (written - checked >= CHECK_EVERY) {
        const { bavail, bsize } = await statfs(folder);
        if (bavail * bsize < SPARE_BYTES + piece.length) throw diskFull(name, folder);
        checked = written;
      }
      written += piece.length;
      if (written > limit || written > growth) {
        throw new SteadygazeError(
          'data-unreadable',
          `"${name}" holds far more than it should: unpacking was stopped after ${Math.floor(written / 1e6)} MB.`,
          'It is damaged, or made to fill the disk. Get it again from where it came from.',
        );
      }
      await output.writeFile(piece);
    }
  } finally {
    await output.close();
  }
}

function diskFull(name: string, folder: string): SteadygazeError {
  return new SteadygazeError(
    'disk-full',
    `There is no room left to unpack "${name}" in ${folder}.`,
    'Free some space there, or unpack it yourself on another drive and choose the folder that came out of it.',
  );
}

/** Whether the file is there; a file that is used stays young. */
async function inUse(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}

/** The temporary folder may be everybody's: only one that is ours, and no link, is used. */
async function spoolFolder(): Promise<string> {
  const who = userName();
  const folder = join(tmpdir(), `steadygaze-${who}`);
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(folder);
  const ours = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && ours) return folder;
  return mkdtemp(`${folder}-`);
}

function userName(): string {
  try {
    return userInfo().username.replace(/[^\w.-]/g, '_');
  } catch {
    return String(process.getuid?.() ?? 'user');
  }
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? Date.now());
    // What another process still reads may refuse to go; the next time will do.
    if (age > (name.endsWith('.part') ? KEEP_DRAFT_MS : KEEP_MS))
      await rm(file, { force: true }).catch(() => undefined);
  }
}

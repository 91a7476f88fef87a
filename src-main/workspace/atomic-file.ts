/**
 * Files that are whole or not there. A study must survive a crash, a power cut and a full disk at
 * any moment, so a file that already holds something is never written in place.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../contract/errors.ts';

const TEMPORARY = /^\..+\.\d+-[0-9a-f]{12}\.tmp$/;

/** A name beside `path` that no one else uses and {@link removeLeftovers} knows. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Writes `content` beside `path`, makes it durable, then puts it in its place in one step. Whoever
 * reads `path` sees the old content or the new one. When anything fails (a full disk, say) the old
 * file is untouched and nothing is left behind. Missing folders are made.
 * @throws the system's error as it is; `toErrorValue` of the contract gives it its sentence
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await writeWholeFile(path, async (append) => append(bytes));
}

/**
 * As {@link writeFileAtomic}, of a file that is too large to be held in memory.
 * @param write hands over the content from its beginning to its end, waiting for each piece
 */
export async function writeWholeFile(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      await write(async (bytes) => {
        for (let written = 0; written < bytes.length;) {
          written += (await file.write(bytes, written)).bytesWritten;
        }
      });
      // Without this a power cut after the rename can leave a file of the right name and no content.
      await file.sync();
    } finally {
      await file.close();
    }
    await replace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** As {@link writeFileAtomic}, indented JSON with a newline at its end. */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Makes names just created, renamed or deleted in a folder durable (where the system can). */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows cannot open folders; NTFS journals names itself.
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network and container file systems cannot sync a folder. The file itself is synced.
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Deletes temporary files of killed writers. Only for whoever holds the folder's lock: nobody else
 * writes here then, except takers of the lock itself, whose small files are left alone.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (isLeftover(name) && !name.startsWith('.lock')) await rm(join(folder, name), { force: true });
  }
}

/** Whether a name in a folder is that of a temporary file of {@link writeFileAtomic}. */
export function isLeftover(name: string): boolean {
  return TEMPORARY.test(name);
}

async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      // Windows refuses while a virus scanner or a reader has the old file open for a moment.
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '');
      if (process.platform !== 'win32' || !busy || attempt >= 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

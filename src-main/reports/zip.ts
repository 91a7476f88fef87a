/**
 * A ZIP archive written piece by piece: memory holds one file of it at most. The SHA-256 of every file lies in it as
 * `SHA256SUMS`, so that whoever gets the archive can see that nothing was changed (`sha256sum -c SHA256SUMS`).
 */
import { createHash } from 'node:crypto';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { throwIfCancelled } from '../datasets/concurrency.ts';
import { writeWholeFile } from '../workspace/atomic-file.ts';

/** Bytes that are packed before others get their turn, and before somebody may stop it. */
const PIECE = 1 << 18;
/** What these hold is packed already. */
const PACKED = /\.(png|jpe?g|webp|parquet|pdf|npy)$/i;
/** The format without its extension for large archives cannot say more. */
const LARGEST = 2 ** 32 - 1;

const SUMS_FILE = 'SHA256SUMS';

export interface ZipOptions {
  /** Time of the files in it. Default: now. */
  readonly modified?: Date;
  readonly signal?: AbortSignal;
}

/** Puts one file into the archive. @param name with `/` between folders */
export type AddToZip = (name: string, content: string | Uint8Array) => Promise<void>;

/**
 * Writes the archive, whole or not at all.
 * @param fill hands over the files one after the other; nothing else is put into the archive but {@link SUMS_FILE}
 * @throws SteadygazeError `cancelled`; RangeError for more than 4 GB
 */
export async function writeZip(
  path: string,
  fill: (add: AddToZip) => Promise<void>,
  { modified = new Date(), signal }: ZipOptions = {},
): Promise<void> {
  await writeWholeFile(path, async (append) => {
    const ready: Uint8Array[] = [];
    const sums: string[] = [];
    let size = 0;
    const zip = new Zip((error, bytes) => {
      if (error !== null) throw error;
      ready.push(bytes);
    });
    const drain = async (): Promise<void> => {
      for (const bytes of ready.splice(0)) {
        size += bytes.length;
        if (size > LARGEST) throw new RangeError('a ZIP archive of more than 4 GB');
        await append(bytes);
      }
    };
    const pack = async (name: string, bytes: Uint8Array): Promise<void> => {
      const file = PACKED.test(name) ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
      file.mtime = modified;
      zip.add(file);
      let at = 0;
      do {
        throwIfCancelled(signal);
        const end = Math.min(bytes.length, at + PIECE);
        file.push(bytes.subarray(at, end), end === bytes.length);
        await drain();
        at = end;
      } while (at < bytes.length);
    };
    await fill(async (name, content) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
      await pack(name, bytes);
    });
    await pack(SUMS_FILE, new TextEncoder().encode(sums.join('')));
    zip.end();
    await drain();
  });
}

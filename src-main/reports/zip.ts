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
/** What these hold is packed already, or hardly shrinks. */
const PACKED = /\.(png|jpe?g|webp|parquet|pdf|npy|safetensors|onnx|bin)$/i;
/** The format without its extension for large archives cannot say more. */
const LARGEST = 2 ** 32 - 1;

const SUMS_FILE = 'SHA256SUMS';

export interface ZipOptions {
  /** Time of the files in it. Default: now. */
  readonly modified?: Date;
  readonly signal?: AbortSignal;
}

/** Puts one file into the archive. @param name with `/` between folders @param content large ones in pieces */
export type AddToZip = (name: string, content: string | Uint8Array | AsyncIterable<Uint8Array>) => Promise<void>;

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
    /** @returns SHA-256 of the content, hex */
    const pack = async (name: string, content: Parameters<AddToZip>[1]): Promise<string> => {
      const file = PACKED.test(name) ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
      file.mtime = modified;
      zip.add(file);
      const hash = createHash('sha256');
      const pieces = typeof content === 'string' ? [new TextEncoder().encode(content)] : content;
      for await (const bytes of pieces instanceof Uint8Array ? [pieces] : pieces) {
        hash.update(bytes);
        for (let at = 0; at < bytes.length; at += PIECE) {
          throwIfCancelled(signal);
          file.push(bytes.subarray(at, at + PIECE), false);
          await drain();
        }
      }
      throwIfCancelled(signal);
      file.push(new Uint8Array(0), true);
      await drain();
      return hash.digest('hex');
    };
    await fill(async (name, content) => {
      sums.push(`${await pack(name, content)}  ${name}\n`);
    });
    await pack(SUMS_FILE, sums.join(''));
    zip.end();
    await drain();
  });
}

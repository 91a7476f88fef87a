/**
 * Decoded pictures on disk, so that each is decoded once per size and never again: the second epoch
 * only reads, and 50,000 pictures need not be in memory. Keyed by the content of the file, hence
 * moved, renamed or copied pictures are known already. Safe to delete at any time.
 */
import { join } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { forEachConcurrently, throwIfCancelled } from '../concurrency.ts';
import type { DataSource, Problem, Sample } from '../dataset.ts';
import { DECODE_VERSION } from '../pictures/decode.ts';
import type { PictureReader } from '../trees/file-tree.ts';
import { PackFile } from './pack-file.ts';
import { decodeUnchanged, openPictures } from '../picture-reader.ts';
import { lockForWriting } from './writer-lock.ts';

export type PixelKind = 'picture' | 'mask';

export interface PixelCacheOptions {
  readonly kind: PixelKind;
  /** Side in pixels: a picture is [size, size, 3] bytes RGB, a mask [size, size] bytes 0 / 1. */
  readonly size: number;
  /** Up to how many bytes everything is kept in memory after it was read once. Default 256 MB. */
  readonly memoryBytes?: number;
}

/** What of a sample tells which pixels are its own. */
export type PixelOwner = Pick<Sample, 'id' | 'hash' | 'maskHash'>;

export interface FillOptions {
  /** Pictures (or masks) ready so far, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Awaited before each picture: resolves at once, or when a pause ends; rejects to stop. */
  readonly control?: () => Promise<void>;
}

const DEFAULT_MEMORY_BYTES = 256 * 1024 * 1024;
/** Decoded records wait until there is this much to write. */
const WRITE_BYTES = 1024 * 1024;

export class PixelCache {
  readonly kind: PixelKind;
  readonly size: number;
  /** Bytes of one picture or mask. */
  readonly recordBytes: number;
  readonly #file: PackFile;
  readonly #lockFile: string;
  readonly #memoryBytes: number;
  /** What was read once, by content hash; only while the whole pack is small enough. */
  #memory = new Map<string, Uint8Array>();

  private constructor(file: PackFile, lockFile: string, options: PixelCacheOptions) {
    this.kind = options.kind;
    this.size = options.size;
    this.recordBytes = file.recordBytes;
    this.#file = file;
    this.#lockFile = lockFile;
    this.#memoryBytes = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  }

  /** Opens or creates the cache of one kind and size in `folder`. Any number of processes may read. */
  static async open(folder: string, options: PixelCacheOptions): Promise<PixelCache> {
    const path = join(folder, `${options.kind}-${options.size}-v${DECODE_VERSION}`);
    const recordBytes = options.size * options.size * (options.kind === 'picture' ? 3 : 1);
    return new PixelCache(await PackFile.open(path, recordBytes), `${path}.lock`, options);
  }

  /** The key of a sample's pixels, or null where it has no mask. */
  keyOf(sample: PixelOwner): string | null {
    return this.kind === 'picture' ? sample.hash : sample.maskHash;
  }

  has(sample: Sample): boolean {
    const key = this.keyOf(sample);
    return key !== null && this.#file.has(key);
  }

  /**
   * Decodes what is not there yet. Waits while another process fills the same cache. Samples without
   * a mask are passed over. An interrupted fill keeps what it has done.
   * @returns one problem for each file that could not be decoded or is another one than when the data
   *   set was opened; such samples are not in the cache
   */
  async fill(source: DataSource, samples: readonly Sample[], options: FillOptions = {}): Promise<Problem[]> {
    await this.#file.refresh();
    const files = new Map<string, string>();
    for (const sample of samples) {
      const key = this.keyOf(sample);
      const path = this.kind === 'picture' ? sample.id : sample.mask;
      if (key !== null && path !== null && !files.has(key)) files.set(key, path);
    }
    const missing = (): [string, string][] => [...files].filter(([key]) => !this.#file.has(key));
    options.onProgress?.(files.size - missing().length, files.size);
    if (missing().length === 0) return [];
    const unlock = await lockForWriting(this.#lockFile, options.signal);
    try {
      await this.#file.prepareToAppend();
      const reader = await openPictures(source);
      try {
        return await this.#decode(reader, missing(), files.size, options);
      } finally {
        await reader.close();
      }
    } finally {
      await unlock();
    }
  }

  async #decode(
    reader: PictureReader,
    files: [string, string][],
    total: number,
    options: FillOptions,
  ): Promise<Problem[]> {
    const problems: Problem[] = [];
    let waiting: { hash: string; data: Uint8Array }[] = [];
    // Appends follow one another; decoding goes on meanwhile.
    let writing: Promise<void> = Promise.resolve();
    const write = (): Promise<void> => {
      const records = waiting;
      waiting = [];
      if (records.length > 0) writing = writing.then(() => this.#file.append(records));
      return writing;
    };
    let done = total - files.length;
    try {
      await forEachConcurrently(
        files,
        async ([hash, path]) => {
          await options.control?.();
          throwIfCancelled(options.signal);
          const data = await decodeUnchanged(reader, this.kind, path, hash, this.size);
          if (typeof data === 'string') {
            problems.push({ file: path, kind: this.kind === 'mask' ? 'bad-mask' : 'unreadable', reason: data });
          } else {
            waiting.push({ hash, data });
            if (waiting.length * this.recordBytes >= WRITE_BYTES) await write();
          }
          options.onProgress?.(++done, total);
        },
        options.signal,
      );
    } finally {
      // Whatever stopped it: what is decoded is kept.
      await write();
    }
    await this.#file.flushToDisk();
    return problems.sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  /**
   * Fills the beginning of `out` with the pixels of `samples`, in their order.
   * @throws SteadygazeError `data-changed` where some are not in the cache (never filled, or damaged on disk;
   *   filling again helps)
   */
  async read(samples: readonly PixelOwner[], out: Uint8Array): Promise<void> {
    if (out.length < samples.length * this.recordBytes) {
      throw new RangeError(`${samples.length} records of ${this.recordBytes} bytes do not fit into ${out.length}`);
    }
    const keys = samples.map((sample) => this.keyOf(sample) ?? '');
    const absent: number[] = [];
    keys.forEach((key, slot) => {
      const record = this.#memory.get(key);
      if (record) out.set(record, slot * this.recordBytes);
      else absent.push(slot);
    });
    if (absent.length === 0) return;
    const scratch = absent.length === keys.length ? out : new Uint8Array(absent.length * this.recordBytes);
    const absentKeys = absent.map((slot) => keys[slot] ?? '');
    const lost = await this.#file.read(absentKeys, scratch);
    if (lost.length > 0) {
      const sample = samples.find((candidate) => lost.includes(this.keyOf(candidate) ?? ''));
      throw new SteadygazeError(
        'data-changed',
        `The decoded pixels of ${sample?.id ?? 'a picture'} are not in the cache or were damaged there.`,
        'Run the command again: what is missing is decoded anew.',
      );
    }
    const keep = this.#file.bytes <= this.#memoryBytes;
    if (!keep) this.#memory.clear();
    absent.forEach((slot, i) => {
      const record = scratch.subarray(i * this.recordBytes, (i + 1) * this.recordBytes);
      if (scratch !== out) out.set(record, slot * this.recordBytes);
      if (keep) this.#memory.set(keys[slot] ?? '', record.slice());
    });
  }

  async close(): Promise<void> {
    this.#memory.clear();
    await this.#file.close();
  }
}

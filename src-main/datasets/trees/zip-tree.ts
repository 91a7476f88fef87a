/**
 * A ZIP archive as a tree, read where it is: its directory once, each file when it is asked for. Files that are stored
 * are read at any place; deflated ones only from their beginning, so that small ones are kept for a while, and large
 * ones that are read in the middle are unpacked once to the temporary folder.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { SteadygazeError } from '../../contract/errors.ts';
import {
  checkContent,
  damaged,
  inflated,
  inflateWhole,
  readAt,
  refuseTooLarge,
  slices,
  verified,
} from './archive-file.ts';
import type { ArchiveEntry, ArchiveIndex } from './archive-index.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from './file-tree.ts';
import type { FileStamp } from '../index/index-cache.ts';
import { spooled } from './spool.ts';
import type { FolderListing } from './walk.ts';
import { DEFLATED, ENCRYPTED, readDirectory, STORED } from './zip-directory.ts';

/** A range that ends before is inflated from the beginning each time: formats look at the heads of files. */
const HEAD = 64 * 1024;
/** Kept in memory after a range of it was read, one at a time. */
const SMALL = 64 * 1024 ** 2;
const LOCAL_HEADER = 30;

export class ZipTree implements FileTree {
  readonly kind = 'zip';
  readonly root: string;
  readonly #file: FileHandle;
  readonly #index: ArchiveIndex;
  /** Bytes of the archive. */
  readonly #size: number;
  #kept: { readonly path: string; readonly content: Promise<Uint8Array> } | null = null;
  readonly #unpacked = new Map<string, Promise<FileHandle>>();

  private constructor(root: string, file: FileHandle, size: number, index: ArchiveIndex) {
    this.root = root;
    this.#file = file;
    this.#size = size;
    this.#index = index;
  }

  /** @throws SteadygazeError `data-unreadable`, `data-empty`; or the system's error */
  static async open(path: string): Promise<ZipTree> {
    const file = await open(path, 'r');
    try {
      return new ZipTree(path, file, (await file.stat()).size, await readDirectory(file, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async list(folder: string): Promise<FolderListing> {
    return this.#index.list(folder);
  }

  walk(start: string, problems: Problem[]): Promise<string[]> {
    return Promise.resolve(this.#index.walk(start, problems));
  }

  /** The checksum takes the place of the time of change: it tells more. */
  stamp(path: string): Promise<FileStamp | null> {
    const entry = this.#index.find(path);
    return Promise.resolve(entry && { size: entry.size, mtimeMs: entry.crc });
  }

  async read(path: string): Promise<Uint8Array> {
    const entry = this.#entry(path);
    refuseTooLarge(entry.size, entry.stored);
    const packed = await readAt(this.#file, await this.#start(entry), entry.stored);
    if (packed.length < entry.stored) damaged('the archive ends in the middle of it');
    if (entry.method === DEFLATED) return inflateWhole(packed, entry.size, entry.crc);
    checkContent(packed, entry.size, entry.crc);
    return packed;
  }

  async readRange(path: string, start: number, length: number): Promise<Uint8Array> {
    const entry = this.#entry(path);
    const end = Math.min(entry.size, start + length);
    if (start >= end) return new Uint8Array();
    if (entry.method === STORED) return readAt(this.#file, (await this.#start(entry)) + start, end - start);
    if (end <= HEAD && this.#kept?.path !== path) return this.#head(entry, start, end);
    if (entry.size <= SMALL) return (await this.#keep(path)).subarray(start, end);
    return readAt(await this.#unpack(path, entry), start, end - start);
  }

  stream(path: string): Readable {
    return Readable.from(this.#pieces(path), { objectMode: false });
  }

  diskPath(): null {
    return null;
  }

  async close(): Promise<void> {
    this.#kept = null;
    const unpacked = await Promise.allSettled([...this.#unpacked.values()]);
    this.#unpacked.clear();
    await Promise.all(unpacked.flatMap((file) => (file.status === 'fulfilled' ? [file.value.close()] : [])));
    await this.#file.close();
  }

  async *#pieces(path: string): AsyncGenerator<Buffer> {
    const entry = this.#entry(path);
    const packed = slices(this.#file, await this.#start(entry), entry.stored);
    yield* verified(entry.method === DEFLATED ? inflated(packed, 'raw') : packed, entry.size, entry.crc);
  }

  async #head(entry: ArchiveEntry, start: number, end: number): Promise<Uint8Array> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of inflated(slices(this.#file, await this.#start(entry), entry.stored), 'raw')) {
      pieces.push(piece);
      length += piece.length;
      if (length >= end) break;
    }
    return Buffer.concat(pieces).subarray(start, end);
  }

  #keep(path: string): Promise<Uint8Array> {
    if (this.#kept?.path !== path) this.#kept = { path, content: this.read(path) };
    return this.#kept.content;
  }

  #unpack(path: string, entry: ArchiveEntry): Promise<FileHandle> {
    const known = this.#unpacked.get(path);
    if (known !== undefined) return known;
    const opening = (async () => {
      const { size, mtimeMs } = await this.#file.stat();
      const file = await spooled({
        key: [this.root, size, mtimeMs, path, entry.crc],
        name: basename(path),
        packed: entry.stored,
        size: entry.size,
        pieces: () => this.#pieces(path),
      });
      return open(file, 'r');
    })();
    this.#unpacked.set(path, opening);
    return opening;
  }

  /** @throws SteadygazeError where there is none, or it cannot be read */
  #entry(path: string): ArchiveEntry {
    const entry = this.#index.find(path);
    if (entry === null) throw new SteadygazeError('not-found', 'The file is not in the archive.');
    if (entry.method === ENCRYPTED) {
      throw new SteadygazeError('data-unreadable', 'The file in the archive is protected by a password.');
    }
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw new SteadygazeError(
        'data-unreadable',
        `The file is packed in a way that cannot be read here (method ${entry.method}); unpack the archive first.`,
      );
    }
    // Packing never makes a file much larger.
    const fits = entry.method === STORED ? entry.stored === entry.size : entry.stored <= 2 * entry.size + 4096;
    if (!fits) damaged('the archive says sizes that cannot both be true');
    return entry;
  }

  /** Where the content begins: names may have another length in front of it than in the directory. */
  async #start({ offset, stored }: ArchiveEntry): Promise<number> {
    // Memory is set aside for what is stored: not for more than there is.
    if (!(offset + LOCAL_HEADER + stored <= this.#size)) damaged('it would lie outside of the archive');
    const header = await readAt(this.#file, offset, LOCAL_HEADER);
    if (header.length < LOCAL_HEADER || header.readUInt32LE(0) !== 0x04034b50) damaged('it is not where it should be');
    return offset + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28);
  }
}

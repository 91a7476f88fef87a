/**
 * What was found in each file, remembered by path, size and time of change, so that opening the same folder again reads
 * no pictures. Losing it costs time only, and nothing here ever fails for what is wrong with the file.
 *
 * A header of 64 bytes that names the version and the decoder, then records: u32 kind, u32 entries, u32 length,
 * u32 CRC-32 of the content, content. Records are added at the end while pictures are read, so that what was read
 * before somebody stopped is not lost; what stands behind a damaged record is forgotten. The file is written anew when
 * more than half of it is out of date.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { DECODE_VERSION } from '../pictures/decode.ts';
import { encodeBlock, IndexBlock } from './index-block.ts';
import type { IndexEntry } from './index-block.ts';
import type { PictureFacts } from '../pictures/picture-file.ts';

/** What the file system says of a file. Sub-millisecond parts of the time count too. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
}

const HEADER = Buffer.from(`steadygaze-file-index 3, decode ${DECODE_VERSION}`.padEnd(63) + '\n');
const RECORD_HEAD = 16;
const ENTRIES = 1;
/** Something worked out from the pictures: u32 length of its name, name and key as "name\nkey", content. */
const RESULT = 2;
/** Entries that are written at once: 1.8 MB. */
const AT_ONCE = 4096;
/** Index of a block and row in it, in one number. */
const ROWS = 2 ** 20;

interface Result {
  readonly key: string;
  readonly content: Buffer;
}

export class IndexCache {
  readonly #file: string;
  readonly #blocks: IndexBlock[] = [];
  /** Place of each path: block * ROWS + row; what waits to be written is not in it. */
  readonly #places = new Map<string, number>();
  readonly #results = new Map<string, Result>();
  #waiting = new Map<string, IndexEntry>();
  /** Records that are to be added to the file, in order. */
  #unwritten: Buffer[] = [];
  /** Bytes of the file that are good; null where the file must be made anew. */
  #length: number | null = null;
  /** Entries in the file that others have taken the place of. */
  #stale = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string) {
    this.#file = file;
  }

  /** Reads the file if it is there and of this version. */
  static async open(file: string): Promise<IndexCache> {
    const index = new IndexCache(file);
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    if (bytes.subarray(0, HEADER.length).equals(HEADER)) index.#load(bytes);
    return index;
  }

  /** What is known of a file that has not changed since, or null. */
  get(path: string, stamp: FileStamp): PictureFacts | null {
    const waiting = this.#waiting.get(path);
    if (waiting !== undefined) {
      return waiting.stamp.size === stamp.size && waiting.stamp.mtimeMs === stamp.mtimeMs ? waiting.facts : null;
    }
    const place = this.#places.get(path);
    if (place === undefined) return null;
    const block = this.#blocks[Math.floor(place / ROWS)];
    return block.isOf(place % ROWS, stamp) ? block.facts(place % ROWS) : null;
  }

  set(path: string, stamp: FileStamp, facts: PictureFacts): void {
    this.#waiting.set(path, { path, stamp, facts });
    if (this.#waiting.size >= AT_ONCE) this.#pack();
  }

  /** What was worked out under this name, if it was from the same (`key`). */
  recall(name: string, key: string): Buffer | null {
    const known = this.#results.get(name);
    return known?.key === key ? known.content : null;
  }

  remember(name: string, key: string, content: Buffer): void {
    this.#results.set(name, { key, content });
    this.#unwritten.push(resultRecord(name, key, content));
  }

  /** Everything is in the file when it returns, if it can be written at all. */
  async save(): Promise<void> {
    this.#pack();
    this.#write();
    await this.#writing;
  }

  #load(bytes: Buffer): void {
    let at = HEADER.length;
    while (at + RECORD_HEAD <= bytes.length) {
      const [kind, count, length, crc] = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(at + offset));
      const content = bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length);
      if (content.length < length || crc32(content) !== crc || !this.#take(kind, count, content)) break;
      at += RECORD_HEAD + length;
    }
    this.#length = at;
  }

  #take(kind: number, count: number, content: Buffer): boolean {
    try {
      if (kind === RESULT) {
        const nameLength = content.readUInt32LE(0);
        const [name, key] = content.toString('utf8', 4, 4 + nameLength).split('\n');
        this.#results.set(name, { key, content: content.subarray(4 + nameLength) });
      } else if (kind === ENTRIES && count < ROWS) {
        this.#add(new IndexBlock(content, count));
      }
      return true;
    } catch {
      return false;
    }
  }

  #add(block: IndexBlock): void {
    const start = this.#blocks.length * ROWS;
    this.#blocks.push(block);
    block.paths.forEach((path, row) => {
      if (this.#places.has(path)) this.#stale++;
      this.#places.set(path, start + row);
    });
  }

  /** What waits becomes a block. */
  #pack(): void {
    if (this.#waiting.size === 0) return;
    const entries = [...this.#waiting.values()];
    this.#waiting = new Map();
    const content = encodeBlock(entries);
    this.#add(new IndexBlock(content, entries.length));
    this.#unwritten.push(record(ENTRIES, entries.length, content));
    this.#write();
  }

  /** Begins to write what is unwritten, after what is being written. */
  #write(): void {
    this.#writing = this.#writing.then(async () => {
      const records = this.#unwritten;
      this.#unwritten = [];
      if (records.length === 0) return;
      try {
        const outdated = this.#stale > this.#places.size;
        if (this.#length === null || outdated) await this.#writeAnew();
        else await this.#append(this.#length, records);
      } catch {
        // A full or read-only disk: the next opening reads the pictures again.
        this.#length = null;
      }
    });
  }

  async #append(position: number, records: readonly Buffer[]): Promise<void> {
    const handle = await open(this.#file, 'r+');
    try {
      // Something else behind the good part: left by a killed writer, or another process writes here too.
      if ((await handle.stat()).size !== position) return await this.#writeAnew();
      this.#length = await writeAll(handle, records, position);
    } finally {
      await handle.close();
    }
  }

  /** Only what is still true. All or nothing. */
  async #writeAnew(): Promise<void> {
    const draft = `${this.#file}.${process.pid}.tmp`;
    await mkdir(dirname(this.#file), { recursive: true });
    try {
      const handle = await open(draft, 'w');
      try {
        this.#length = await writeAll(handle, this.#everything(), 0);
      } finally {
        await handle.close();
      }
      await rename(draft, this.#file);
      this.#stale = 0;
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** The file piece by piece: of a million pictures it has 450 MB. */
  *#everything(): Generator<Buffer> {
    yield HEADER;
    let entries: IndexEntry[] = [];
    const take = (): Buffer => {
      const content = encodeBlock(entries);
      const count = entries.length;
      entries = [];
      return record(ENTRIES, count, content);
    };
    for (const [path, place] of this.#places) {
      const block = this.#blocks[Math.floor(place / ROWS)];
      entries.push({ path, stamp: block.stamp(place % ROWS), facts: block.facts(place % ROWS) });
      if (entries.length >= AT_ONCE) yield take();
    }
    if (entries.length > 0) yield take();
    for (const [name, { key, content }] of this.#results) yield resultRecord(name, key, content);
  }
}

function record(kind: number, count: number, content: Buffer): Buffer {
  const head = Buffer.alloc(RECORD_HEAD);
  [kind, count, content.length, crc32(content)].forEach((value, i) => head.writeUInt32LE(value, 4 * i));
  return Buffer.concat([head, content]);
}

function resultRecord(name: string, key: string, content: Buffer): Buffer {
  const text = Buffer.from(`${name}\n${key}`);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return record(RESULT, 0, Buffer.concat([length, text, content]));
}

/** @returns the position behind the last record */
async function writeAll(handle: FileHandle, records: Iterable<Buffer>, position: number): Promise<number> {
  let at = position;
  for (const bytes of records) {
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length, at);
    if (bytesWritten < bytes.length) throw new Error('the disk is full');
    at += bytes.length;
  }
  return at;
}

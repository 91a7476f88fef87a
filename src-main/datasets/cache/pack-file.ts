/**
 * Records of one size, found by content hash: `NAME.pack` holds the records one behind the other,
 * `NAME.index` one entry for each (32 bytes of SHA-256, CRC-32 of the record, CRC-32 of the entry).
 * Both only grow. The record is written before its entry, so a process killed at any moment leaves
 * files of which at worst the last record is not counted. What a dead machine left half-written
 * shows in the CRC and is treated as missing.
 */
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const HASH_BYTES = 32;
const ENTRY_BYTES = HASH_BYTES + 8;
/** In the place of a hash: the record is damaged and must be made anew. */
const DEAD = '00'.repeat(HASH_BYTES);
/** Neighbouring records are read together up to this size. */
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** Records at the end whose CRC is checked when the file is opened: what the last crash can have hit. */
const CHECKED_AT_OPEN = 64;

interface Place {
  readonly position: number;
  readonly crc: number;
}

export class PackFile {
  readonly recordBytes: number;
  readonly #pack: FileHandle;
  readonly #index: FileHandle;
  readonly #places = new Map<string, Place>();
  /** Entries understood so far, dead ones included = records in the pack that count. */
  #count = 0;

  private constructor(pack: FileHandle, index: FileHandle, recordBytes: number) {
    this.#pack = pack;
    this.#index = index;
    this.recordBytes = recordBytes;
  }

  /** Opens `path`.pack and `path`.index, creating them where needed. */
  static async open(path: string, recordBytes: number): Promise<PackFile> {
    await mkdir(dirname(path), { recursive: true });
    const flags = constants.O_RDWR | constants.O_CREAT;
    const pack = await open(`${path}.pack`, flags, 0o644);
    try {
      const file = new PackFile(pack, await open(`${path}.index`, flags, 0o644), recordBytes);
      await file.refresh();
      await file.#checkEnd();
      return file;
    } catch (error) {
      await pack.close();
      throw error;
    }
  }

  /** Number of records that can be read. */
  get size(): number {
    return this.#places.size;
  }

  /** Bytes of the pack that count. */
  get bytes(): number {
    return this.#count * this.recordBytes;
  }

  has(hash: string): boolean {
    return this.#places.has(hash);
  }

  /** Takes up what another process has appended. */
  async refresh(): Promise<void> {
    const [pack, index] = [await this.#pack.stat(), await this.#index.stat()];
    const complete = Math.min(Math.floor(pack.size / this.recordBytes), Math.floor(index.size / ENTRY_BYTES));
    if (complete <= this.#count) return;
    const entries = Buffer.alloc((complete - this.#count) * ENTRY_BYTES);
    const { bytesRead } = await this.#index.read(entries, 0, entries.length, this.#count * ENTRY_BYTES);
    for (let at = 0; at + ENTRY_BYTES <= bytesRead; at += ENTRY_BYTES) {
      const entry = entries.subarray(at, at + ENTRY_BYTES);
      // Nothing behind a damaged entry is believed; the next writer writes over it.
      if (crc32(entry.subarray(0, ENTRY_BYTES - 4)) !== entry.readUInt32LE(ENTRY_BYTES - 4)) break;
      const place = { position: this.#count, crc: entry.readUInt32LE(HASH_BYTES) };
      const hash = entry.toString('hex', 0, HASH_BYTES);
      if (hash !== DEAD) this.#places.set(hash, place);
      this.#count++;
    }
  }

  /** Cuts off what does not count. Only for the one process that may write. */
  async prepareToAppend(): Promise<void> {
    await this.refresh();
    await this.#pack.truncate(this.#count * this.recordBytes);
    await this.#index.truncate(this.#count * ENTRY_BYTES);
  }

  /** Appends records; only for the one process that may write, one call at a time. */
  async append(records: readonly { readonly hash: string; readonly data: Uint8Array }[]): Promise<void> {
    const crcs = records.map(({ data }) => crc32(data));
    const entries = records.map(({ hash }, i) => encodeEntry(hash, crcs[i] ?? 0));
    const data = Buffer.concat(records.map((record) => record.data));
    await writeAll(this.#pack, data, this.#count * this.recordBytes);
    await writeAll(this.#index, Buffer.concat(entries), this.#count * ENTRY_BYTES);
    records.forEach(({ hash }, i) => this.#places.set(hash, { position: this.#count + i, crc: crcs[i] ?? 0 }));
    this.#count += records.length;
  }

  async flushToDisk(): Promise<void> {
    await this.#pack.datasync();
    await this.#index.datasync();
  }

  /**
   * Reads records one behind the other into `out`, whatever their order in the pack.
   * @returns the hashes that are not there or damaged (buried: the next fill makes them anew)
   */
  async read(hashes: readonly string[], out: Uint8Array): Promise<string[]> {
    const size = this.recordBytes;
    const lost = hashes.filter((hash) => !this.#places.has(hash));
    const wanted = hashes
      .flatMap((hash, slot) => {
        const place = this.#places.get(hash);
        return place ? [{ hash, slot, ...place }] : [];
      })
      .sort((a, b) => a.position - b.position);
    const longest = Math.max(1, Math.floor(MAX_READ_BYTES / size));
    for (let start = 0; start < wanted.length;) {
      const first = wanted[start]?.position ?? 0;
      let end = start + 1;
      // Same or next position, as long as the stretch stays short.
      for (; end < wanted.length; end++) {
        const position = wanted[end]?.position ?? 0;
        if (position - (wanted[end - 1]?.position ?? 0) > 1 || position - first >= longest) break;
      }
      const length = ((wanted[end - 1]?.position ?? 0) - first + 1) * size;
      const stretch = Buffer.allocUnsafe(length);
      const bytesRead = await readAll(this.#pack, stretch, first * size);
      for (const { hash, slot, position, crc } of wanted.slice(start, end)) {
        const at = (position - first) * size;
        const record = stretch.subarray(at, at + size);
        if (at + size <= bytesRead && crc32(record) === crc) out.set(record, slot * size);
        else {
          await this.#bury(hash, position);
          lost.push(hash);
        }
      }
      start = end;
    }
    return [...new Set(lost)];
  }

  /** Forgets a damaged record for good, so that the next fill makes it anew. */
  async #bury(hash: string, position: number): Promise<void> {
    this.#places.delete(hash);
    await writeAll(this.#index, encodeEntry(DEAD, 0), position * ENTRY_BYTES);
  }

  async close(): Promise<void> {
    await this.#pack.close();
    await this.#index.close();
  }

  async #checkEnd(): Promise<void> {
    const last = [...this.#places].filter(([, place]) => place.position >= this.#count - CHECKED_AT_OPEN);
    const scratch = new Uint8Array(this.recordBytes);
    for (const [hash] of last) await this.read([hash], scratch);
  }
}

function encodeEntry(hash: string, crc: number): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  entry.write(hash, 'hex');
  entry.writeUInt32LE(crc, HASH_BYTES);
  entry.writeUInt32LE(crc32(entry.subarray(0, ENTRY_BYTES - 4)), ENTRY_BYTES - 4);
  return entry;
}

async function readAll(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function writeAll(file: FileHandle, buffer: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < buffer.length) {
    done += (await file.write(buffer, done, buffer.length - done, position + done)).bytesWritten;
  }
}

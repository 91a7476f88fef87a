/** The files inside a ZIP archive that lies in memory (PyTorch's and Keras's files are such archives). */
import { crc32, inflateRawSync } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { SteadygazeError } from '../../contract/errors.ts';
import { quoted, refuseWeights } from './weights-file.ts';

/** The largest networks have some thousand arrays. */
const MOST_ENTRIES = 100_000;
const STORED = 0;
const DEFLATED = 8;
/** Weights hardly shrink; what shrinks more than this, and is large, was made to fill the memory. */
const MOST_GROWTH = 100;
const HARMLESS_BYTES = 2 ** 24;

/** Files by name; each is unpacked, and its checksum compared, when it is asked for. */
export class ZipEntries {
  readonly #bytes: Uint8Array;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(bytes: Uint8Array, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#bytes = bytes;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws SteadygazeError `weights-invalid` where the archive's list of files is damaged */
  static async open(bytes: Uint8Array): Promise<ZipEntries> {
    const entries = new Map<string, Entry>();
    try {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const zip = await fromBufferPromise(buffer);
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw refuseWeights(`it holds "${quoted(entry.fileName)}" twice`);
        if (entries.size >= MOST_ENTRIES) throw refuseWeights(`it holds more than ${MOST_ENTRIES} files`);
        entries.set(entry.fileName, entry);
      }
      return new ZipEntries(bytes, zip, entries);
    } catch (error) {
      throw incomplete(error);
    }
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * The bytes of one file, or null where there is none of this name. Not a copy where it is stored as it is.
   * @throws SteadygazeError `weights-invalid`
   */
  async read(name: string): Promise<Uint8Array | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const { compressedSize, uncompressedSize, compressionMethod, generalPurposeBitFlag } = entry;
    const shown = quoted(name);
    if ((generalPurposeBitFlag & 1) === 1) throw refuseWeights('it is protected by a password');
    const tooDense = uncompressedSize > HARMLESS_BYTES && uncompressedSize > compressedSize * MOST_GROWTH;
    if (tooDense) throw refuseWeights(`its part "${shown}" is packed so tightly that it seems made to fill the memory`);
    let start: number;
    try {
      start = (await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
    } catch (error) {
      throw incomplete(error);
    }
    const packed = this.#bytes.subarray(start, start + compressedSize);
    if (packed.length !== compressedSize) throw refuseWeights('it ends too early');
    const content = unpack(packed, compressionMethod, uncompressedSize);
    if (content?.length !== uncompressedSize || crc32(content) !== entry.crc32) {
      throw refuseWeights(`its part "${shown}" is damaged`);
    }
    return content;
  }
}

function unpack(packed: Uint8Array, method: number, size: number): Uint8Array | null {
  if (method === STORED) return packed;
  if (method !== DEFLATED) return null;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    return null;
  }
}

function incomplete(error: unknown): SteadygazeError {
  if (error instanceof SteadygazeError) return error;
  const details = error instanceof Error ? error.message : String(error);
  return refuseWeights('it is incomplete or damaged', undefined, details);
}

/**
 * What was found in each file, remembered by path, size and time of change, so that opening the same
 * folder again reads no pictures. A file in the study's folder; losing it costs time only.
 *
 * Format: a first line that names version and libraries, then one JSON array a line.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { DECODE_VERSION } from './decode.ts';
import type { PictureFacts } from './picture-file.ts';

/** What the file system says of a file. Sub-millisecond parts of the time count too. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
}

const HEADER = JSON.stringify({ format: 'steadygaze-file-index', version: 1, decode: DECODE_VERSION });

/** path, size, mtimeMs, hash, width, height, thumbnail (base64, empty for a mask). */
const Entry = v.tuple([v.string(), v.number(), v.number(), v.string(), v.number(), v.number(), v.string()]);
type Entry = v.InferOutput<typeof Entry>;

export class IndexCache {
  readonly #file: string;
  readonly #entries: Map<string, Entry>;
  #changed = false;

  private constructor(file: string, entries: Map<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** Reads the file if it is there and of this version; lines that are damaged are forgotten. */
  static async open(file: string): Promise<IndexCache> {
    const entries = new Map<string, Entry>();
    const text = await readFile(file, 'utf8').catch(() => '');
    const [header, ...lines] = text.split('\n');
    if (header === HEADER) {
      for (const line of lines) {
        const entry = parseEntry(line);
        if (entry) entries.set(entry[0], entry);
      }
    }
    return new IndexCache(file, entries);
  }

  /** What is known of a file that has not changed since, or null. */
  get(path: string, stamp: FileStamp): PictureFacts | null {
    const entry = this.#entries.get(path);
    if (entry === undefined || entry[1] !== stamp.size || entry[2] !== stamp.mtimeMs) return null;
    const thumbnail = entry[6] === '' ? null : new Uint8Array(Buffer.from(entry[6], 'base64'));
    return { hash: entry[3], width: entry[4], height: entry[5], thumbnail };
  }

  set(path: string, stamp: FileStamp, facts: PictureFacts): void {
    const thumbnail = facts.thumbnail === null ? '' : Buffer.from(facts.thumbnail).toString('base64');
    this.#entries.set(path, [path, stamp.size, stamp.mtimeMs, facts.hash, facts.width, facts.height, thumbnail]);
    this.#changed = true;
  }

  /** Writes all entries, all or nothing. Does nothing where nothing was added. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const lines = [HEADER, ...[...this.#entries.values()].map((entry) => JSON.stringify(entry))];
    const draft = `${this.#file}.${process.pid}.tmp`;
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await writeFile(draft, lines.join('\n') + '\n');
      await rename(draft, this.#file);
      this.#changed = false;
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

function parseEntry(line: string): Entry | null {
  try {
    const result = v.safeParse(Entry, JSON.parse(line));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

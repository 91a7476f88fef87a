/**
 * Rows of a part that is being measured, on disk as they come: after each row the seconds that it took, as 32-bit
 * floats. A process may die at any moment, so a row that is torn, and all after a row that was never written (after a
 * power cut a file may end with zeros), are measured again.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { KeptRows, RowsIdentity } from '../evaluation/measure-parts.ts';
import { writeJsonAtomic } from './atomic-file.ts';
import { evaluationFolder, partialKeyFile, partialRowsFile } from './study-layout.ts';

/** Rows read at once. */
const CHUNK = 256;
/** No row takes no time: this is what tells a row from zeros. */
const LEAST_SECONDS = 1e-6;

export class PartialRows implements KeptRows {
  done = 0;
  seconds = 0;
  readonly #run: string;
  readonly #part: EvaluationPart;
  readonly #width: number;
  readonly #file: FileHandle;

  private constructor(run: string, part: EvaluationPart, width: number, file: FileHandle) {
    this.#run = run;
    this.#part = part;
    this.#width = width;
    this.#file = file;
  }

  /**
   * Opens the rows of a part; those of anything else than `identity` are deleted. The caller holds the run's lock.
   * @param run folder of the run
   */
  static async open(run: string, part: EvaluationPart, identity: RowsIdentity): Promise<PartialRows> {
    await mkdir(evaluationFolder(run), { recursive: true });
    const known = await readIdentity(partialKeyFile(run, part));
    if (!isDeepStrictEqual(known, JSON.parse(JSON.stringify(identity)))) {
      // The rows first: a new identity must never stand beside old rows.
      await rm(partialRowsFile(run, part), { force: true });
      await writeJsonAtomic(partialKeyFile(run, part), identity);
    }
    // Made where it is missing, never emptied.
    const made = await open(partialRowsFile(run, part), 'a');
    await made.close();
    const rows = new PartialRows(run, part, identity.width, await open(partialRowsFile(run, part), 'r+'));
    await rows.#count();
    return rows;
  }

  async append(rows: Float32Array, seconds: number): Promise<void> {
    const width = this.#width;
    const count = rows.length / width;
    const each = Math.max(LEAST_SECONDS, seconds / count);
    const stored = new Float32Array(count * (width + 1));
    for (let i = 0; i < count; i++) {
      stored.set(rows.subarray(i * width, (i + 1) * width), i * (width + 1));
      stored[i * (width + 1) + width] = each;
    }
    const bytes = new Uint8Array(stored.buffer);
    for (let written = 0; written < bytes.length;) {
      const at = this.done * this.#rowBytes + written;
      written += (await this.#file.write(bytes, written, bytes.length - written, at)).bytesWritten;
    }
    this.done += count;
    this.seconds += count * each;
  }

  async all(): Promise<Float32Array> {
    const width = this.#width;
    const rows = new Float32Array(this.done * width);
    await this.#forEachChunk((stored, from) => {
      for (let i = 0; i < stored.length / (width + 1); i++) {
        rows.set(stored.subarray(i * (width + 1), i * (width + 1) + width), (from + i) * width);
      }
      return true;
    }, this.done);
    return rows;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async remove(): Promise<void> {
    await rm(partialKeyFile(this.#run, this.#part), { force: true });
    await rm(partialRowsFile(this.#run, this.#part), { force: true });
  }

  get #rowBytes(): number {
    return 4 * (this.#width + 1);
  }

  /** Finds out how many rows are whole, and cuts off the rest. */
  async #count(): Promise<void> {
    const { size } = await this.#file.stat();
    await this.#forEachChunk(
      (stored) => {
        for (let at = this.#width; at < stored.length; at += this.#width + 1) {
          if (!(stored[at] >= LEAST_SECONDS / 2 && Number.isFinite(stored[at]))) return false;
          this.done++;
          this.seconds += stored[at];
        }
        return true;
      },
      Math.floor(size / this.#rowBytes),
    );
    await this.#file.truncate(this.done * this.#rowBytes);
  }

  /** Reads `rows` rows with their seconds, until `visit` says false. */
  async #forEachChunk(visit: (stored: Float32Array, from: number) => boolean, rows: number): Promise<void> {
    for (let from = 0; from < rows; from += CHUNK) {
      const count = Math.min(CHUNK, rows - from);
      const stored = new Float32Array(count * (this.#width + 1));
      const bytes = new Uint8Array(stored.buffer);
      for (let read = 0; read < bytes.length;) {
        const at = from * this.#rowBytes + read;
        const { bytesRead } = await this.#file.read(bytes, read, bytes.length - read, at);
        if (bytesRead === 0) throw new Error('the rows of a measurement became shorter while they were read');
        read += bytesRead;
      }
      if (!visit(stored, from)) return;
    }
  }
}

async function readIdentity(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

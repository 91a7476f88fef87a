/** Files that were exported and wait for the browser to fetch them: in a private folder that is gone at the end. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { resourcePath } from '../contract/resources.ts';

export interface Download {
  /** Absolute. */
  readonly path: string;
  /** What the browser calls it. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.csv': 'text/csv; charset=utf-8',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.parquet': 'application/vnd.apache.parquet',
};

export class Downloads {
  readonly #folder: string;
  readonly #files = new Map<string, Download>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder; nobody else may look into it. */
  static async create(): Promise<Downloads> {
    // mkdtemp gives it to its owner alone (0700).
    const downloads = new Downloads(await mkdtemp(join(tmpdir(), 'steadygaze-')));
    // Also where the process ends without being asked politely.
    process.once('exit', () => downloads.remove());
    return downloads;
  }

  /**
   * Lets a file be written, and offers it.
   * @param suggestedName becomes a file name, whatever it holds
   * @returns its address
   */
  async offer(suggestedName: string, write: (path: string) => Promise<void>): Promise<string> {
    const id = randomUUID();
    const name = basename(suggestedName.replaceAll('\\', '/')) || 'download';
    const folder = join(this.#folder, id);
    await mkdir(folder);
    const path = join(folder, `file${extname(name).replace(/[^\w.]/g, '')}`);
    await write(path);
    const type = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
    this.#files.set(id, { path, name, type });
    return resourcePath({ kind: 'download', id });
  }

  get(id: string): Download | undefined {
    return this.#files.get(id);
  }

  /** Synchronous: it is also called when the process ends. */
  remove(): void {
    this.#files.clear();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

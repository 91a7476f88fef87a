/**
 * The names of an archive's files and where each lies in it, small enough for millions: a name and five numbers each,
 * sorted, so that a folder is a range of names and a file is found by halving.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { hasUnreadableArchiveExtension, hasArchiveExtension } from './archive-name.ts';
import type { Problem } from '../dataset.ts';
import { byCodeUnit, isHidden } from './walk.ts';
import type { FolderListing } from './walk.ts';

/** Where a file lies in an archive. */
export interface ArchiveEntry {
  /** Byte of the archive at which its header (ZIP) or its content (TAR) begins. */
  readonly offset: number;
  /** Bytes in the archive. */
  readonly stored: number;
  /** Bytes of the content. */
  readonly size: number;
  /** CRC-32 of the content (ZIP), or 0. */
  readonly crc: number;
  /** How it is packed, as the archive numbers it; -1 where it is encrypted. */
  readonly method: number;
}

const COLUMNS = 5;
/** Bounds of what is kept in memory: about 1 GB at worst. */
const MOST_ENTRIES = 5_000_000;
const MOST_LETTERS = 400_000_000;

export class ArchiveIndex {
  #paths: string[] = [];
  /** [entries, COLUMNS] in the order of adding. */
  #numbers = new Float64Array(COLUMNS * 256);
  /** Row of {@link #numbers} for each of the sorted paths. */
  #rows = new Uint32Array();
  #letters = 0;
  readonly #problems: Problem[] = [];

  /** @param path as `entryPath` gives it; folders end in a slash  @throws SteadygazeError where there are too many */
  add(path: string, { offset, stored, size, crc, method }: ArchiveEntry): void {
    const row = this.#paths.length;
    this.#letters += path.length;
    if (row >= MOST_ENTRIES || this.#letters > MOST_LETTERS) {
      throw new SteadygazeError(
        'data-unreadable',
        `The archive holds more than ${MOST_ENTRIES / 1e6} million files or too long names, more than can be read.`,
        'Part it into several archives, or unpack it and choose a folder of it.',
      );
    }
    if ((row + 1) * COLUMNS > this.#numbers.length) {
      const grown = new Float64Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers.set([offset, stored, size, crc, method], row * COLUMNS);
    this.#paths.push(path);
  }

  report(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** Sorts; of two files with the same name the later counts, as for every program that unpacks. */
  seal(): this {
    const paths = this.#paths;
    const order = Uint32Array.from(paths, (_, row) => row);
    // Rows of one name stay in the order of the archive.
    order.sort((a, b) => byCodeUnit(paths[a], paths[b]) || a - b);
    const sorted: string[] = [];
    const rows: number[] = [];
    for (const row of order) {
      const path = paths[row];
      if (path === sorted.at(-1)) {
        rows[rows.length - 1] = row;
        if (path.endsWith('/')) continue;
        const reason = 'The archive holds several files of this name; the last of them counts.';
        this.#problems.push({ file: path, kind: 'ignored', reason });
        continue;
      }
      sorted.push(path);
      rows.push(row);
      if ((hasArchiveExtension(path) || hasUnreadableArchiveExtension(path)) && !isHiddenPath(path)) {
        const reason = 'An archive inside of the archive is not opened; unpack it to read what it holds.';
        this.#problems.push({ file: path, kind: 'ignored', reason });
      }
    }
    this.#paths = sorted;
    this.#rows = Uint32Array.from(rows);
    return this;
  }

  /** Files, without folders. */
  get size(): number {
    return this.#paths.reduce((sum, path) => sum + (path.endsWith('/') ? 0 : 1), 0);
  }

  find(path: string): ArchiveEntry | null {
    const at = this.#first(path);
    return this.#paths[at] === path ? this.#entry(at) : null;
  }

  /** Whether any file is so. */
  some(test: (entry: ArchiveEntry) => boolean): boolean {
    return this.#paths.some((path, at) => !path.endsWith('/') && test(this.#entry(at)));
  }

  /** @throws an error with the system's code ENOENT where there is no such folder */
  list(folder: string): FolderListing {
    const files: string[] = [];
    const folders: string[] = [];
    const prefix = folder === '' ? '' : `${folder}/`;
    let at = this.#first(prefix);
    if (!(this.#paths[at] ?? '').startsWith(prefix) || this.#paths.length === 0) {
      throw Object.assign(new Error(`no folder ${folder}`), { code: 'ENOENT' });
    }
    while (at < this.#paths.length && this.#paths[at].startsWith(prefix)) {
      const rest = this.#paths[at].slice(prefix.length);
      const end = rest.indexOf('/');
      const name = end < 0 ? rest : rest.slice(0, end);
      if (name !== '' && !isHidden(name)) (end < 0 ? files : folders).push(name);
      // '0' follows '/': the first name behind everything in the folder.
      at = end < 0 || name === '' ? at + 1 : this.#first(`${prefix}${name}0`);
    }
    return { files: files.sort(byCodeUnit), folders: folders.sort(byCodeUnit) };
  }

  /** All files below a folder; problems of entries that lie nowhere belong to the root. */
  walk(start: string, problems: Problem[]): string[] {
    const prefix = start === '' ? '' : `${start}/`;
    const found: string[] = [];
    for (let at = this.#first(prefix); at < this.#paths.length && this.#paths[at].startsWith(prefix); at++) {
      const path = this.#paths[at];
      if (!path.endsWith('/') && !isHiddenPath(path.slice(prefix.length))) found.push(path);
    }
    for (const problem of this.#problems) if (problem.file.startsWith(prefix)) problems.push(problem);
    return found;
  }

  /** Position of the first path that is not before `path`. */
  #first(path: string): number {
    let [low, high] = [0, this.#paths.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#paths[middle] < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #entry(at: number): ArchiveEntry {
    const [offset, stored, size, crc, method] = this.#numbers.subarray(
      this.#rows[at] * COLUMNS,
      (this.#rows[at] + 1) * COLUMNS,
    );
    return { offset, stored, size, crc, method };
  }
}

const isHiddenPath = (path: string): boolean => path.split('/').some(isHidden);

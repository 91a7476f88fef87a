/**
 * Where the files of a data set lie: a folder on the disk, or an archive that is read where it is. Readers see nothing
 * else of the file system. Paths are relative to the root, with forward slashes, as they are written there.
 */
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import { SteadygazeError } from '../../contract/errors.ts';
import { refuseTooLarge } from './archive-file.ts';
import { FolderLists } from './folder-lists.ts';
import type { FileStamp } from '../index/index-cache.ts';
import type { Problem } from '../dataset.ts';
import { stampFiles } from './stamps.ts';
import { walkFiles } from './walk.ts';
import type { FolderListing, Walking } from './walk.ts';

/** Pictures by name. Every method may be called any number of times at once. */
export interface PictureReader {
  /** What tells that a picture has not changed, without reading it; null where there is no such picture. */
  stamp(id: string): Promise<FileStamp | null>;
  /** As `stamp`, of many, where that is faster. */
  stamps?(ids: readonly string[], signal?: AbortSignal): Promise<(FileStamp | null)[]>;
  /**
   * The picture as bytes that `decode.ts` reads. The same bytes each time, on each machine: they are hashed.
   * @throws the system's error, or a SteadygazeError `data-unreadable` or `not-found`
   */
  read(id: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface FileTree extends PictureReader {
  /** Absolute path of the folder or of the archive. */
  readonly root: string;
  readonly kind: 'folder' | 'zip' | 'tar';
  /** What lies directly inside of a folder ('' is the root). @throws the system's error where it is none */
  list(folder: string): Promise<FolderListing>;
  /** All files below a folder, in code-unit order; what may not be read becomes a problem. See walk.ts. */
  walk(start: string, problems: Problem[]): Promise<string[]>;
  /** Bytes `start` .. `start + length - 1`; fewer where the file ends before. */
  readRange(path: string, start: number, length: number): Promise<Uint8Array>;
  /** The content from the beginning, piece by piece: for tables and annotations of any length. */
  stream(path: string): Readable;
  /** Where the file lies on the disk, for libraries that open files themselves; null inside of an archive. */
  diskPath(path: string): string | null;
  /** From now on, listing tells how many names it has found, and stops when it is told to. */
  follow?(walking: Walking): void;
}

/** A folder on the disk. */
export class FolderTree implements FileTree {
  readonly kind = 'folder';
  readonly root: string;
  readonly #lists = new FolderLists();
  #walking: Walking = {};

  constructor(root: string) {
    this.root = root;
  }

  /** Whatever a table or an annotation may say, nothing outside of the folder is touched. */
  #at(path: string): string {
    if (isAbsolute(path) || /(^|[\\/])\.\.([\\/]|$)/.test(path)) {
      throw new SteadygazeError('data-unreadable', 'The path leads out of the folder of the data set.');
    }
    return join(this.root, path);
  }

  async list(folder: string): Promise<FolderListing> {
    return this.#lists.list(this.#at(folder));
  }

  walk(start: string, problems: Problem[]): Promise<string[]> {
    const list = (path: string): Promise<FolderListing> => this.#lists.list(path);
    return walkFiles(this.root, start, problems, { ...this.#walking, list });
  }

  follow(walking: Walking): void {
    this.#walking = walking;
  }

  stamps(paths: readonly string[], signal?: AbortSignal): Promise<(FileStamp | null)[]> {
    return stampFiles(this.root, paths, signal);
  }

  async stamp(path: string): Promise<FileStamp | null> {
    try {
      const found = await stat(this.#at(path));
      return found.isFile() ? { size: found.size, mtimeMs: found.mtimeMs } : null;
    } catch {
      return null;
    }
  }

  async read(path: string): Promise<Uint8Array> {
    const { size } = await this.#file(path);
    refuseTooLarge(size, size);
    return readFile(this.#at(path));
  }

  async readRange(path: string, start: number, length: number): Promise<Uint8Array> {
    await this.#file(path);
    const file = await open(this.#at(path), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  stream(path: string): Readable {
    return createReadStream(this.#at(path));
  }

  diskPath(path: string): string {
    return this.#at(path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Reading a pipe would wait for ever. */
  async #file(path: string): Promise<{ readonly size: number }> {
    const found = await stat(this.#at(path));
    if (found.isFile()) return found;
    throw new SteadygazeError('data-unreadable', 'The name belongs to no file, but to a folder, a pipe or a device.');
  }
}

/** A folder inside of a tree, seen as a tree. Closing it closes the tree. */
export class SubTree implements FileTree {
  readonly root: string;
  readonly kind: FileTree['kind'];
  readonly #tree: FileTree;
  readonly #inside: string;

  /** @param inside path of the folder, not '' */
  constructor(tree: FileTree, inside: string) {
    this.root = tree.root;
    this.kind = tree.kind;
    this.#tree = tree;
    this.#inside = inside;
  }

  #at(path: string): string {
    return path === '' ? this.#inside : `${this.#inside}/${path}`;
  }

  list(folder: string): Promise<FolderListing> {
    return this.#tree.list(this.#at(folder));
  }

  async walk(start: string, problems: Problem[]): Promise<string[]> {
    const own: Problem[] = [];
    const files = await this.#tree.walk(this.#at(start), own);
    const cut = (path: string): string =>
      path.startsWith(`${this.#inside}/`) ? path.slice(this.#inside.length + 1) : path;
    problems.push(...own.map((problem) => ({ ...problem, file: cut(problem.file) })));
    return files.map(cut);
  }

  follow(walking: Walking): void {
    this.#tree.follow?.(walking);
  }

  stamp(path: string): Promise<FileStamp | null> {
    return this.#tree.stamp(this.#at(path));
  }

  read(path: string): Promise<Uint8Array> {
    return this.#tree.read(this.#at(path));
  }

  readRange(path: string, start: number, length: number): Promise<Uint8Array> {
    return this.#tree.readRange(this.#at(path), start, length);
  }

  stream(path: string): Readable {
    return this.#tree.stream(this.#at(path));
  }

  diskPath(path: string): string | null {
    return this.#tree.diskPath(this.#at(path));
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}

/**
 * A TAR archive as a tree: its headers are read once, from one to the next, and files are read where they lie. A packed
 * archive (`.tar.gz`) can only be read from its beginning and is therefore unpacked once, see spool.ts.
 */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { SteadygazeError } from '../../contract/errors.ts';
import { damaged, inflated, readAt, refuseTooLarge, slices } from './archive-file.ts';
import { ArchiveIndex } from './archive-index.ts';
import type { ArchiveEntry } from './archive-index.ts';
import { entryPath } from './archive-name.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from './file-tree.ts';
import type { FileStamp } from '../index/index-cache.ts';
import { spooled } from './spool.ts';
import { BLOCK, longName, readPaxRecords, readTarHeader } from './tar-header.ts';
import type { TarHeader } from './tar-header.ts';
import type { FolderListing } from './walk.ts';

/** Read at once while looking for headers: small pictures lie close together. */
const WINDOW = 64 * 1024;
/** A name that is longer is no name. */
const MOST_NAME = 1024 ** 2;
const MOST_REPORTED = 1000;

export class TarTree implements FileTree {
  readonly kind = 'tar';
  readonly root: string;
  readonly #file: FileHandle;
  readonly #index: ArchiveIndex;
  readonly #mtimeMs: number;
  /** Bytes of the unpacked archive. */
  readonly #size: number;

  private constructor(root: string, mtimeMs: number, file: FileHandle, size: number, index: ArchiveIndex) {
    this.root = root;
    this.#mtimeMs = mtimeMs;
    this.#file = file;
    this.#size = size;
    this.#index = index;
  }

  /** @throws SteadygazeError `data-unreadable`, `data-empty`, `disk-full`; or the system's error */
  static async open(path: string, packed: boolean): Promise<TarTree> {
    const { size, mtimeMs } = await stat(path);
    const plain = packed ? await unpack(path, size, mtimeMs) : path;
    const file = await open(plain, 'r');
    try {
      return new TarTree(path, mtimeMs, file, (await file.stat()).size, await readIndex(file, basename(path)));
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

  /** Times inside of archives are often all the same: that of the archive counts. */
  stamp(path: string): Promise<FileStamp | null> {
    const entry = this.#index.find(path);
    return Promise.resolve(entry && { size: entry.size, mtimeMs: this.#mtimeMs });
  }

  async read(path: string): Promise<Uint8Array> {
    const { offset, size } = this.#entry(path);
    refuseTooLarge(size, size);
    const content = await readAt(this.#file, offset, size);
    if (content.length < size) damaged('the archive ends in the middle of it');
    return content;
  }

  async readRange(path: string, start: number, length: number): Promise<Uint8Array> {
    const { offset, size } = this.#entry(path);
    return readAt(this.#file, offset + start, Math.max(0, Math.min(length, size - start)));
  }

  stream(path: string): Readable {
    return Readable.from(this.#pieces(path), { objectMode: false });
  }

  diskPath(): null {
    return null;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async *#pieces(path: string): AsyncGenerator<Buffer> {
    const { offset, size } = this.#entry(path);
    yield* slices(this.#file, offset, size);
  }

  #entry(path: string): ArchiveEntry {
    const entry = this.#index.find(path);
    if (entry === null) throw new SteadygazeError('not-found', 'The file is not in the archive.');
    // Memory is set aside for the whole of it: not for more than there is.
    if (entry.offset + entry.size > this.#size) damaged('the archive ends in the middle of it');
    return entry;
  }
}

async function unpack(path: string, size: number, mtimeMs: number): Promise<string> {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    const file = await open(path, 'r');
    try {
      yield* inflated(slices(file, 0, size), 'gzip');
    } catch (error) {
      throw incomplete(basename(path), String(error));
    } finally {
      await file.close();
    }
  };
  return spooled({ key: [path, size, mtimeMs], name: basename(path), packed: size, pieces });
}

const incomplete = (name: string, details: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    `The archive "${name}" is incomplete or damaged.`,
    'Get it again from where it came from, or unpack what can be saved and choose that folder.',
    details,
  );

/** Walks from header to header. @throws SteadygazeError */
async function readIndex(file: FileHandle, name: string): Promise<ArchiveIndex> {
  const index = new ArchiveIndex();
  const end = (await file.stat()).size;
  let window: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  const bytesAt = async (start: number, length: number): Promise<Buffer> => {
    if (start < window.start || start + length > window.start + window.bytes.length) {
      window = { start, bytes: await readAt(file, start, Math.max(WINDOW, length)) };
    }
    return window.bytes.subarray(start - window.start, start - window.start + length);
  };
  let reported = 0;
  const report = (path: string, reason: string): void => {
    if (++reported <= MOST_REPORTED) index.report({ file: path, kind: 'ignored', reason });
  };
  /** What an extended header says of the next entry, and of all that follow. */
  let next = new Map<string, string>();
  const all = new Map<string, string>();
  for (let at = 0; at < end;) {
    const header = readTarHeader(await bytesAt(at, BLOCK));
    if (header === 'end') break;
    if (header === null) {
      if (at === 0) throw incomplete(name, 'no header');
      const reason = `The archive is damaged at byte ${at}; what follows there is not read.`;
      index.report({ file: name, kind: 'unreadable', reason });
      break;
    }
    const offset = at + BLOCK;
    const known = new Map([...all, ...next]);
    if ('gxLK'.includes(header.type)) {
      if (header.size > MOST_NAME) {
        index.report({ file: name, kind: 'unreadable', reason: `The archive is damaged at byte ${at}.` });
        break;
      }
      const content = await bytesAt(offset, header.size);
      if (header.type === 'g') for (const [key, value] of readPaxRecords(content)) all.set(key, value);
      else if (header.type === 'x') next = new Map([...next, ...readPaxRecords(content)]);
      else if (header.type === 'L') next.set('path', longName(content));
      at = offset + blocks(header.size);
      continue;
    }
    next = new Map();
    const said = Number(known.get('size') ?? header.size);
    const size = Number.isSafeInteger(said) && said >= 0 ? said : header.size;
    addEntry(index, { ...header, name: known.get('path') ?? header.name, size }, offset, known, report);
    // Links and folders have no content, whatever size they say.
    at = offset + ('123456'.includes(header.type) ? 0 : blocks(size));
    if (at > end + BLOCK) {
      index.report({ file: name, kind: 'unreadable', reason: 'The archive is incomplete: it ends in the last file.' });
    }
  }
  if (reported > MOST_REPORTED) {
    const reason = `${reported - MOST_REPORTED} more files in the archive are left out.`;
    index.report({ file: name, kind: 'ignored', reason });
  }
  index.seal();
  if (index.size === 0) throw new SteadygazeError('data-empty', `The archive "${name}" holds no files.`, '');
  return index;
}

const blocks = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

function addEntry(
  index: ArchiveIndex,
  { name, size, type }: TarHeader,
  offset: number,
  known: ReadonlyMap<string, string>,
  report: (path: string, reason: string) => void,
): void {
  const place = entryPath(name);
  if ('problem' in place) return report(name, place.problem);
  if (place.path === '') return;
  const file = { offset, stored: size, size, crc: 0, method: 0 };
  if (type === '5') return index.add(place.path.endsWith('/') ? place.path : `${place.path}/`, file);
  const isSparse = type === 'S' || [...known.keys()].some((key) => key.startsWith('GNU.sparse.'));
  if (isSparse)
    return report(place.path, 'The file is stored with gaps, which cannot be read here; unpack the archive.');
  if (type === '0' || type === '7') return index.add(place.path, file);
  report(
    place.path,
    type === '1' || type === '2'
      ? 'The entry is a link; links in archives are not followed.'
      : 'The entry is no file, but a pipe, a device or something else.',
  );
}

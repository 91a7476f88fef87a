/**
 * The central directory of a ZIP archive, read once. What is wrong with single entries is reported; only an archive
 * without a directory is refused. Format: APPNOTE.TXT 6.3.10 of PKWARE; parsed by yauzl.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } from 'yauzl';
import type { Entry } from 'yauzl';
import { SteadygazeError } from '../../contract/errors.ts';
import { readAt } from './archive-file.ts';
import { ArchiveIndex } from './archive-index.ts';
import { entryPath } from './archive-name.ts';

/** Numbers of the format. */
export const STORED = 0;
export const DEFLATED = 8;
/** Ours, for what has a password. */
export const ENCRYPTED = -1;

const WINDOW = 1024 ** 2;
/** Of odd entries, only so many are named: a list of a million helps nobody. */
const MOST_REPORTED = 1000;

/** Answers yauzl's two small reads an entry from one large one. */
class DirectoryReader extends RandomAccessReader {
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const answer = (): void => {
      const start = position - this.#start;
      callback(null, this.#window.copy(buffer, offset, start, start + length));
    };
    // Never at once: yauzl would go from entry to entry on one stack.
    if (this.#holds(position, length)) process.nextTick(answer);
    else
      this.#fill(position, length).then(answer, (error: unknown) =>
        callback(error instanceof Error ? error : new Error(String(error))),
      );
  }

  /** Whether another file is named at this place. */
  async isHeader(position: number): Promise<boolean> {
    const signature = Buffer.alloc(4);
    await this.#fill(position, 4);
    this.#window.copy(signature, 0, position - this.#start);
    return signature.readUInt32LE(0) === 0x02014b50;
  }

  #holds(position: number, length: number): boolean {
    return position >= this.#start && position + length <= this.#start + this.#window.length;
  }

  async #fill(position: number, length: number): Promise<void> {
    if (this.#holds(position, length)) return;
    this.#window = await readAt(this.#file, position, Math.max(WINDOW, length));
    this.#start = position;
  }
}

/** @throws SteadygazeError `data-unreadable` */
export async function readDirectory(file: FileHandle, path: string): Promise<ArchiveIndex> {
  const { size } = await file.stat();
  const index = new ArchiveIndex();
  const name = basename(path);
  let count = 0;
  let reported = 0;
  const report = (path: string, reason: string): void => {
    if (++reported <= MOST_REPORTED) index.report({ file: path, kind: 'ignored', reason });
  };
  try {
    const reader = new DirectoryReader(file);
    const zip = await fromRandomAccessReaderPromise(reader, size, {
      // Names are read here, one by one: yauzl would give up the archive for one bad name.
      decodeStrings: false,
      validateEntrySizes: false,
      autoClose: false,
    });
    // Some programs count in 16 bits and start again at 0, though they write more.
    const goOn = async (): Promise<void> => {
      if (await reader.isHeader(Number(zip.readEntryCursor))) zip.entryCount += 0x10000;
    };
    if (zip.entryCount === 0) await goOn();
    for await (const entry of zip.eachEntry()) {
      count++;
      addEntry(index, entry, report);
      if (zip.entryCount === count) await goOn();
    }
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    if (count === 0) throw refusal(name, error);
    const reason = `The list of files in the archive is damaged after ${count} of them; the others are not read.`;
    index.report({ file: name, kind: 'unreadable', reason });
  }
  if (reported > MOST_REPORTED) report(name, `${reported - MOST_REPORTED} more files in the archive are left out.`);
  index.seal();
  if (index.size === 0) throw new SteadygazeError('data-empty', `The archive "${name}" holds no files.`, '');
  if (!index.some(({ method }) => method !== ENCRYPTED)) {
    throw new SteadygazeError(
      'data-unreadable',
      `The archive "${name}" is protected by a password.`,
      'Unpack it with the password, then choose the folder that came out of it.',
    );
  }
  return index;
}

function addEntry(index: ArchiveIndex, entry: Entry, report: (path: string, reason: string) => void): void {
  const name = nameOf(entry);
  const place = entryPath(name);
  if ('problem' in place) return report(name, place.problem);
  if (place.path === '') return;
  // Systems that have links and pipes write the kind of file into the upper half (stat.h); 0: not said, 8: a file.
  const host = entry.versionMadeBy >>> 8;
  const kind = host === 3 || host === 19 ? entry.externalFileAttributes >>> 28 : 0;
  const isFolder = place.path.endsWith('/') || kind === 4;
  if (!isFolder && kind !== 0 && kind !== 8) {
    return report(
      place.path,
      kind === 10
        ? 'The entry is a link; links in archives are not followed.'
        : 'The entry is no file, but a pipe or a device.',
    );
  }
  index.add(isFolder && !place.path.endsWith('/') ? `${place.path}/` : place.path, {
    offset: entry.relativeOffsetOfLocalHeader,
    stored: entry.compressedSize,
    size: entry.uncompressedSize,
    crc: entry.crc32,
    method: (entry.generalPurposeBitFlag & 1) === 1 ? ENCRYPTED : entry.compressionMethod,
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Without a mark for UTF-8 the format means the letters of the first PC (code page 437), but most programs of today
 * write UTF-8 without saying so; other bytes hardly ever happen to be valid UTF-8.
 */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string {
  let utf8 = 0x800;
  try {
    UTF8.decode(fileNameRaw);
  } catch {
    utf8 = generalPurposeBitFlag & 0x800;
  }
  return getFileNameLowLevel(utf8, fileNameRaw, extraFields, false);
}

function refusal(name: string, error: unknown): SteadygazeError {
  const details = error instanceof Error ? error.message : String(error);
  if (details.includes('strong encryption')) {
    return new SteadygazeError(
      'data-unreadable',
      `The archive "${name}" is protected by a password.`,
      'Unpack it with the password, then choose the folder that came out of it.',
    );
  }
  if (details.includes('multi-disk')) {
    return new SteadygazeError(
      'data-unreadable',
      `The archive "${name}" is one of several parts.`,
      'Unpack all parts together, then choose the folder that came out of them.',
    );
  }
  return new SteadygazeError(
    'data-unreadable',
    `The archive "${name}" is incomplete or damaged.`,
    'Get it again from where it came from, or unpack what can be saved and choose that folder.',
    details,
  );
}

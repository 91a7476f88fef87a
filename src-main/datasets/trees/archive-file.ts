/** Reading an archive's bytes at any place, and unpacking what is deflated, within bounds. */
import type { FileHandle } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, createGunzip, createInflateRaw, inflateRaw } from 'node:zlib';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';

/** No picture or annotation that is read at once needs more. */
const MOST_BYTES_AT_ONCE = 1024 ** 3;
/** What is deflated more than this, and is large, was made to fill memory: pictures hardly shrink. */
const MOST_GROWTH = 400;
const HARMLESS_BYTES = 64 * 1024 ** 2;
const PIECE = 256 * 1024;

/** For one file of an archive. @throws always */
export function damaged(what: string): never {
  throw new SteadygazeError(
    'data-unreadable',
    `The file in the archive is damaged: ${what}.`,
    'Get the archive again from where it came from.',
  );
}

/** Fewer bytes where the file ends before. */
export async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** `length` bytes from `start`, piece by piece. @throws SteadygazeError where the archive ends before */
export async function* slices(file: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += PIECE) {
    const wanted = Math.min(PIECE, length - at);
    const piece = await readAt(file, start + at, wanted);
    if (piece.length < wanted) damaged('the archive ends in the middle of it');
    yield piece;
  }
}

/** Inflates piece by piece. The end, and how much may come, are the caller's to check. */
export async function* inflated(pieces: AsyncIterable<Buffer>, format: 'raw' | 'gzip'): AsyncGenerator<Buffer> {
  const filter = format === 'raw' ? createInflateRaw({ chunkSize: PIECE }) : createGunzip({ chunkSize: PIECE });
  // Where the reader stops early, this destroys the source; where the source fails, the filter.
  pipeline(Readable.from(pieces, { objectMode: false }), filter, () => undefined);
  try {
    for await (const piece of filter) yield piece as Buffer;
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    damaged(`it cannot be unpacked (${systemCode(error) ?? String(error)})`);
  } finally {
    filter.destroy();
  }
}

/** Passes on exactly `size` bytes of this checksum. @throws SteadygazeError where there are more, fewer or others */
export async function* verified(pieces: AsyncIterable<Buffer>, size: number, crc: number): AsyncGenerator<Buffer> {
  let count = 0;
  let sum = 0;
  for await (const piece of pieces) {
    count += piece.length;
    if (count > size) damaged('it is longer than the archive says');
    sum = crc32(piece, sum);
    yield piece;
  }
  if (count < size) damaged('it is shorter than the archive says');
  if (sum !== crc) damaged('its checksum is another one');
}

const inflateAtOnce = promisify(inflateRaw) as (
  data: Uint8Array,
  options: { readonly maxOutputLength: number },
) => Promise<Buffer>;

/** @param packed deflated bytes  @throws SteadygazeError where they are not `size` bytes of this checksum */
export async function inflateWhole(packed: Uint8Array, size: number, crc: number): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await inflateAtOnce(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    const code = systemCode(error);
    return damaged(
      code === 'ERR_BUFFER_TOO_LARGE'
        ? 'it is longer than the archive says'
        : `it cannot be unpacked (${code ?? String(error)})`,
    );
  }
  checkContent(content, size, crc);
  return content;
}

/** @throws SteadygazeError */
export function checkContent(content: Uint8Array, size: number, crc: number): void {
  if (content.length !== size) damaged('it is shorter than the archive says');
  if (crc32(content) !== crc) damaged('its checksum is another one');
}

/** @throws SteadygazeError where so many bytes must not be read at once */
export function refuseTooLarge(size: number, stored: number): void {
  if (size > MOST_BYTES_AT_ONCE) {
    throw new SteadygazeError('data-unreadable', 'The file is larger than 1 GB, more than can be read at once.');
  }
  if (size > HARMLESS_BYTES && size > stored * MOST_GROWTH) {
    throw new SteadygazeError(
      'data-unreadable',
      'The file is packed so tightly that it seems made to fill the memory; it is not read.',
    );
  }
}

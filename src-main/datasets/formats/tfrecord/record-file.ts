/**
 * The records of a TFRecord file (tensorflow.org, "TFRecord and tf.train.Example", section "TFRecords format details"):
 * the length in 8 bytes, its checksum in 4, the content, and the content's checksum; numbers are little-endian, checksums
 * are CRC-32C, turned and shifted so that a record within a record does not check itself.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { ByteSource } from '../../trees/byte-source.ts';

/** Length and its checksum. */
const HEAD = 12;
const TAIL = 4;
/** Longer ones are no records of one picture. */
const MOST_BYTES = 2 ** 28;
/** Read at once while going from record to record. */
const WINDOW = 2 ** 21;

/** Castagnoli's polynomial, reflected (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C, masked as TFRecord keeps it. */
export function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]) & 255];
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Length of the content, or null where these are not the first bytes of a record. */
export function recordLength(head: Uint8Array): number | null {
  if (head.length < HEAD) return null;
  const view = new DataView(head.buffer, head.byteOffset, HEAD);
  if (view.getUint32(8, true) !== maskedCrc(head.subarray(0, 8))) return null;
  return Number(view.getBigUint64(0, true));
}

export interface Record {
  /** Byte at which it begins. */
  readonly at: number;
  readonly content: Uint8Array;
}

/**
 * All records one after the other; the checksums of their contents are left to {@link readRecord}, for computing them all
 * takes longer than reading.
 * @throws SteadygazeError `data-unreadable` where the file is damaged: what follows cannot be found
 */
export async function* recordsOf(source: ByteSource): AsyncGenerator<Record> {
  let window: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };
  const bytesAt = async (start: number, length: number): Promise<Uint8Array> => {
    if (start < window.start || start + length > window.start + window.bytes.length) {
      window = { start, bytes: await source.read(start, Math.max(WINDOW, length)) };
    }
    return window.bytes.subarray(start - window.start, start - window.start + length);
  };
  for (let at = 0; at < source.size;) {
    const length = checkedLength(await bytesAt(at, HEAD), at, source.size);
    const content = await bytesAt(at + HEAD, length);
    yield { at, content };
    at += HEAD + length + TAIL;
  }
}

/** One record with all its checksums. @throws SteadygazeError `data-unreadable` */
export async function readRecord(source: ByteSource, at: number): Promise<Uint8Array> {
  const length = checkedLength(await source.read(at, HEAD), at, source.size);
  const bytes = await source.read(at + HEAD, length + TAIL);
  const content = bytes.subarray(0, length);
  const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(length, true);
  if (crc !== maskedCrc(content)) throw unreadable(`The record at byte ${at} is damaged: its checksum is another one.`);
  return content;
}

/** @throws SteadygazeError where there is no whole record of a sensible length */
function checkedLength(head: Uint8Array, at: number, size: number): number {
  const length = recordLength(head);
  if (length === null) {
    throw unreadable(
      head.length < HEAD
        ? `The file is incomplete: it ends within the record at byte ${at}.`
        : `The file is damaged at byte ${at}; what follows there cannot be read.`,
    );
  }
  if (at + HEAD + length + TAIL > size) {
    throw unreadable(`The file is incomplete: it ends within the record at byte ${at}.`);
  }
  if (length > MOST_BYTES)
    throw unreadable(`The record at byte ${at} is larger than 256 MB, more than one picture has.`);
  return length;
}

const unreadable = (message: string): SteadygazeError =>
  new SteadygazeError('data-unreadable', message, 'Get the file again from where it came from.');

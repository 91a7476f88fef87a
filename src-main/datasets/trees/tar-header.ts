/** One header of a TAR archive: 512 bytes, POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU tar. */
export const BLOCK = 512;

export interface TarHeader {
  readonly name: string;
  /** Bytes of the content, which is filled up to whole blocks. */
  readonly size: number;
  /** One letter: '0' a file, '5' a folder, 'x' and 'g' extended headers, 'L' and 'K' long names, ... */
  readonly type: string;
}

const text = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

/** Octal digits, or (GNU) a binary number behind a first byte of 0x80. NaN where it is neither. */
function numberOf(bytes: Buffer): number {
  if (bytes[0] === 0x80) return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  const digits = text(bytes).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

/** @returns null where the block is no header; `end` for an empty block, with which an archive ends */
export function readTarHeader(block: Buffer): TarHeader | 'end' | null {
  if (block.length < BLOCK) return null;
  if (block.every((byte) => byte === 0)) return 'end';
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at];
  const size = numberOf(block.subarray(124, 136));
  if (numberOf(block.subarray(148, 156)) !== sum || !Number.isSafeInteger(size)) return null;
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    // Old archives know a folder by its slash.
    type: type === '0' && name.endsWith('/') ? '5' : type,
  };
}

/** The records of a pax header: `<length> <key>=<value>\n`. What is malformed ends them. */
export function readPaxRecords(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(bytes.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break;
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** A name in a block of its own (GNU). */
export const longName = text;

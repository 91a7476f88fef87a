/**
 * Arrays and what they are, in one safetensors file with a seal: its metadata holds SHA-256 over the whole file, so that
 * half a file, or a disk or network that lies, is found out.
 */
import { readFloatTensors, writeSafetensors } from '../networks/safetensors.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { hashBytes } from './file-hash.ts';

const NO_HASH = '0'.repeat(64);
/** Quotes inside metadata are escaped, so these bytes occur once in a header: at the hash's own key. */
const HASH_KEY = '"sha256":"';

/** @param metadata without `sha256`, which is the seal's */
export function sealArrays(
  arrays: ReadonlyMap<string, FloatArray>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const bytes = writeSafetensors(arrays, { ...metadata, sha256: NO_HASH });
  // The hash is taken with zeros in its own place, then put there.
  bytes.set(new TextEncoder().encode(hashBytes(bytes)), hashOffset(bytes));
  return bytes;
}

/** What was sealed, or why it cannot be used (the end of a sentence). Never throws, whatever the bytes are. */
export function openSealed(bytes: Uint8Array): ReturnType<typeof readFloatTensors> | string {
  const at = hashOffset(bytes);
  if (at < 0) return 'it is not complete';
  const claimed = new TextDecoder().decode(bytes.subarray(at, at + 64));
  if (hashBytes(bytes.subarray(0, at), NO_HASH, bytes.subarray(at + 64)) !== claimed) return 'it is damaged';
  try {
    return readFloatTensors(bytes);
  } catch {
    return 'its contents make no sense';
  }
}

/** SHA-256 of arrays: their names, shapes and bits, in whatever order they come. */
export function hashArrays(arrays: ReadonlyMap<string, FloatArray>): string {
  const sorted = [...arrays].sort(([a], [b]) => (a < b ? -1 : 1));
  return hashBytes(
    ...sorted.flatMap(([name, { shape, data }]) => [
      JSON.stringify([name, shape]),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  );
}

/** Where the 64 digits of the hash begin, or -1. */
function hashOffset(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1 << 20));
  const at = buffer.indexOf(HASH_KEY, 0, 'latin1');
  return at < 0 || at + HASH_KEY.length + 64 > bytes.length ? -1 : at + HASH_KEY.length;
}

/**
 * The header of a safetensors file: JSON that says where each array lies. Follows the checks of the
 * reference reader: no hole, no overlap, no byte unaccounted for, no name twice.
 */
import type { SteadygazeError } from '../contract/errors.ts';

/** Bytes of one number of each kind. */
export const ITEM_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type Dtype = keyof typeof ITEM_BYTES;

/** Where one array lies: bytes [begin, end) after `dataStart`. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In order of their place in the file. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataStart: number;
}

type Refuse = (reason: string, details?: string) => SteadygazeError;

/** The reference reader's limit; a real header of a thousand arrays has 100 KB. */
const LARGEST_HEADER = 100_000_000;

/** Reads and checks the header of `bytes`, the whole file. Throws what `refuse` makes of a sentence. */
export function parseHeader(bytes: Uint8Array, refuse: Refuse): Header {
  if (bytes.length < 8) throw refuse('it is shorter than any file of this kind');
  const claimed = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (claimed > BigInt(LARGEST_HEADER)) throw refuse('it is not a safetensors file, or its beginning is damaged');
  const dataStart = 8 + Number(claimed);
  if (dataStart > bytes.length) throw refuse('it ends too early');

  const header = parseJson(bytes.subarray(8, dataStart), refuse);
  if (!isObject(header)) throw refuse('its list of contents is not an object');

  const entries: HeaderEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__proto__') throw refuse('it holds an array with a forbidden name ("__proto__")');
    if (name === '__metadata__') metadata = readMetadata(value, refuse);
    else entries.push(readEntry(name, value, refuse));
  }

  const size = bytes.length - dataStart;
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (end > size) throw refuse(`it ends too early: the array "${name}" is not complete`);
    if (begin < reached) throw refuse(`the array "${name}" overlaps another one`);
    if (begin > reached) throw refuse(`there is a hole before the array "${name}"`);
    reached = end;
  }
  if (reached !== size) throw refuse('it is longer than its list of contents says');
  return { entries, metadata, dataStart };
}

function parseJson(bytes: Uint8Array, refuse: Refuse): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw refuse('its list of contents cannot be read', error instanceof Error ? error.message : undefined);
  }
  const twice = findDuplicateKey(text);
  if (twice !== null) throw refuse(`it names ${JSON.stringify(twice)} twice`);
  return value;
}

/**
 * The first key that one object of valid JSON has twice, or null. JSON.parse keeps the last one in
 * silence, so that two readers of the same file could see different weights.
 */
function findDuplicateKey(text: string): string | null {
  // Strings first, so that braces and commas inside them are passed over as a whole.
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
  const open: (Set<string> | null)[] = [];
  let last: string | null = null;
  for (const [found] of text.matchAll(token)) {
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(null);
    else if (found === '}' || found === ']') open.pop();
    else if (found.startsWith('"')) last = found;
    else if (found === ':' && last !== null) {
      const key: unknown = JSON.parse(last);
      const keys = open.at(-1);
      if (typeof key !== 'string' || !keys) continue;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}

function readMetadata(value: unknown, refuse: Refuse): Record<string, string> {
  if (!isObject(value)) throw refuse('its metadata is not an object');
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (key === '__proto__') throw refuse('its metadata has a forbidden name ("__proto__")');
    if (typeof text !== 'string') throw refuse(`its metadata "${key}" is not a text`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, value: unknown, refuse: Refuse): HeaderEntry {
  if (!isObject(value)) throw refuse(`the entry of the array "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) throw refuse(`the array "${name}" has an unknown number type`);
  if (!isSizes(shape)) throw refuse(`the shape of the array "${name}" is not a list of sizes`);
  if (!isSizes(offsets)) throw refuse(`the place of the array "${name}" is not a pair of positions`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || end < begin) {
    throw refuse(`the place of the array "${name}" is not a pair of positions`);
  }
  const bytes = shape.reduce((product, side) => product * side, ITEM_BYTES[dtype]);
  if (bytes !== end - begin) {
    throw refuse(`the array "${name}" takes ${end - begin} bytes, its shape [${shape.join(', ')}] means ${bytes}`);
  }
  return { name, dtype, shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(ITEM_BYTES, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

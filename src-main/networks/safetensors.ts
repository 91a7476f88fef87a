/**
 * The safetensors file format (github.com/huggingface/safetensors, "Format"): eight bytes little
 * endian header size, a JSON header `name -> {dtype, shape, data_offsets}`, then the raw numbers,
 * little endian and row-major. Everything a file claims is checked before it is believed, because
 * weights are files that people download.
 */
import { SteadygazeError } from '../contract/errors.ts';
import { parseHeader } from './safetensors-header.ts';
import type { Dtype } from './safetensors-header.ts';
import { decodeNumbers } from './weights/number-types.ts';
import type { TensorData } from './weights/number-types.ts';

/** One array of a file. `BOOL` comes as 0 and 1 bytes, `F16` and `BF16` widened to Float32Array. */
export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major, one element a number, a copy of the file's bytes. */
  readonly data: TensorData;
}

/** A float32 array with its shape, row-major (what networks/parameters.ts calls a `NamedArray`). */
export interface FloatArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

function refuse(reason: string, details?: string): SteadygazeError {
  return new SteadygazeError(
    'weights-invalid',
    `The weights file cannot be used: ${reason}.`,
    'Get the file again, or choose another one.',
    details,
  );
}

/**
 * Reads a whole file.
 * @throws SteadygazeError `weights-invalid` when the file is truncated, damaged or inconsistent.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { entries, metadata, dataStart } = parseHeader(bytes, refuse);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    // A copy: views need alignment that a file does not promise, and would keep the whole file alive.
    const raw = new Uint8Array(end - begin);
    raw.set(bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, { dtype, shape, data: decodeNumbers(dtype, raw) });
  }
  return { tensors, metadata };
}

/**
 * The floating-point arrays of a file as float32 (`F64` is rounded); other types are left out.
 * @throws SteadygazeError `weights-invalid`
 */
export function readFloatTensors(bytes: Uint8Array): {
  readonly tensors: Map<string, FloatArray>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const file = readSafetensors(bytes);
  const tensors = new Map<string, FloatArray>();
  for (const [name, { shape, data }] of file.tensors) {
    if (data instanceof Float32Array) tensors.set(name, { shape, data });
    else if (data instanceof Float64Array) tensors.set(name, { shape, data: Float32Array.from(data) });
  }
  return { tensors, metadata: file.metadata };
}

/**
 * Writes float32 arrays. The header is padded to a multiple of 8 bytes; tensors and metadata are
 * sorted by name (code units), so that equal input gives equal bytes.
 * @throws SteadygazeError `weights-invalid` for a shape that does not fit its numbers or a reserved name.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, FloatArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts: string[] = [];
  const metadataKeys = Object.keys(metadata).sort();
  if (metadataKeys.includes('__proto__')) throw refuse('"__proto__" cannot be the name of metadata');
  if (metadataKeys.length > 0) {
    const pairs = metadataKeys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    parts.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  const ordered = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    if (name === '__metadata__' || name === '__proto__') throw refuse(`"${name}" cannot be the name of an array`);
    const size = shape.reduce((product, side) => product * side, 1);
    if (size !== data.length) {
      throw refuse(`the array "${name}" holds ${data.length} numbers, its shape [${shape.join(', ')}] means ${size}`);
    }
    const end = offset + data.byteLength;
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"F32","shape":${JSON.stringify(shape)},"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const headerSize = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerSize + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerSize);
  let at = 8 + headerSize;
  for (const [, { data }] of ordered) {
    // Every platform that Node and TensorFlow run on is little endian, like the format.
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** The first NaN or infinite number, by name and index, or null when every number is finite. */
export function findNonFinite(
  tensors: ReadonlyMap<string, { readonly data: TensorData }>,
): { readonly name: string; readonly index: number; readonly value: number } | null {
  for (const [name, { data }] of tensors) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
    for (let index = 0; index < data.length; index++) {
      const value = data[index];
      // x - x is 0 for finite x and NaN otherwise: the fastest test there is in a hot loop.
      if (value - value !== 0) return { name, index, value };
    }
  }
  return null;
}

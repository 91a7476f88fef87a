/**
 * TFRecord files of `tf.train.Example`, bit by bit after tensorflow.org ("TFRecord and tf.train.Example") and
 * example.proto: written apart from what reads them, so that one mistake is not made twice.
 */
import { writeFiles } from '../../pictures/pictures.fixture.ts';

/** Texts and files are bytes; numbers are whole unless they are a Float32Array. */
export type FeatureContent = Uint8Array | string | readonly string[] | readonly number[] | Float32Array;

/** CRC-32C bit by bit (RFC 3720), as TFRecord masks it. */
function masked(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** One record, whatever its content. @param length what it says of itself */
export function record(content: Uint8Array, length = BigInt(content.length)): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(length);
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(masked(content));
  return Buffer.concat([head, content, tail]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A field of the wire type "length-delimited". */
const field = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(content.length)), content]);

function feature(content: FeatureContent): Buffer {
  if (content instanceof Float32Array) {
    const floats = Buffer.alloc(4 * content.length);
    content.forEach((value, i) => floats.writeFloatLE(value, 4 * i));
    return field(2, field(1, floats));
  }
  const values = content instanceof Uint8Array || typeof content === 'string' ? [content] : content;
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length > 0) return field(3, field(1, Buffer.concat(numbers.map((value) => varint(BigInt(value))))));
  return field(1, Buffer.concat(values.map((value) => field(1, Buffer.from(value as string)))));
}

/** The bytes of a `tf.train.Example`. */
export function example(features: Readonly<Record<string, FeatureContent>>): Buffer {
  const entries = Object.entries(features).map(([key, content]) =>
    field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, feature(content))])),
  );
  return field(1, Buffer.concat(entries));
}

export const recordFile = (examples: readonly Readonly<Record<string, FeatureContent>>[]): Buffer =>
  Buffer.concat(examples.map((each) => record(example(each))));

/** @param files examples by name of the file */
export const writeRecords = (
  folder: string,
  files: Readonly<Record<string, readonly Readonly<Record<string, FeatureContent>>[]>>,
): Promise<void> =>
  writeFiles(folder, Object.fromEntries(Object.entries(files).map(([name, examples]) => [name, recordFile(examples)])));

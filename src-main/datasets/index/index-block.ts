/**
 * One block of the file index (index-cache.ts): what was found in up to some thousand files, column by column, so that
 * 100,000 of them are read in a fraction of a second and nothing is parsed before it is asked for.
 *
 * Little endian, as all machines that this runs on are:
 *
 *     f64 times [n]   f64 sizes [n]   u32 widths [n]   u32 heights [n]   u32 cameras [n] (line of the texts; 0: none)
 *     u8 hashes [n, 32]   u8 has a look [n]   u8 looks [number that have one, 406]   the rest: texts, UTF-8
 *
 * The texts are lines of JSON strings: first the n paths, then the cameras.
 */
import type { FileStamp } from './index-cache.ts';
import { LOOK_BYTES } from '../pictures/picture-look.ts';
import type { PictureFacts } from '../pictures/picture-file.ts';

export interface IndexEntry {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly facts: PictureFacts;
}

const HASH_BYTES = 32;
/** Bytes of an entry without its look and its texts. */
const FIXED_BYTES = 8 + 8 + 4 + 4 + 4 + HASH_BYTES + 1;

export function encodeBlock(entries: readonly IndexEntry[]): Buffer {
  const n = entries.length;
  const cameras: string[] = [];
  const numberOf = (camera: string | null): number => {
    if (camera === null) return 0;
    const known = cameras.indexOf(camera);
    return known < 0 ? cameras.push(camera) : known + 1;
  };
  const looks = entries.flatMap(({ facts }) => facts.look ?? []);
  const fixed = Buffer.alloc(n * FIXED_BYTES);
  entries.forEach(({ stamp, facts }, i) => {
    fixed.writeDoubleLE(stamp.mtimeMs, 8 * i);
    fixed.writeDoubleLE(stamp.size, 8 * (n + i));
    fixed.writeUInt32LE(facts.width, 16 * n + 4 * i);
    fixed.writeUInt32LE(facts.height, 20 * n + 4 * i);
    fixed.writeUInt32LE(numberOf(facts.camera), 24 * n + 4 * i);
    fixed.write(facts.hash, 28 * n + HASH_BYTES * i, 'hex');
    fixed[(28 + HASH_BYTES) * n + i] = facts.look === null ? 0 : 1;
  });
  const texts = [...entries.map(({ path }) => path), ...cameras].map((text) => JSON.stringify(text)).join('\n');
  return Buffer.concat([fixed, ...looks, Buffer.from(texts)]);
}

/** A block as it was read: columns stay bytes until an entry is asked for. */
export class IndexBlock {
  readonly paths: readonly string[];
  readonly #cameras: readonly string[];
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** [n + 1] looks before each entry. */
  readonly #looksBefore: Uint32Array;

  /** @throws RangeError or SyntaxError where the bytes are no block of `count` entries */
  constructor(bytes: Buffer, count: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#looksBefore = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      this.#looksBefore[i + 1] = this.#looksBefore[i] + this.#view.getUint8((28 + HASH_BYTES) * count + i);
    }
    const textsAt = count * FIXED_BYTES + this.#looksBefore[count] * LOOK_BYTES;
    if (textsAt > bytes.length) throw new RangeError('block too short');
    const lines = bytes.toString('utf8', textsAt);
    // One parse of a list is several times as quick as one a line.
    const texts = JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as string[];
    if (texts.length < count) throw new RangeError('names are missing');
    this.paths = texts.slice(0, count);
    this.#cameras = texts.slice(count);
  }

  /** Whether the file is still as it was. */
  isOf(row: number, { size, mtimeMs }: FileStamp): boolean {
    return (
      this.#view.getFloat64(8 * row, true) === mtimeMs &&
      this.#view.getFloat64(8 * (this.paths.length + row), true) === size
    );
  }

  stamp(row: number): FileStamp {
    const mtimeMs = this.#view.getFloat64(8 * row, true);
    return { mtimeMs, size: this.#view.getFloat64(8 * (this.paths.length + row), true) };
  }

  facts(row: number): PictureFacts {
    const n = this.paths.length;
    const hashAt = 28 * n + HASH_BYTES * row;
    const lookAt = n * FIXED_BYTES + this.#looksBefore[row] * LOOK_BYTES;
    const hasLook = this.#looksBefore[row + 1] > this.#looksBefore[row];
    return {
      hash: this.#bytes.toString('hex', hashAt, hashAt + HASH_BYTES),
      width: this.#view.getUint32(16 * n + 4 * row, true),
      height: this.#view.getUint32(20 * n + 4 * row, true),
      camera: this.#cameras[this.#view.getUint32(24 * n + 4 * row, true) - 1] ?? null,
      look: hasLook ? new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + lookAt, LOOK_BYTES) : null,
    };
  }
}

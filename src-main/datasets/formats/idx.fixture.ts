/** IDX files bit by bit, as "The MNIST database of handwritten digits" (LeCun, Cortes, Burges) describes them. */
import { gzipSync } from 'node:zlib';
import { pictureNumbers, roundRobin } from '../arrays/arrays.fixture.ts';
import { writeFiles } from '../pictures/pictures.fixture.ts';

/** An array of bytes (kind 0x08). */
export function idxBytes(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const sizes = Buffer.alloc(4 * shape.length);
  shape.forEach((size, axis) => sizes.writeUInt32BE(size, 4 * axis));
  return Buffer.concat([Buffer.from([0, 0, 8, shape.length]), sizes, Buffer.from(Uint8Array.from(values))]);
}

/**
 * Nine pictures of 8 x 8 for training, six for testing, of the classes 0, 1, 2; picture i is patchwork `1 + i`, of the
 * test `50 + i`.
 * @param prefix of the names, `emnist-letters-`  @param first number of the first class
 */
export async function writeIdx(folder: string, packed: boolean, prefix = '', first = 0): Promise<void> {
  const labels = (count: number): number[] => roundRobin(count, 3).map((label) => label + first);
  const test = prefix === '' ? 't10k' : 'test';
  const files = {
    [`${prefix}train-images-idx3-ubyte`]: idxBytes([9, 8, 8], await pictureNumbers(9, 8, 1)),
    [`${prefix}train-labels-idx1-ubyte`]: idxBytes([9], labels(9)),
    [`${prefix}${test}-images-idx3-ubyte`]: idxBytes([6, 8, 8], await pictureNumbers(6, 8, 1, 50)),
    [`${prefix}${test}-labels-idx1-ubyte`]: idxBytes([6], labels(6)),
  };
  const entries = Object.entries(files).map(([name, bytes]) =>
    packed ? [`${name}.gz`, gzipSync(bytes)] : [name, bytes],
  );
  await writeFiles(folder, Object.fromEntries(entries) as Record<string, Uint8Array>);
}

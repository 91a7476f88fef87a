/**
 * STL-10 in small, byte by byte as it is published (cs.stanford.edu/~acoates/stl10, "Binary files"): tightly packed
 * uint8, pictures of 96 x 96 x 3 in column-major order, one channel at a time, labels in the range 1 to 10;
 * `fold_indices.txt` with a line of numbers from 0 a fold, `class_names.txt` with a name a line.
 */
import { patchwork, writeFiles } from '../pictures/pictures.fixture.ts';

const SIDE = 96;

const STL10_CLASSES = ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck'];

/** RGB bytes [96, 96, 3] of the picture with this number, row by row. */
export const stl10Pixels = (seed: number): Promise<Buffer> =>
  patchwork(seed, SIDE, SIDE).removeAlpha().raw().toBuffer();

/** The 27,648 bytes of a picture in the order of the file. */
function stl10Bytes(rgb: Uint8Array): Buffer {
  const bytes = Buffer.alloc(3 * SIDE * SIDE);
  let at = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let column = 0; column < SIDE; column++) {
      for (let row = 0; row < SIDE; row++) bytes[at++] = rgb[(row * SIDE + column) * 3 + channel];
    }
  }
  return bytes;
}

const packed = async (seeds: readonly number[]): Promise<Buffer> =>
  Buffer.concat(await Promise.all(seeds.map(async (seed) => stl10Bytes(await stl10Pixels(seed)))));

interface Stl10Content {
  /** Labels 1..10; picture i is {@link stl10Pixels}(1 + i). */
  readonly train: readonly number[];
  /** Picture i is {@link stl10Pixels}(101 + i). */
  readonly test?: readonly number[];
  readonly folds?: readonly (readonly number[])[];
  /** How many pictures without labels. */
  readonly unlabelled?: number;
}

export async function writeStl10(folder: string, { train, test, folds, unlabelled }: Stl10Content): Promise<void> {
  const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
  await writeFiles(folder, {
    'train_X.bin': await packed(train.map((_, i) => 1 + i)),
    'train_y.bin': Buffer.from(train),
    'class_names.txt': lines(STL10_CLASSES),
    ...(test && { 'test_X.bin': await packed(test.map((_, i) => 101 + i)), 'test_y.bin': Buffer.from(test) }),
    ...(folds && { 'fold_indices.txt': lines(folds.map((fold) => fold.join(' '))) }),
    ...(unlabelled !== undefined && { 'unlabeled_X.bin': Buffer.alloc(unlabelled * 3 * SIDE * SIDE) }),
  });
}

/** Pictures to measure with, made up in memory: what they show does not change what they cost. */
import { hashSeed, Random } from '../src-main/numeric/random.ts';
import type { TrainingData } from '../src-main/method/data.ts';

export const CLASSES = 10;

/** `count` seeded pictures of soft colour gradients, one class a colour, made anew at each reading. */
export function syntheticPictures(count: number, size: number): TrainingData {
  const area = size * size * 3;
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  return {
    count,
    size,
    classCount: CLASSES,
    labels,
    labelSets: null,
    ids: Array.from({ length: count }, (_, i) => `picture ${i}`),
    read(indices, out) {
      for (let n = 0; n < indices.length; n++) paint(indices[n], labels[indices[n]], size, out, n * area);
      return Promise.resolve();
    },
  };
}

function paint(index: number, label: number, size: number, out: Uint8Array, start: number): void {
  const random = new Random(hashSeed('bench', index));
  const [a, b, c] = [random.uniform(), random.uniform(), random.uniform()];
  let at = start;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const wave = Math.sin((a * 20 * x + b * 20 * y) / size + c * 6 + (channel * (label + 1)) / 3);
        out[at++] = 128 + 100 * wave + 27 * random.uniform();
      }
    }
  }
}

/** Pictures as numbers, for tests of all formats of arrays. */
import { patchwork } from '../pictures.fixture.ts';

/** Bytes [count, side, side, 3] (or [count, side, side] for grey) of pictures that differ; the seed is the number. */
export async function pictureNumbers(count: number, side: number, channels: 1 | 3, first = 1): Promise<Uint8Array> {
  const pictures = await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const picture = patchwork(first + i, side, side);
      return (channels === 1 ? picture.greyscale().toColourspace('b-w') : picture).raw().toBuffer();
    }),
  );
  return new Uint8Array(Buffer.concat(pictures));
}

/** Pixels in front of the colours: [count, height, width, 3] to [count, 3, height, width]. */
export function coloursFirst(values: Uint8Array, count: number): Uint8Array {
  const pixels = values.length / count / 3;
  return values.map((_, at) => {
    const [picture, rest] = [Math.floor(at / (3 * pixels)), at % (3 * pixels)];
    return values[(picture * pixels + (rest % pixels)) * 3 + Math.floor(rest / pixels)];
  });
}

/** 0, 1, 2, 0, ... */
export const roundRobin = (count: number, classes: number): number[] =>
  Array.from({ length: count }, (_, i) => i % classes);

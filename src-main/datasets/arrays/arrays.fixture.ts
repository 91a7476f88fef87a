/** Pictures as numbers, for tests of all formats of arrays. */
import sharp from 'sharp';
import { datasetFromJson, datasetToJson } from '../dataset-file.ts';
import type { Dataset } from '../dataset.ts';
import { openPictures } from '../picture-reader.ts';
import { patchwork } from '../pictures/pictures.fixture.ts';

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

/** Name of the class by id. */
export const labelled = ({ classes, samples }: Dataset): Readonly<Record<string, string>> =>
  Object.fromEntries(samples.map(({ id, label }) => [id, classes[label]]));

/** Pixels of a picture, in as many channels as it has, after the data set was stored and read again. */
export async function pixelsOf(dataset: Dataset, id: string): Promise<number[]> {
  const reader = await openPictures(datasetFromJson(datasetToJson(dataset)));
  try {
    const picture = sharp(await reader.read(id));
    const grey = (await picture.metadata()).channels === 1;
    return [
      ...(await picture
        .toColourspace(grey ? 'b-w' : 'srgb')
        .raw()
        .toBuffer()),
    ];
  } finally {
    await reader.close();
  }
}

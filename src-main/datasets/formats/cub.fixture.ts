/**
 * CUB-200-2011 in small, after the README of the data set (www.vision.caltech.edu/datasets/cub_200_2011): tables of
 * `<image_id> <value>`, split by a space, without a header; `images/<class>/<picture>.jpg`; segmentations of the same
 * names as grey PNG, published as an archive of their own.
 */
import sharp from 'sharp';
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

const CUB_WIDTH = 50;
const CUB_HEIGHT = 40;

export interface CubPicture {
  /** From 1. */
  readonly label: number;
  readonly training: boolean;
  /** x, y, width, height. */
  readonly box: readonly [number, number, number, number];
  /** Brightness of the 10 x 10 pixels from (5, 5); black elsewhere. None: no segmentation. */
  readonly bird?: number;
}

/** Name of picture `number` (from 1): `Black_Footed_Albatross_0001_101`. */
const cubName = (className: string, number: number): string =>
  `${className.replace(/^\d+\./, '')}_${String(number).padStart(4, '0')}_${100 + number}`;

/**
 * The tables alone.
 * @param folder  `CUB_200_2011`
 * @param classes as published: `001.Black_footed_Albatross`
 * @returns paths of the pictures below `images`, without the end of their names
 */
export async function writeCubTables(
  folder: string,
  classes: readonly string[],
  pictures: readonly CubPicture[],
): Promise<string[]> {
  const paths = pictures.map(({ label }, i) => `${classes[label - 1]}/${cubName(classes[label - 1], i + 1)}`);
  const table = (values: readonly string[]): string => values.map((value, i) => `${i + 1} ${value}\n`).join('');
  await writeFiles(folder, {
    'images.txt': table(paths.map((path) => `${path}.jpg`)),
    'image_class_labels.txt': table(pictures.map(({ label }) => String(label))),
    'classes.txt': table(classes),
    'train_test_split.txt': table(pictures.map(({ training }) => (training ? '1' : '0'))),
    'bounding_boxes.txt': table(pictures.map(({ box }) => box.map((value) => value.toFixed(1)).join(' '))),
    'parts/parts.txt': '1 back\n',
    'attributes/certainties.txt': '1 not visible\n',
  });
  return paths;
}

/** {@link writeCubTables} with pictures. @param segmentations folder of that name */
export async function writeCub(
  folder: string,
  segmentations: string,
  classes: readonly string[],
  pictures: readonly CubPicture[],
): Promise<void> {
  const paths = await writeCubTables(folder, classes, pictures);
  for (const [i, { bird }] of pictures.entries()) {
    await writeFiles(folder, { [`images/${paths[i]}.jpg`]: await patchworkJpeg(300 + i, CUB_WIDTH, CUB_HEIGHT) });
    if (bird !== undefined) await writeFiles(segmentations, { [`${paths[i]}.png`]: await segmentation(bird) });
  }
}

function segmentation(brightness: number): Promise<Buffer> {
  const pixels = Buffer.alloc(CUB_WIDTH * CUB_HEIGHT);
  for (let y = 5; y < 15; y++) pixels.fill(brightness, y * CUB_WIDTH + 5, y * CUB_WIDTH + 15);
  return sharp(pixels, { raw: { width: CUB_WIDTH, height: CUB_HEIGHT, channels: 1 } })
    .png()
    .toBuffer();
}

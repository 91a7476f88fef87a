/**
 * Data sets of the paper in small, of the pictures of the sample with their masks: Pascal VOC with one or two classes a
 * picture, CUB-200-2011 with one. Enough to train on, to look at, and to measure where a model looks.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeFiles } from '../pictures/pictures.fixture.ts';
import { writeCubTables } from './cub.fixture.ts';
import { palettePng, vocXml } from './voc/voc.fixture.ts';

const SAMPLE = fileURLToPath(new URL('../../../resources/sample/', import.meta.url));
/** Width and height of its pictures. */
const SIDE = 64;
export const PAPER_CLASSES = ['bag', 'boot', 'sneaker'] as const;

interface Taken {
  readonly jpeg: Buffer;
  /** [64, 64] 0 or 1. */
  readonly mask: Uint8Array;
  /** Pixels: x0, y0 inclusive, x1, y1 exclusive. */
  readonly box: readonly [number, number, number, number];
}

/** Picture `number` of a class of the sample's training part. */
async function take(className: string, number: number): Promise<Taken> {
  const names = (await readdir(join(SAMPLE, 'train', className))).sort();
  const name = names[number];
  const grey = await sharp(join(SAMPLE, 'masks', 'train', className, name.replace('.jpg', '.png')))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const mask = Uint8Array.from(grey, (value) => Number(value > 127));
  return { jpeg: await readFile(join(SAMPLE, 'train', className, name)), mask, box: boxOf(mask) };
}

function boxOf(mask: Uint8Array): Taken['box'] {
  const on = [...mask.keys()].filter((pixel) => mask[pixel] === 1);
  const [xs, ys] = [on.map((pixel) => pixel % SIDE), on.map((pixel) => Math.floor(pixel / SIDE))];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

/**
 * Writes `VOCdevkit/VOC2012` below `root`. Picture i shows class i mod 3; every odd one is two pictures wide and shows the
 * next class beside it. Every picture has boxes and a segmentation, whose index of class c is c + 1.
 */
export async function writeSmallVoc(root: string, counts = { train: 24, val: 6, test: 10 }): Promise<void> {
  const folder = join(root, 'VOCdevkit', 'VOC2012');
  let next = 0;
  for (const [split, count] of Object.entries(counts)) {
    const names: string[] = [];
    for (let i = next; i < next + count; i++) {
      const name = `2012_${String(i).padStart(6, '0')}`;
      await writeFiles(folder, await vocPicture(name, i));
      names.push(`${name}\n`);
    }
    await writeFiles(folder, { [`ImageSets/Main/${split}.txt`]: names.join('') });
    next += count;
  }
}

async function vocPicture(name: string, i: number): Promise<Record<string, Uint8Array | string>> {
  const labels = i % 2 === 0 ? [i % 3] : [i % 3, (i + 1) % 3];
  const halves = await Promise.all(labels.map((label) => take(PAPER_CLASSES[label], i)));
  const width = SIDE * halves.length;
  const indices = new Uint8Array(width * SIDE);
  for (const [half, { mask }] of halves.entries()) {
    for (const [pixel, on] of mask.entries()) {
      indices[Math.floor(pixel / SIDE) * width + half * SIDE + (pixel % SIDE)] = on * (labels[half] + 1);
    }
  }
  const canvas = sharp({ create: { width, height: SIDE, channels: 3, background: 'black' } });
  const picture = canvas.composite(halves.map(({ jpeg }, half) => ({ input: jpeg, left: half * SIDE, top: 0 })));
  const objects = halves.map(({ box: [x0, y0, x1, y1] }, half) => ({
    name: PAPER_CLASSES[labels[half]],
    // VOC counts from 1 and means the last pixel by its far corner.
    box: [x0 + 1 + half * SIDE, y0 + 1, x1 + half * SIDE, y1] as const,
  }));
  return {
    [`JPEGImages/${name}.jpg`]: await picture.jpeg({ quality: 90 }).toBuffer(),
    [`Annotations/${name}.xml`]: vocXml(name, objects, [width, SIDE]),
    [`SegmentationClass/${name}.png`]: palettePng(indices, width, SIDE),
  };
}

/** Writes `CUB_200_2011` below `root`, with boxes, and segmentations inside of it. Counts are those of a class. */
export async function writeSmallCub(root: string, counts = { train: 10, test: 4 }): Promise<void> {
  const folder = join(root, 'CUB_200_2011');
  const classes = PAPER_CLASSES.map((name, i) => `${String(i + 1).padStart(3, '0')}.${name}`);
  const pictures = PAPER_CLASSES.flatMap((_, label) =>
    Array.from({ length: counts.train + counts.test }, (_unused, i) => ({
      label: label + 1,
      training: i < counts.train,
    })),
  );
  const taken = await Promise.all(
    pictures.map(({ label }, i) => take(PAPER_CLASSES[label - 1], i % (counts.train + counts.test))),
  );
  const paths = await writeCubTables(
    folder,
    classes,
    pictures.map((picture, i) => {
      const [x0, y0, x1, y1] = taken[i].box;
      return { ...picture, box: [x0, y0, x1 - x0, y1 - y0] };
    }),
  );
  for (const [i, { jpeg, mask }] of taken.entries()) {
    const grey = sharp(
      mask.map((on) => 255 * on),
      { raw: { width: SIDE, height: SIDE, channels: 1 } },
    );
    await writeFiles(folder, {
      [`images/${paths[i]}.jpg`]: jpeg,
      [`segmentations/${paths[i]}.png`]: await grey.png().toBuffer(),
    });
  }
}

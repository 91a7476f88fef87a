/** Pictures of one or two of three shapes, as Pascal VOC lays out what is of several classes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { VOC_HEIGHT, VOC_WIDTH, vocXml } from '../datasets/formats/voc/voc.fixture.ts';
import type { VocFixtureObject } from '../datasets/formats/voc/voc.fixture.ts';
import { hashSeed, Random } from '../numeric/random.ts';

const SHAPES = ['bar', 'disc', 'frame'] as const;
/** Half the side of the box of each. */
const REACH = 6;

function isInside(shape: (typeof SHAPES)[number], dx: number, dy: number): boolean {
  const [x, y] = [Math.abs(dx), Math.abs(dy)];
  if (shape === 'bar') return x <= 2 && y <= REACH;
  if (shape === 'disc') return x * x + y * y <= REACH * REACH;
  return Math.max(x, y) <= REACH && Math.max(x, y) >= REACH - 2;
}

/**
 * Writes `VOC2012` below `root`: pictures `p000`, ... of one shape (even) or two (odd). In every fifth picture of two the
 * second is difficult, so that it is not known whether the picture shows it.
 */
export async function writeSeveralShapes(root: string, counts = { train: 30, val: 8, test: 12 }): Promise<void> {
  const folder = join(root, 'VOCdevkit', 'VOC2012');
  for (const part of ['JPEGImages', 'Annotations', 'ImageSets/Main']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  let next = 0;
  for (const [split, count] of Object.entries(counts)) {
    const names = Array.from({ length: count }, (_, i) => `p${String(next + i).padStart(3, '0')}`);
    await writeFile(join(folder, 'ImageSets', 'Main', `${split}.txt`), names.map((name) => `${name}\n`).join(''));
    for (const [i, name] of names.entries()) await writePicture(folder, name, next + i);
    next += count;
  }
}

async function writePicture(folder: string, name: string, i: number): Promise<void> {
  const random = new Random(hashSeed('several shapes', i));
  const shapes = (i % 2 === 0 ? [i % 3] : [i % 3, (i + 1) % 3]).map((shape) => SHAPES[shape]);
  const centres = shapes.map((_, k) => ({ x: 9 + 20 * k + random.integer(3), y: 9 + random.integer(12) }));
  const pixels = new Uint8Array(VOC_WIDTH * VOC_HEIGHT * 3);
  for (let p = 0; p < VOC_WIDTH * VOC_HEIGHT; p++) {
    const [x, y] = [p % VOC_WIDTH, Math.floor(p / VOC_WIDTH)];
    const inside = shapes.some((shape, k) => isInside(shape, x - centres[k].x, y - centres[k].y));
    for (let c = 0; c < 3; c++) pixels[3 * p + c] = (inside ? 180 : 50) + random.integer(60);
  }
  const objects = shapes.map((shape, k): VocFixtureObject => {
    const { x, y } = centres[k];
    return {
      name: shape,
      difficult: k === 1 && i % 5 === 0,
      box: [x - REACH + 1, y - REACH + 1, x + REACH + 1, y + REACH + 1],
    };
  });
  const picture = sharp(pixels, { raw: { width: VOC_WIDTH, height: VOC_HEIGHT, channels: 3 } });
  await writeFile(join(folder, 'JPEGImages', `${name}.jpg`), await picture.jpeg({ quality: 95 }).toBuffer());
  await writeFile(join(folder, 'Annotations', `${name}.xml`), vocXml(name, objects));
}

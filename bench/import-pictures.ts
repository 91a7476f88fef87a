/** Pictures to measure reading with: all different, as nobody's folder holds one picture a hundred thousand times. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { hashSeed, Random } from '../src-main/numeric/random.ts';

const SAMPLE = resolve(import.meta.dirname, '../resources/sample/train');
const CLASSES = 10;
/** Side of the sample's pictures, pixels. */
const SIZE = 64;
const AT_ONCE = 4;

/** Cuttings of the sample's photographs, turned over, lighter and in other colours: JPEG of 64x64 pixels, about 1.5 kB. */
export async function makePictures(folder: string, first: number, count: number): Promise<void> {
  const originals: Buffer[] = [];
  for (const name of await readdir(SAMPLE)) {
    for (const file of (await readdir(join(SAMPLE, name))).slice(0, 100)) {
      originals.push(
        await sharp(await readFile(join(SAMPLE, name, file)))
          .raw()
          .toBuffer(),
      );
    }
  }
  for (let label = 0; label < CLASSES; label++) await mkdir(join(folder, `class-${label}`), { recursive: true });
  let next = first;
  const worker = async (): Promise<void> => {
    while (next < first + count) {
      const number = next++;
      const original = originals[number % originals.length];
      const path = join(folder, `class-${number % CLASSES}`, `${String(number).padStart(7, '0')}.jpg`);
      await writeFile(path, await variant(original, number));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function variant(original: Buffer, number: number): Promise<Buffer> {
  const chance = new Random(hashSeed('import', number));
  const [width, height] = [24 + chance.integer(36), 24 + chance.integer(36)];
  const image = sharp(original, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .extract({ left: chance.integer(SIZE - width), top: chance.integer(SIZE - height), width, height })
    .resize(SIZE, SIZE, { fit: 'fill' })
    .modulate({ hue: chance.integer(360), brightness: 0.7 + 0.6 * chance.uniform() });
  return (chance.uniform() < 0.5 ? image : image.flop()).jpeg({ quality: 80 }).toBuffer();
}

/** Photographs as cameras write them: JPEG with much detail. */
export async function makePhotographs(
  folder: string,
  count: number,
  [width, height]: readonly [number, number],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const blurred = await sharp({
    create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
    .blur(2)
    .toBuffer({ resolveWithObject: true });
  const bytes = await sharp(blurred.data, { raw: blurred.info }).normalise().jpeg({ quality: 90 }).toBuffer();
  // Each of its own content: a comment behind the end of the picture.
  for (let i = 0; i < count; i++) {
    await writeFile(join(folder, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
  }
}

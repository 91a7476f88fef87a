/** Small data sets that are no folders of classes, of the sample's pictures. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';

const SAMPLE = join(import.meta.dirname, '../../resources/sample/train');

interface Found {
  /** Absolute. */
  readonly path: string;
  readonly className: string;
}

/** `each` pictures of each of the sample's first classes. */
async function samplePictures(classes: number, each: number): Promise<Found[]> {
  const names = (await readdir(SAMPLE)).sort().slice(0, classes);
  const found = await Promise.all(
    names.map(async (className) => {
      const files = (await readdir(join(SAMPLE, className))).sort().slice(0, each);
      return files.map((file) => ({ path: join(SAMPLE, className, file), className }));
    }),
  );
  return found.flat();
}

const number = (i: number): string => String(i + 1).padStart(4, '0');

/** A flat folder `photos` and `survey.csv`, whose columns name the picture, what it shows, and who took it where. */
export async function surveyTable(folder: string, each = 14): Promise<void> {
  await mkdir(join(folder, 'photos'), { recursive: true });
  const lines = ['photo,product,observer,site'];
  for (const [i, { path, className }] of (await samplePictures(4, each)).entries()) {
    await cp(path, join(folder, 'photos', `IMG_${number(i)}.jpg`));
    lines.push(
      `photos/IMG_${number(i)}.jpg,${className},${i % 2 === 0 ? 'Ada' : 'Noor'},${['north', 'south', 'west'][i % 3] ?? ''}`,
    );
  }
  await writeFile(join(folder, 'survey.csv'), `${lines.join('\n')}\n`);
}

/** A flat folder and a table that gives some pictures two classes. */
export async function severalClasses(folder: string, each = 14): Promise<void> {
  await mkdir(join(folder, 'photos'), { recursive: true });
  const lines = ['file,labels'];
  for (const [i, { path, className }] of (await samplePictures(3, each)).entries()) {
    await cp(path, join(folder, 'photos', `IMG_${number(i)}.jpg`));
    lines.push(`photos/IMG_${number(i)}.jpg,${i % 2 === 0 ? `${className};patterned` : className}`);
  }
  await writeFile(join(folder, 'labels.csv'), `${lines.join('\n')}\n`);
}

/** One archive with a folder for each class. @returns its path */
export async function packedPictures(folder: string, each = 14): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, { path, className }] of (await samplePictures(4, each)).entries()) {
    files[`products/${className}/IMG_${number(i)}.jpg`] = await readFile(path);
  }
  const archive = join(folder, 'products.zip');
  await writeFile(archive, zipSync(files, { level: 0 }));
  return archive;
}

/** A small folder of real pictures: some of the sample's, so that a run takes seconds. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const SAMPLE = join(import.meta.dirname, '../../resources/sample');

export interface SmallData {
  /** Where the folder goes. Absolute. */
  readonly folder: string;
  readonly classes?: number;
  /** Pictures of each class. */
  readonly train?: number;
  readonly held?: number;
}

/** Copies pictures with their masks. @returns the names of the classes */
export async function smallPictures({ folder, classes = 3, train = 24, held = 10 }: SmallData): Promise<string[]> {
  const names = (await readdir(join(SAMPLE, 'train'))).sort().slice(0, classes);
  for (const split of ['train', 'val', 'test']) {
    for (const name of names) {
      const files = (await readdir(join(SAMPLE, split, name))).sort().slice(0, split === 'train' ? train : held);
      const target = join(folder, split, name);
      await mkdir(target, { recursive: true });
      for (const file of files) {
        await cp(join(SAMPLE, split, name, file), join(target, file));
        await copyMask(folder, split, name, file);
      }
    }
  }
  return names;
}

async function copyMask(folder: string, split: string, name: string, file: string): Promise<void> {
  const relative = join('masks', split, name, file.replace(/\.\w+$/, '.png'));
  await mkdir(join(folder, relative, '..'), { recursive: true });
  await cp(join(SAMPLE, relative), join(folder, relative)).catch(() => undefined);
}

/** A folder with everything wrong in it that Data knows to name. */
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallPictures } from '../support/pictures.ts';

/** Copies some of the sample's pictures into `folder`, and spoils a few. */
export async function flawedPictures(folder: string): Promise<void> {
  const [first = '', second = ''] = await smallPictures({ folder, classes: 5, train: 40, held: 12 });
  const from = join(folder, 'train', first);
  const names = (await readdir(from)).sort();
  for (const name of ['IMG_0412.jpg', 'IMG_0413.jpg', 'IMG_0687.jpg', 'IMG_0901.jpg']) {
    await writeFile(join(from, name), 'the camera lost power while it stored this');
  }
  // The same picture twice, in two parts, and under two labels.
  for (const name of names.slice(0, 3)) await cp(join(from, name), join(from, `copy of ${name}`));
  for (const name of names.slice(3, 9)) await cp(join(from, name), join(folder, 'test', first, `again-${name}`));
  for (const name of names.slice(9, 11))
    await cp(join(from, name), join(folder, 'train', second, `relabelled-${name}`));
  await writeFile(join(folder, 'train', 'notes.txt'), 'camera 3 was moved in March');
}

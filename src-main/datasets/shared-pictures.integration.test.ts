import { readdir, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { openData } from './open-data.ts';
import { patchworkJpeg, temporaryFolder } from './pictures/pictures.fixture.ts';
import { sharedPictures } from './shared-pictures.ts';

/** How many files of this process are open below a folder. Linux tells it; elsewhere the check is left out. */
async function openFiles(root: string): Promise<number> {
  const numbers = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(root)).length;
}

it('opens an archive once for many readers, closes it when nobody reads, and tries again what failed', async () => {
  const { path: root, remove } = await temporaryFolder();
  const linux = process.platform === 'linux';
  try {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 6; i++) files[`${i % 2 === 0 ? 'cat' : 'dog'}/${i}.jpg`] = await patchworkJpeg(i);
    const archive = join(root, 'a.zip');
    await writeFile(archive, zipSync(files));
    const { dataset } = await openData(archive, { seed: 0 });
    const ids = dataset.samples.map(({ id }) => id);
    const read = (id: string): Promise<Uint8Array> => sharedPictures.use(dataset, (reader) => reader.read(id));
    const all = await Promise.all(ids.map(read));
    expect(all.map((bytes) => bytes.length)).toEqual(ids.map((id) => files[id].length));
    if (linux) expect(await openFiles(root)).toBe(1);
    // What is being read from is not closed.
    let started = (): void => undefined;
    const under = new Promise<void>((resolve) => (started = resolve));
    let go = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    const slow = sharedPictures.use(dataset, async (reader) => {
      started();
      await waiting;
      return reader.read(ids[0]);
    });
    await under;
    sharedPictures.closeIdle();
    go();
    expect(await slow).toEqual(all[0]);
    sharedPictures.closeIdle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (linux) expect(await openFiles(root)).toBe(0);
    await rename(archive, `${archive}.away`);
    await expect(read(ids[0])).rejects.toMatchObject({ code: 'not-found' });
    await rename(`${archive}.away`, archive);
    expect(await read(ids[0])).toEqual(all[0]);
    sharedPictures.closeIdle();
  } finally {
    await remove();
  }
});

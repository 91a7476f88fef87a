/** A data set is the same whether it lies in a folder or in an archive, whatever its format; and wherever somebody points at it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownSpools, tarOf, zipOf } from './archives.fixture.ts';
import { writeCifar10 } from '../formats/cifar.fixture.ts';
import { writeCoco } from '../formats/coco.fixture.ts';
import { writeCub } from '../formats/cub.fixture.ts';
import { writeCats } from '../formats/hdf5.fixture.ts';
import { writeIdx } from '../formats/idx.fixture.ts';
import { writeYolo } from '../formats/yolo.fixture.ts';
import { FolderTree } from './file-tree.ts';
import { openData } from '../open-data.ts';
import { decodeUnchanged, openPictures } from '../picture-reader.ts';
import { temporaryFolder, writeClasses } from '../pictures/pictures.fixture.ts';

let root: string;
let remove: () => Promise<void>;
let spools: Awaited<ReturnType<typeof ownSpools>>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  spools = await ownSpools();
});
afterEach(async () => {
  await spools.remove();
  await remove();
});

const birds = (folder: string): Promise<void> =>
  writeCub(
    folder,
    join(folder, 'segmentations'),
    ['001.Black_footed_Albatross', '002.Laysan_Albatross'],
    [1, 2, 1, 2].map((label, i) => ({ label, training: i < 2, box: [2, 3, 10, 8] as const, bird: 200 })),
  );

describe.each<[string, (folder: string) => Promise<void>, string]>([
  ['folder-per-class', (folder) => writeClasses(folder, { cat: 3, dog: 3 }), ''],
  ['coco', (folder) => writeCoco(folder), 'outer'],
  ['yolo', (folder) => writeYolo(folder), 'outer'],
  ['cub', birds, 'CUB_200_2011'],
  ['cifar', writeCifar10, 'cifar-10-batches-bin'],
  ['idx', (folder) => writeIdx(folder, true), ''],
  ['hdf5', writeCats, ''],
])('%s', (format, write, inside) => {
  it.each(['a.zip', 'a.tar', 'a.tgz'])('in %s', async (name) => {
    const folder = join(root, 'plain');
    await mkdir(folder);
    await write(join(folder, inside));
    const paths = await new FolderTree(folder).walk('', []);
    const files = await Promise.all(
      paths.map(async (path, i) => ({
        name: path,
        content: await readFile(join(folder, path)),
        deflated: i % 2 === 0,
      })),
    );
    const tar = await tarOf(files.map(({ name, content }) => ({ name, content })));
    const archive = join(root, name);
    await writeFile(archive, name === 'a.zip' ? zipOf(files) : name === 'a.tar' ? tar : gzipSync(tar));
    const plain = await openData(folder, { seed: 0 });
    const packed = await openData(archive, { seed: 0 });
    expect(plain.dataset.format).toBe(format);
    expect(packed.dataset).toMatchObject({ format, root: archive });
    // Some formats know the folder that they come in; else it is opened.
    expect(join(folder, packed.dataset.inside)).toBe(plain.dataset.root);
    expect(packed.dataset.fingerprint).toBe(plain.dataset.fingerprint);
    expect(packed.dataset.problems).toEqual(plain.dataset.problems);
    const reader = await openPictures(packed.dataset);
    try {
      for (const { id, hash, mask, maskHash } of packed.dataset.samples) {
        expect(await decodeUnchanged(reader, 'picture', id, hash, 8)).toBeInstanceOf(Uint8Array);
        if (mask === null) continue;
        expect(await decodeUnchanged(reader, 'mask', mask, maskHash ?? '', 8)).toBeInstanceOf(Uint8Array);
      }
    } finally {
      await reader.close();
    }
  });
});

it('an annotation in a folder of its own finds the pictures beside that folder', async () => {
  await writeCoco(join(root, 'data'));
  const whole = await openData(join(root, 'data'), { seed: 0 });
  const { dataset } = await openData(join(root, 'data', 'annotations', 'instances_train2017.json'), { seed: 0 });
  expect(dataset).toMatchObject({ format: 'coco', root: join(root, 'data') });
  expect(dataset.focus).toBe('annotations/instances_train2017.json');
  expect(dataset.samples.every(({ id }) => id.startsWith('train2017/'))).toBe(true);
  const ids = new Set(whole.dataset.samples.map(({ id }) => id));
  expect(dataset.samples.every(({ id }) => ids.has(id))).toBe(true);
});

import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderTree } from './file-tree.ts';
import { openDataset } from '../open-data.ts';
import { temporaryFolder, writeClasses, writeFiles } from '../pictures/pictures.fixture.ts';
import { stampFiles } from './stamps.ts';

it('says of many files what is said of each, and stops when it is told to', async () => {
  const { path: root, remove } = await temporaryFolder();
  try {
    const names = Array.from({ length: 450 }, (_, i) => `a/${i}.txt`);
    await writeFiles(root, Object.fromEntries(names.map((name, i) => [name, 'x'.repeat(i)])));
    await mkdir(join(root, 'folder.jpg'));
    await symlink(join(root, 'nowhere'), join(root, 'dead.jpg'));
    const all = [...names, 'folder.jpg', 'dead.jpg', 'missing.jpg'];
    const tree = new FolderTree(root);
    const stamps = await stampFiles(root, all);
    expect(stamps).toEqual(await Promise.all(all.map((name) => tree.stamp(name))));
    expect([stamps[449]?.size, stamps.slice(450)]).toEqual([449, [null, null, null]]);
    await expect(stampFiles(root, all, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  } finally {
    await remove();
  }
});

it('tells how many names were found, and stops while listing', async () => {
  const { path: root, remove } = await temporaryFolder();
  try {
    await writeClasses(root, { a: 3, b: 3 });
    await writeFiles(root, Object.fromEntries(Array.from({ length: 2400 }, (_, i) => [`a/${i % 2}/${i}.txt`, ''])));
    const names: number[] = [];
    const control = new AbortController();
    const onProgress = (done: number, total: number | null): void => {
      if (total !== null) throw new Error('Nothing should have been read.');
      names.push(done);
      control.abort();
    };
    const opening = openDataset(root, { seed: 0, signal: control.signal, onProgress });
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    expect(names).toHaveLength(1);
    expect(names[0]).toBeGreaterThanOrEqual(1000);
  } finally {
    await remove();
  }
});

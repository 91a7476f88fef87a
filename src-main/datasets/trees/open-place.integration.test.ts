import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextPlace, openPlace } from './open-place.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

describe('a named file is looked for from one folder higher', () => {
  it('where its folder lies in that of a data set', async () => {
    await writeFiles(root, { 'annotations/all.json': '{}', 'images/readme.txt': '' });
    const higher = await nextPlace(await openPlace(join(root, 'annotations/all.json')), 1);
    expect(higher?.place.tree.root).toBe(root);
    expect(higher?.place.focus).toBe('annotations/all.json');
    expect(higher && (await nextPlace(higher, 2))).toBeNull();
  });

  it('but not in a folder that holds all sorts of things, which no format should walk over', async () => {
    await writeFiles(root, { 'annotations/all.json': '{}' });
    await writeFiles(root, Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`thing ${i}/x.txt`, ''])));
    expect(await nextPlace(await openPlace(join(root, 'annotations/all.json')), 1)).toBeNull();
  });

  it('nor in the temporary folder', async () => {
    await writeFiles(root, { 'all.json': '{}' });
    expect(await nextPlace(await openPlace(join(root, 'all.json')), 1)).toBeNull();
  });
});

import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder, writeShapes } from '../../jobs/tiny-study.fixture.ts';
import { attackedPictureFile, runFolder } from '../../workspace/study-layout.ts';
import { createStudyFrom } from '../create-study.ts';
import { deleteRun } from './delete-run.ts';
import { listFolders } from './folder-browser.ts';
import { namesIn } from './folder-names.ts';
import type * as Names from './folder-names.ts';
import { recognise } from './recognise.ts';
import { hasSampleStudy, placeForSample } from './sample-study.ts';
import { testApplication } from './application.fixture.ts';
import { beginning } from '../../workspace/records.fixture.ts';
import { createRun, lockRun } from '../../workspace/run.ts';
import { openStudyForWriting } from '../../workspace/study.ts';

// The real one, which tells what it was asked for.
vi.mock('./folder-names.ts', async (original) => {
  const real = await original<typeof Names>();
  return { ...real, namesIn: vi.fn(real.namesIn) };
});

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let study: string;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  study = join(root.path, 'resources', 'sample-study');
  await writeShapes(data, 6);
  await createStudyFrom(study, { data });
});
afterAll(() => root.remove());

describe('the folder browser', () => {
  it('lists folders by name as a person counts, without what is hidden or leads in circles', async () => {
    const top = join(root.path, 'browse');
    for (const name of ['run 10', 'run 9', '.hidden', 'Run 1']) await mkdir(join(top, name), { recursive: true });
    await symlink(top, join(top, 'circle'));
    await symlink(root.path, join(top, 'above'));
    await symlink(study, join(top, 'a study'));
    await symlink(join(top, 'gone'), join(top, 'dead'));
    for (const name of ['a.jpg', 'b.PNG', 'c.txt', '.d.jpg', 'e 10.ZIP', 'e 9.csv', 'x-idx1-ubyte.gz'])
      await writeFile(join(top, name), '');
    const { entries, trail, pictures, more, places, files } = await listFolders(top, [
      { name: 'Mine', path: root.path },
    ]);
    expect(entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      ...['study a study', 'folder Run 1', 'folder run 9', 'folder run 10'],
    ]);
    expect([pictures, more]).toEqual([2, false]);
    expect(files.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'file e 9.csv',
      'file e 10.ZIP',
      'file x-idx1-ubyte.gz',
    ]);
    expect(trail.at(-1)).toEqual({ name: 'browse', path: top });
    expect(trail[0]?.name).toMatch(/^(\/|[A-Z]:\\)$/);
    expect(places).toContainEqual({ name: 'Mine', path: root.path });
    expect(places.some(({ name }) => name === 'Home')).toBe(true);
    expect((await listFolders(null, [])).trail.length).toBeGreaterThan(0);
  });

  it('lists at most 2,000, and says in a sentence what cannot be read', async () => {
    const many = join(root.path, 'many');
    await mkdir(many);
    for (let i = 0; i < 2_003; i++) await mkdir(join(many, String(i)));
    const { entries, more } = await listFolders(many, []);
    expect([entries.length, more, entries.at(-1)?.name]).toEqual([2_000, true, '1999']);
    await expect(listFolders(join(many, 'x'), [])).rejects.toMatchObject({ code: 'not-found' });
    const closed = join(root.path, 'closed');
    await mkdir(closed);
    await chmod(closed, 0);
    // The superuser may read everything.
    if (process.getuid?.() === 0) return;
    await expect(listFolders(closed, [])).rejects.toMatchObject({ code: 'data-unreadable' });
  });
});

describe('what a path is', () => {
  it.each([
    ['resources/sample-study', 'study', 'resources/sample-study'],
    ['resources/sample-study/study.json', 'study', 'resources/sample-study'],
    ['data', 'pictures', 'data'],
    ['data/bar', 'pictures', 'data/bar'],
    ['data/bar/0.png', 'nothing', 'data/bar/0.png'],
    ['split', 'pictures', 'split'],
    ['deep', 'pictures', 'deep'],
    ['deeper', 'nothing', 'deeper'],
    ['VOCdevkit', 'pictures', 'VOCdevkit'],
    ['cifar', 'pictures', 'cifar'],
    ['notes.zip', 'nothing', 'notes.zip'],
    ['cats.tar.gz', 'pictures', 'cats.tar.gz'],
    ['cats.7z', 'nothing', 'cats.7z'],
    ['labels.csv', 'pictures', 'labels.csv'],
    ['photos.json', 'pictures', 'photos.json'],
    ['letter.docx', 'nothing', 'letter.docx'],
    ['arrays', 'pictures', 'arrays'],
    ['code', 'nothing', 'code'],
    ['packed', 'nothing', 'packed'],
    ['nowhere', 'nothing', 'nowhere'],
  ])('%s is %s', async (path, kind, found) => {
    await mkdir(join(root.path, 'split', 'train', 'cat'), { recursive: true });
    await writeFile(join(root.path, 'split', 'train', 'cat', '1.jpg'), '');
    await mkdir(join(root.path, 'deep', 'a', 'b', 'c'), { recursive: true });
    await writeFile(join(root.path, 'deep', 'a', 'b', 'c', '1.jpg'), '');
    await mkdir(join(root.path, 'deeper', 'a', 'b', 'c', 'd', 'e'), { recursive: true });
    await writeFile(join(root.path, 'deeper', 'a', 'b', 'c', 'd', 'e', '1.jpg'), '');
    await writeFile(join(root.path, 'notes.zip'), '');
    for (const name of ['cats.tar.gz', 'cats.7z', 'labels.csv', 'photos.json', 'letter.docx']) {
      await writeFile(join(root.path, name), 'x');
    }
    for (const name of [
      ...['arrays/data_batch_1.bin', 'code/package.json', 'code/build/firmware.bin', 'packed/data.zip'],
      ...['VOCdevkit/VOC2007/JPEGImages/000005.jpg', 'cifar/cifar-10-batches-bin/data_batch_1.bin'],
    ]) {
      await mkdir(join(root.path, name, '..'), { recursive: true });
      await writeFile(join(root.path, name), 'x');
    }
    const recognised = await recognise(join(root.path, path));
    expect(recognised).toMatchObject({ kind, path: join(root.path, found) });
    expect(recognised.sentence.length).toBeGreaterThan(10);
  });

  it('is told by a few names of a folder of very many pictures', async () => {
    const large = join(root.path, 'large');
    await mkdir(large);
    for (let i = 0; i < 3_000; i++) await writeFile(join(large, `${i}.jpg`), '');
    vi.mocked(namesIn).mockClear();
    expect((await recognise(large)).kind).toBe('pictures');
    expect(namesIn).toHaveBeenCalledTimes(1);
    const [read] = vi.mocked(namesIn).mock.settledResults;
    expect(read?.value).toMatchObject({ files: { length: 300 }, more: true });
  });
});

describe('the sample study', () => {
  it('goes to the next free name, and is found again', async () => {
    const resources = join(root.path, 'resources');
    const studies = join(root.path, 'studies');
    expect(await hasSampleStudy(resources)).toBe(true);
    expect(await hasSampleStudy(root.path)).toBe(false);
    expect(await placeForSample(resources, studies)).toEqual({ folder: join(studies, 'Sample study'), copied: false });
    await createStudyFrom(join(studies, 'Sample study'), { data });
    expect(await placeForSample(resources, studies)).toEqual({
      folder: join(studies, 'Sample study 2'),
      copied: false,
    });
    await symlink(study, join(studies, 'Sample study 2'));
    expect(await placeForSample(resources, studies)).toEqual({ folder: join(studies, 'Sample study 2'), copied: true });
    await expect(placeForSample(root.path, studies)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a run', () => {
  it('is deleted with all it computed, unless somebody works on it', async () => {
    const run = await createRun(study, beginning);
    const explained = attackedPictureFile(study, run.id, 0, 0);
    await mkdir(join(explained, '..'), { recursive: true });
    await writeFile(explained, '');
    const locked = await lockRun(study, run.id);
    await expect(deleteRun(study, run.id)).rejects.toMatchObject({ code: 'study-locked' });
    locked.release();
    const writing = await openStudyForWriting(study);
    await expect(deleteRun(study, run.id)).rejects.toMatchObject({ code: 'study-locked' });
    writing.lock.release();
    await deleteRun(study, run.id);
    expect(await readdir(join(study, 'runs'))).toEqual([]);
    expect(await readdir(join(study, 'cache', 'explained'))).toEqual([]);
    await expect(deleteRun(study, run.id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(readdir(runFolder(study, run.id))).rejects.toThrow('ENOENT');
  });
});

describe('showing a file', () => {
  it('shows pictures of the data set, and nothing outside it', async () => {
    const shown: string[] = [];
    const shell = {
      ...{
        mode: 'desktop' as const,
        pickFolder: async () => null,
        save: async () => null,
        printPdf: async () => undefined,
      },
      reveal: async (path: string) => void shown.push(path),
    };
    const desktop = await testApplication({ shell });
    await expect(desktop.call('folders.reveal', { what: 'study' })).rejects.toMatchObject({ code: 'not-found' });
    desktop.library.root = data;
    await desktop.call('study.open', { folder: '/studies/one' });
    await desktop.call('folders.reveal', { what: 'sample', id: 'bar/0.png' });
    await desktop.call('folders.reveal', { what: 'sample', id: 'bar/0.png#17' });
    for (const id of ['', '..', '../resources/sample-study/study.json', study, 'bar/none.png', 'bar/\0']) {
      await expect(desktop.call('folders.reveal', { what: 'sample', id })).rejects.toMatchObject({ code: 'not-found' });
    }
    await desktop.call('folders.reveal', { what: 'log' });
    expect(shown).toEqual([join(data, 'bar/0.png'), join(data, 'bar/0.png'), join(desktop.folder, 'data', 'logs')]);
    await desktop.close();
  });
});

import { mkdir, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import { ownSpools, tarOf, zipOf } from './archives.fixture.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from './file-tree.ts';
import { openData } from '../open-data.ts';
import { openTree } from './open-tree.ts';
import { openPictures } from '../picture-reader.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';

let root: string;
let remove: () => Promise<void>;
let tree: FileTree | null = null;
let spools: Awaited<ReturnType<typeof ownSpools>>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  spools = await ownSpools();
});
afterEach(async () => {
  await tree?.close();
  tree = null;
  await spools.remove();
  await remove();
});

async function treeOf(name: string, bytes: Uint8Array): Promise<FileTree> {
  await tree?.close();
  await writeFile(join(root, name), bytes);
  tree = await openTree(join(root, name));
  return tree;
}
const text = async (path: string): Promise<string> => Buffer.from((await tree?.read(path)) ?? []).toString();
const sentenceOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof SteadygazeError ? error.message : `not for a person: ${String(error)}`),
  );
const streamed = async (path: string): Promise<string> => {
  let all = '';
  for await (const piece of (tree as FileTree).stream(path)) all += String(piece);
  return all;
};
/** Six pictures in two classes. */
async function classes(prefix = ''): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 3; i++) {
    files[`${prefix}cat/${i}.jpg`] = await patchworkJpeg(i);
    files[`${prefix}dog/${i}.jpg`] = await patchworkJpeg(10 + i);
  }
  return files;
}

describe('a ZIP archive', () => {
  it('lists, walks and reads like a folder, stored and deflated', async () => {
    const lines = 'line of a table\n'.repeat(10_000);
    const zip = await treeOf(
      'a.zip',
      zipOf([
        { name: 'b/two.txt', content: 'second' },
        { name: 'b-c/x.txt', content: 'x' },
        { name: 'empty/' },
        { name: 'b/deep/er/one.csv', content: lines, deflated: true },
        { name: '.hidden/x', content: 'x' },
        { name: '__MACOSX/b/._two.txt', content: 'x' },
        { name: './top.txt', content: '' },
      ]),
    );
    expect(zip.kind).toBe('zip');
    expect(await zip.list('')).toEqual({ files: ['top.txt'], folders: ['b', 'b-c', 'empty'] });
    expect(await zip.list('b')).toEqual({ files: ['two.txt'], folders: ['deep'] });
    expect(await zip.list('empty')).toEqual({ files: [], folders: [] });
    await expect(zip.list('nowhere')).rejects.toMatchObject({ code: 'ENOENT' });
    const problems: Problem[] = [];
    expect(await zip.walk('', problems)).toEqual(['b-c/x.txt', 'b/deep/er/one.csv', 'b/two.txt', 'top.txt']);
    expect(await zip.walk('b', problems)).toEqual(['b/deep/er/one.csv', 'b/two.txt']);
    expect(problems).toEqual([]);
    expect(await text('b/two.txt')).toBe('second');
    expect(await text('top.txt')).toBe('');
    expect(await text('b/deep/er/one.csv')).toBe(lines);
    expect(await streamed('b/deep/er/one.csv')).toBe(lines);
    expect(Buffer.from(await zip.readRange('b/two.txt', 2, 99)).toString()).toBe('cond');
    expect(Buffer.from(await zip.readRange('b/deep/er/one.csv', 16, 4)).toString()).toBe('line');
    expect(Buffer.from(await zip.readRange('b/deep/er/one.csv', 159_990, 99)).toString()).toBe('f a table\n');
    expect(await zip.stamp('b/two.txt')).toEqual({ size: 6, mtimeMs: 0xb61f1169 });
    expect(await zip.stamp('b')).toBeNull();
    expect(zip.diskPath('b/two.txt')).toBeNull();
    expect(await sentenceOf(zip.read('b/none'))).toBe('The file is not in the archive.');
  });

  it('is read where its numbers have 64 bits', async () => {
    await treeOf(
      'a.zip',
      zipOf([
        { name: 'a/x', content: 'first' },
        { name: 'a/y', content: 'more', zip64: true, deflated: true },
      ]),
    );
    expect(await text('a/y')).toBe('more');
  });

  it('unpacks a large file once where it is read in the middle', async () => {
    const content = Buffer.alloc(70 * 1024 ** 2);
    content.write('here', 60 * 1024 ** 2);
    const zip = await treeOf('a.zip', zipOf([{ name: 'large.bin', content, deflated: true }]));
    const read = (): Promise<string> =>
      zip.readRange('large.bin', 60 * 1024 ** 2, 4).then((bytes) => Buffer.from(bytes).toString());
    expect(await Promise.all([read(), read(), read()])).toEqual(['here', 'here', 'here']);
    expect(await spools.list()).toHaveLength(1);
    expect(await zip.readRange('large.bin', content.length - 1, 9)).toHaveLength(1);
  });

  it('reports entries that lie nowhere, and writes nothing', async () => {
    // Not beside the temporary folders of others, which come and go.
    await mkdir(join(root, 'own'));
    const zip = await treeOf(
      'own/a.zip',
      zipOf([
        { name: 'a/x.txt', content: 'older' },
        { name: '../evil.txt', content: 'x' },
        { name: 'a\\..\\..\\evil.txt', content: 'x' },
        { name: '/etc/evil', content: 'x' },
        { name: 'C:\\evil', content: 'x' },
        { name: 'a/link', content: '/etc/passwd', mode: 0o120777 },
        { name: 'a/pipe', mode: 0o010644 },
        { name: 'a\\x.txt', content: 'newer' },
        { name: 'a/inner.zip', content: 'x' },
      ]),
    );
    const problems: Problem[] = [];
    expect(await zip.walk('', problems)).toEqual(['a/inner.zip', 'a/x.txt']);
    expect(problems.map(({ file, kind, reason }) => [file, kind, reason.split(' ').slice(0, 4).join(' ')])).toEqual([
      ['../evil.txt', 'ignored', 'The name leads out'],
      ['a/../../evil.txt', 'ignored', 'The name leads out'],
      ['/etc/evil', 'ignored', 'The name is a'],
      ['C:/evil', 'ignored', 'The name is a'],
      ['a/link', 'ignored', 'The entry is a'],
      ['a/pipe', 'ignored', 'The entry is no'],
      ['a/inner.zip', 'ignored', 'An archive inside of'],
      ['a/x.txt', 'ignored', 'The archive holds several'],
    ]);
    expect(await text('a/x.txt')).toBe('newer');
    expect((await readdir(root, { recursive: true })).sort()).toEqual(['own', 'own/a.zip']);
    const ofFolder: Problem[] = [];
    await zip.walk('a', ofFolder);
    expect(ofFolder).toHaveLength(5);
  });

  it('refuses single files that it cannot read, and says why', async () => {
    const zeros = new Uint8Array(200 * 1024 ** 2);
    await treeOf(
      'a.zip',
      zipOf([
        { name: 'good', content: 'good' },
        { name: 'secret', content: 'x', flags: 0x801 },
        { name: 'deflate64', content: 'x', method: 9 },
        { name: 'short', content: 'abc', size: 9, deflated: true },
        { name: 'long', content: 'a'.repeat(5000), size: 9, deflated: true },
        { name: 'other', content: 'abc', crc: 1 },
        { name: 'bomb', content: zeros, deflated: true },
        { name: 'claims', content: 'abc', size: 3 * 1024 ** 3, deflated: true },
      ]),
    );
    expect(await text('good')).toBe('good');
    for (const [name, said] of [
      ['secret', 'protected by a password'],
      ['deflate64', 'packed in a way'],
      ['short', 'shorter than'],
      ['long', 'longer than'],
      ['other', 'checksum'],
      ['bomb', 'made to fill the memory'],
      ['claims', 'larger than 1 GB'],
    ]) {
      expect(await sentenceOf((tree as FileTree).read(name))).toContain(said);
    }
    expect(await sentenceOf(streamed('short'))).toContain('shorter than');
    expect(await sentenceOf(streamed('long'))).toContain('longer than');
    expect(await sentenceOf(streamed('other'))).toContain('checksum');
  });

  it('understands names of old and of careless programs', async () => {
    const zip = await treeOf(
      'a.zip',
      zipOf([
        { name: Buffer.from([0x84, 0x81]), content: 'ä and ü of the first PC', flags: 0 },
        { name: '猫/😀.txt', content: 'not marked as UTF-8', flags: 0 },
        { name: 'Straße/ñ', content: 'marked' },
        { name: `${'long/'.repeat(1000)}x`, content: 'deep' },
      ]),
    );
    expect(await zip.walk('', [])).toEqual(['Straße/ñ', `${'long/'.repeat(1000)}x`, 'äü', '猫/😀.txt']);
    expect(await text('猫/😀.txt')).toBe('not marked as UTF-8');
    expect(await text(`${'long/'.repeat(1000)}x`)).toBe('deep');
  });

  it('is refused where it is none, incomplete, empty or wholly locked', async () => {
    const bytes = zipOf([{ name: 'a', content: 'x', flags: 0x801 }]);
    await writeFiles(root, {
      'text.zip': 'no archive',
      'cut.zip': zipOf([{ name: 'a', content: 'x'.repeat(500) }]).subarray(0, 400),
      'none.zip': zipOf([]),
      'locked.zip': bytes,
      'a.rar': 'Rar!\x1a\x07\x00',
      'photos.7z': 'x',
      'table.csv': 'a,b',
    });
    for (const [name, said] of [
      ['text.zip', 'incomplete or damaged'],
      ['cut.zip', 'incomplete or damaged'],
      ['none.zip', 'holds no files'],
      ['locked.zip', 'protected by a password'],
      ['a.rar', 'cannot be read here (RAR)'],
      ['photos.7z', 'cannot be read here'],
      ['table.csv', 'is a file, not a folder'],
    ]) {
      expect(await sentenceOf(openTree(join(root, name)))).toContain(said);
    }
  });

  it('with a damaged directory gives the files before the damage', async () => {
    const bytes = zipOf([1, 2, 3].map((i) => ({ name: `a/${i}`, content: String(i) })));
    bytes.write('XX', bytes.lastIndexOf('PK\x01\x02'), 'latin1');
    const zip = await treeOf('a.zip', bytes);
    const problems: Problem[] = [];
    expect(await zip.walk('', problems)).toEqual(['a/1', 'a/2']);
    expect(problems).toEqual([expect.objectContaining({ file: 'a.zip', kind: 'unreadable' })]);
  });

  it('of 100,000 files opens fast, though its writer counts to 65,536 only', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 100_000; i++) files[`class ${i % 50}/picture ${i}.jpg`] = Uint8Array.of(i);
    const bytes = zipSync(files, { level: 0 });
    const start = process.cpuUsage();
    const zip = await treeOf('many.zip', bytes);
    expect((await zip.list('')).folders).toHaveLength(50);
    expect(await zip.walk('class 7', [])).toHaveLength(2000);
    expect([...(await zip.read('class 49/picture 99999.jpg'))]).toEqual([99_999 & 255]);
    // Seconds of the processor, not of the clock: others may have it meanwhile.
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(30);
  });
});

describe('a TAR archive', () => {
  const long = `${'folder of a long name/'.repeat(20)}😀.txt`;

  it('lists, walks and reads like a folder', async () => {
    const tar = await treeOf(
      'a.tar',
      await tarOf([
        { name: 'b/', type: 'directory' },
        { name: 'b/two.txt', content: 'second' },
        { name: `./${long}`, content: 'x'.repeat(1000) },
        { name: 'b/link', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'b/hard', type: 'link', linkname: 'b/two.txt' },
        { name: 'b/device', type: 'character-device' },
        { name: '../../evil', content: 'x' },
        { name: 'b/last', content: 'end' },
      ]),
    );
    const problems: Problem[] = [];
    expect(await tar.walk('', problems)).toEqual(['b/last', 'b/two.txt', long]);
    expect(problems.map(({ file }) => file)).toEqual(['b/link', 'b/hard', 'b/device', '../../evil']);
    expect(await text('b/last')).toBe('end');
    expect(await streamed(long)).toBe('x'.repeat(1000));
    expect(Buffer.from(await tar.readRange('b/two.txt', 3, 2)).toString()).toBe('on');
    expect(await tar.readRange('b/two.txt', 30, 2)).toHaveLength(0);
    expect((await tar.stamp('b/last'))?.mtimeMs).toBe((await stat(join(root, 'a.tar'))).mtimeMs);
  });

  it('reads long names and large numbers of GNU tar', async () => {
    const [name, file] = [`${'n'.repeat(200)}.txt`, await tarOf([{ name: 'short', content: 'content' }])];
    const block = Buffer.from(file.subarray(0, 512));
    block.write('././@LongLink\0', 0, 'latin1');
    block.write(`${(205).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    block.write('L', 156, 'latin1');
    const content = Buffer.alloc(512);
    content.write(name);
    // The size of the file as a binary number.
    file.fill(0, 124, 136);
    file[124] = 0x80;
    file[135] = 7;
    for (const header of [block, file]) {
      header.fill(' ', 148, 156);
      const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    }
    const tar = await treeOf('a.tar', Buffer.concat([block, content, file]));
    expect(await tar.walk('', [])).toEqual([name]);
    expect(await text(name)).toBe('content');
  });

  it('gives what lies before the damage, and is refused where it begins with it', async () => {
    const bytes = await tarOf([1, 2, 3].map((i) => ({ name: `a/${i}`, content: String(i) })));
    bytes.write('XX', 1024 + 3, 'latin1');
    const tar = await treeOf('a.tar', bytes);
    const problems: Problem[] = [];
    expect(await tar.walk('', problems)).toEqual(['a/1']);
    expect(problems).toEqual([expect.objectContaining({ file: 'a.tar', kind: 'unreadable' })]);
    await writeFile(join(root, 'b.tar'), 'x'.repeat(2000));
    expect(await sentenceOf(openTree(join(root, 'b.tar')))).toContain('incomplete or damaged');
    await tar.close();
    const cut = (await tarOf([{ name: 'a', content: 'x'.repeat(2000) }])).subarray(0, 1000);
    await treeOf('c.tar', cut);
    expect(await sentenceOf((tree as FileTree).read('a'))).toContain('ends in the middle');
  });

  it('that is packed is unpacked once, and again when it changed', async () => {
    const bytes = gzipSync(await tarOf([{ name: 'a/x', content: 'packed' }]));
    await treeOf('a.tar.gz', bytes);
    expect(await text('a/x')).toBe('packed');
    expect((tree as FileTree).root).toBe(join(root, 'a.tar.gz'));
    await tree?.close();
    const [spool, ...more] = await spools.list();
    expect(more).toEqual([]);
    expect((await stat(spool)).mode & 0o077).toBe(0);
    const inode = (await stat(spool)).ino;
    tree = await openTree(join(root, 'a.tar.gz'));
    expect((await stat(spool)).ino).toBe(inode);
    await tree.close();
    // Eight days without use.
    const long = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await utimes(spool, long, long);
    await treeOf('a.tar.gz', gzipSync(await tarOf([{ name: 'a/x', content: 'another' }])));
    expect(await text('a/x')).toBe('another');
    const kept = await spools.list();
    expect(kept).toHaveLength(1);
    expect(kept).not.toContain(spool);
    await treeOf('no-name', bytes);
    expect(await text('a/x')).toBe('packed');
  });

  it('that is packed and damaged leaves nothing behind', async () => {
    const bytes = gzipSync(
      await tarOf([{ name: 'a/x', content: Buffer.from('no two alike').toString('hex').repeat(9) }]),
    );
    await writeFiles(root, { 'cut.tgz': bytes.subarray(0, bytes.length - 30), 'other.tgz': 'x'.repeat(100) });
    // Highly regular: 2 GB in 2 MB.
    const mega = gzipSync(Buffer.alloc(64 * 1024 ** 2));
    await writeFile(join(root, 'bomb.tgz'), Buffer.concat(Array.from({ length: 32 }, () => mega)));
    expect(await sentenceOf(openTree(join(root, 'cut.tgz')))).toContain('incomplete or damaged');
    expect(await sentenceOf(openTree(join(root, 'other.tgz')))).toContain('is a file, not a folder');
    expect(await sentenceOf(openTree(join(root, 'bomb.tgz')))).toContain('far more than it should');
    expect(await spools.list()).toEqual([]);
  });
});

describe('openData of an archive', () => {
  it('gives the same data set as of the folder, under a single folder too', async () => {
    const files = await classes();
    await writeFiles(join(root, 'plain', 'data'), files);
    await writeFile(join(root, 'a.zip'), zipSync(files));
    const entries = Object.entries(await classes('outer/inner/')).map(([name, content]) => ({ name, content }));
    await writeFile(
      join(root, 'b.tgz'),
      gzipSync(await tarOf([...entries, { name: 'outer/README.md', content: 'x' }])),
    );
    const folder = await openData(join(root, 'plain'), { seed: 1 });
    expect(folder.dataset.root).toBe(join(root, 'plain', 'data'));
    expect(folder.dataset.samples).toHaveLength(6);
    const zip = await openData(join(root, 'a.zip'), { seed: 1 });
    const tar = await openData(join(root, 'b.tgz'), { seed: 1 });
    expect(zip.dataset.fingerprint).toBe(folder.dataset.fingerprint);
    expect(tar.dataset.fingerprint).toBe(folder.dataset.fingerprint);
    expect(zip.sentence).toContain('"a.zip"');
    expect(tar.dataset).toMatchObject({ root: join(root, 'b.tgz'), inside: 'outer/inner', focus: null });
    const reader = await openPictures(tar.dataset);
    expect(Buffer.from(await reader.read('cat/1.jpg'))).toEqual(files['cat/1.jpg']);
    await reader.close();
  });

  it('tells of what was left out', async () => {
    const files = Object.entries(await classes('x/')).map(([name, content]) => ({ name, content }));
    await writeFile(
      join(root, 'a.zip'),
      zipOf([
        ...files,
        { name: '../out.jpg', content: 'x' },
        { name: 'x/cat/link.jpg', content: '1.jpg', mode: 0o120777 },
        { name: 'x/cat/locked.jpg', content: 'x', flags: 0x801 },
      ]),
    );
    const { dataset } = await openData(join(root, 'a.zip'), { seed: 1 });
    const problems = dataset.problems.filter(({ kind }) => kind === 'ignored' || kind === 'unreadable');
    expect(problems.map(({ file, kind }) => [file, kind])).toEqual([
      ['cat/link.jpg', 'ignored'],
      ['../out.jpg', 'ignored'],
      ['cat/locked.jpg', 'unreadable'],
    ]);
  });

  it('says that a lonely archive can be chosen', async () => {
    await writeFiles(root, { 'a/data.zip': zipSync(await classes()), 'a/README': 'x', 'b/x.rar': 'x' });
    await writeFile(join(root, 'nested.zip'), zipOf([{ name: 'inner.zip', content: 'x' }]));
    const hint = (path: string): Promise<unknown> =>
      openData(join(root, path), { seed: 1 }).catch((error: unknown) => (error as SteadygazeError).hint);
    expect(await hint('a')).toBe('Choose the archive itself, "data.zip": it is read as it is.');
    expect(await hint('b')).toContain('Unpack it first');
    expect(await hint('nested.zip')).toContain('Unpack it first');
  });

  it('reads a picture anew when the archive is cut while it is open', async () => {
    await treeOf('a.zip', zipOf([{ name: 'a', content: 'x'.repeat(5000) }]));
    await truncate(join(root, 'a.zip'), 1000);
    expect(await sentenceOf((tree as FileTree).read('a'))).toContain('ends in the middle');
    expect(await readFile(join(root, 'a.zip'))).toHaveLength(1000);
  });
});

/** Archives that are broken by chance, or made to break programs: refused or read, never more. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import { ownSpools, tarOf, zipOf } from './archives.fixture.ts';
import type { Problem } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { openTree } from './open-tree.ts';
import { patchworkJpeg, temporaryFolder } from '../pictures/pictures.fixture.ts';

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

/** Opens, lists and reads everything in every way. @throws whatever is no sentence for a person */
async function readAll(path: string): Promise<{ read: number; refused: number }> {
  const counts = { read: 0, refused: 0 };
  const sentence = (error: unknown): void => {
    if (!(error instanceof SteadygazeError)) throw error;
    expect(error.message).toMatch(/\.$/);
    counts.refused++;
  };
  const tree = await openTree(path).catch((error: unknown) => (sentence(error), null));
  if (tree === null) return counts;
  try {
    const problems: Problem[] = [];
    for (const file of await tree.walk('', problems)) {
      expect(file.startsWith('/') || file.split('/').includes('..')).toBe(false);
      const bytes = await tree.read(file).catch(sentence);
      if (bytes instanceof Uint8Array) counts.read++;
      await tree.readRange(file, 3, 5).catch(sentence);
      const streaming = (async () => {
        for await (const piece of tree.stream(file)) void piece;
      })();
      await streaming.catch(sentence);
    }
    for (const { reason } of problems) expect(reason).toMatch(/\.$/);
  } finally {
    await tree.close();
  }
  return counts;
}

it('with flipped bits, or cut, are read as far as they hold', async () => {
  const files: { name: string; content: Buffer; deflated: boolean }[] = [];
  for (let i = 0; i < 4; i++)
    files.push({ name: `a/${i}.jpg`, content: await patchworkJpeg(i), deflated: i % 2 === 0 });
  const tar = await tarOf(files.map(({ name, content }) => ({ name: name.repeat(30), content })));
  const originals = { 'a.zip': zipOf(files), 'a.tar': tar, 'a.tgz': gzipSync(tar) };
  const random = xoroshiro128plus(8);
  for (const [name, original] of Object.entries(originals)) {
    const path = join(root, name);
    await writeFile(path, original);
    expect(await readAll(path)).toEqual({ read: 4, refused: 0 });
    let [read, refused] = [0, 0];
    for (let round = 0; round < (name === 'a.tgz' ? 40 : 150); round++) {
      const bytes = Buffer.from(original);
      // Half of them in the headers, where a bit means most.
      const from = round % 4 < 2 ? 0 : name === 'a.zip' ? bytes.length - 300 : 0;
      const to = round % 4 === 1 ? Math.min(bytes.length, 1024) : bytes.length;
      for (let flips = 0; flips <= round % 3; flips++) {
        bytes[uniformInt(random, from, to - 1)] ^= 1 << uniformInt(random, 0, 7);
      }
      const length = round % 5 === 0 ? uniformInt(random, 0, bytes.length) : bytes.length;
      await writeFile(path, bytes.subarray(0, length));
      const counts = await readAll(path);
      read += counts.read;
      refused += counts.refused;
    }
    // Neither is everything read nor everything refused; a packed archive has one checksum over all.
    expect(refused).toBeGreaterThan(0);
    if (name !== 'a.tgz') expect(read).toBeGreaterThan(0);
  }
  expect(await readdir(root)).toEqual(Object.keys(originals).sort());
});

it('cannot make the reader set aside more memory than they have bytes', async () => {
  const one = zipOf([{ name: 'a', content: 'x'.repeat(100), deflated: true }]);
  const entry = one.indexOf('PK\x01\x02', 'latin1');
  const claims = Buffer.from(one);
  claims.writeUInt32LE(0xfffffff0, entry + 20); // packed bytes
  await writeFile(join(root, 'packed.zip'), claims);
  const tar = await tarOf([{ name: 'a', content: 'x' }]);
  tar.write('77777777777\0', 124, 'latin1'); // 8 GB
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  await writeFile(join(root, 'large.tar'), tar);
  // What is set aside and never written to shows nowhere else.
  const allocate = vi.spyOn(Buffer, 'allocUnsafe');
  expect(await readAll(join(root, 'packed.zip'))).toMatchObject({ read: 0 });
  expect(await readAll(join(root, 'large.tar'))).toMatchObject({ read: 0 });
  expect(Math.max(...allocate.mock.calls.map(([size]) => size))).toBeLessThan(2e6);
  allocate.mockRestore();
});

it('that hold a bomb, or many, are read around it', async () => {
  const files = [];
  for (const name of ['cat', 'dog']) {
    for (let i = 0; i < 3; i++) files.push({ name: `${name}/${i}.jpg`, content: await patchworkJpeg(files.length) });
  }
  const zeros = Buffer.alloc(96 * 1024 ** 2);
  const bombs = [1, 2].map((i) => ({ name: `cat/bomb${i}.png`, content: zeros, deflated: true }));
  await writeFile(join(root, 'a.zip'), zipOf([...files, ...bombs]));
  const before = process.memoryUsage().rss;
  const { dataset } = await openData(join(root, 'a.zip'), { seed: 0 });
  expect(dataset.samples).toHaveLength(6);
  const refused = dataset.problems.filter(({ file }) => file.includes('bomb'));
  expect(refused.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable']);
  expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
});

it('write nothing anywhere, whatever their names say', async () => {
  const beside = await readdir(join(root, '..'));
  const names = [
    '../evil.txt',
    '/tmp/evil-of-steadygaze.txt',
    'a/../../evil.txt',
    '..\\evil.txt',
    'C:\\evil.txt',
    'a/..',
  ];
  const entries = names.map((name) => ({ name, content: 'x' }));
  await writeFile(join(root, 'a.zip'), zipOf([{ name: 'a/good', content: 'x' }, ...entries]));
  await writeFile(join(root, 'a.tar'), await tarOf([{ name: 'a/good', content: 'x' }, ...entries]));
  await writeFile(join(root, 'a.tgz'), gzipSync(await tarOf([{ name: 'a/good', content: 'x' }, ...entries])));
  for (const name of ['a.zip', 'a.tar', 'a.tgz']) {
    const tree = await openTree(join(root, name));
    expect(await tree.walk('', [])).toEqual(['a/good']);
    for (const path of names) await expect(tree.read(path)).rejects.toThrow(SteadygazeError);
    await tree.close();
  }
  expect(await readdir(root)).toEqual(['a.tar', 'a.tgz', 'a.zip']);
  expect((await readdir(join(root, '..'))).filter((name) => name.includes('evil'))).toEqual(
    beside.filter((name) => name.includes('evil')),
  );
  expect(
    await readdir('/tmp').then(
      (all) => all.filter((name) => name.includes('evil-of')),
      () => [],
    ),
  ).toEqual([]);
});

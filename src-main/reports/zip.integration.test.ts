import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeZip } from './zip.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-zip-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('holds what was put into it, by any name, with its sums', async () => {
  const path = join(root, 'all.zip');
  const large = new TextEncoder().encode('look here, '.repeat(100_000));
  const files: Readonly<Record<string, Uint8Array>> = {
    'report.html': large,
    'pictures/Käse & "Brot"/01.png': Uint8Array.from([1, 2, 3]),
    'empty.csv': new Uint8Array(),
  };
  await writeZip(path, async (add) => {
    for (const [name, bytes] of Object.entries(files)) await add(name, bytes);
  });
  const opened = unzipSync(await readFile(path));
  expect(Object.keys(opened)).toEqual([...Object.keys(files), 'SHA256SUMS']);
  for (const [name, bytes] of Object.entries(files)) expect(Buffer.compare(opened[name], bytes)).toBe(0);
  const sums = strFromU8(opened['SHA256SUMS']).trimEnd().split('\n');
  expect(sums).toEqual(
    Object.entries(files).map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}`),
  );
  // What text repeats is packed; 1.1 MB become a few thousand bytes.
  expect((await readFile(path)).length).toBeLessThan(20_000);
});

it('is read by others than ourselves', async () => {
  const path = join(root, 'other.zip');
  await writeZip(path, (add) => add('a/b.txt', 'seen'), { modified: new Date('2026-01-31T12:00:00Z') });
  const script = 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist())';
  let names: string;
  try {
    names = execFileSync('python3', ['-c', script, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  expect(names.trim()).toBe("['a/b.txt', 'SHA256SUMS']");
});

it('leaves nothing behind when it is cancelled or fails on the way', async () => {
  const folder = await mkdtemp(join(root, 'half-'));
  const stop = new AbortController();
  const cancelled = writeZip(
    join(folder, 'half.zip'),
    async (add) => {
      await add('first.txt', 'done');
      stop.abort();
      await add('second.txt', 'never');
    },
    { signal: stop.signal },
  );
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  const failed = writeZip(join(folder, 'half.zip'), async (add) => {
    await add('first.txt', 'done');
    throw new Error('no such picture');
  });
  await expect(failed).rejects.toThrow('no such picture');
  expect(await readdir(folder)).toEqual([]);
});

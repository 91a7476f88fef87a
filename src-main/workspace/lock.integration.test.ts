import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { acquireLock, lockHolder } from './lock.ts';
import { thisProcess } from './lock-owner.ts';
import type { LockOwner } from './lock-owner.ts';

const MODULE = JSON.stringify(new URL('./lock.ts', import.meta.url).href);
const onLinux = process.platform === 'linux';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Another Node process that runs `code` with `acquireLock` and `path` at hand. */
function another(code: string): ChildProcessByStdio<null, Readable, null> {
  const program = `import { acquireLock } from ${MODULE}; const path = ${JSON.stringify(path)}; ${code}`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const HOLD = `await acquireLock(path, { what: 'it' }); console.log('held'); setInterval(() => {}, 1000);`;

/** A lock file as a process left it. */
async function leave(changes: Partial<LockOwner>): Promise<void> {
  await writeFile(path, JSON.stringify({ ...thisProcess(), ...changes }));
}

const take = () => acquireLock(path, { what: 'this study' });

describe('a lock', () => {
  it('keeps others out until it is released, and leaves nothing behind', async () => {
    const lock = await take();
    expect(lock.isHeld()).toBe(true);
    expect((await lockHolder(path))?.pid).toBe(process.pid);
    await expect(take()).rejects.toMatchObject({
      code: 'study-locked',
      message: `Another Steadygaze process (process ${process.pid}) is working on this study.`,
    });
    lock.release();
    lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    (await take()).release();
  });

  it('can be waited for', async () => {
    const lock = await take();
    setTimeout(() => lock.release(), 150);
    (await acquireLock(path, { what: 'it', wait: 600_000 })).release();
  });

  it('does not delete the lock of a successor', async () => {
    const lock = await take();
    await leave({ token: 'of another' });
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(await readFile(path, 'utf8')).toContain('of another');
  });

  it('is released when its process ends, and taken over when it was killed', async () => {
    const ending = another(`await acquireLock(path, { what: 'it' }); process.exit(0);`);
    await once(ending, 'exit');
    expect(await readdir(folder)).toEqual([]);

    const child = another(HOLD);
    await once(child.stdout, 'data');
    await expect(take()).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await lockHolder(path)).toBeNull();
    const lock = await take();
    expect(await readdir(folder)).toEqual(['lock']);
    lock.release();
  });
});

describe('a stale lock', () => {
  it.runIf(onLinux)('is one whose process number belongs to a later process', async () => {
    await leave({ start: '1' });
    (await take()).release();
  });

  it('of another computer is respected until it has been silent for a minute', async () => {
    await leave({ machine: 'elsewhere', host: 'elsewhere' });
    await expect(take()).rejects.toThrow('on the computer "elsewhere"');
    const old = new Date(Date.now() - 70_000);
    await utimes(path, old, old);
    (await take()).release();
  });

  it('may be an empty or torn file, once it is old', async () => {
    await writeFile(path, '{"form');
    await expect(take()).rejects.toBeInstanceOf(SteadygazeError);
    const old = new Date(Date.now() - 70_000);
    await utimes(path, old, old);
    (await take()).release();
  });

  it.runIf(onLinux)('is taken over by exactly one of many, also where a taker had died in the act', async () => {
    for (let repeat = 0; repeat < 25; repeat++) {
      await leave({ start: '1', token: `a${repeat}` });
      if (repeat % 2 === 1) await writeFile(`${path}~`, JSON.stringify({ ...thisProcess(), start: '1' }));
      const tries = await Promise.allSettled(Array.from({ length: 6 }, take));
      const won = tries.filter((each) => each.status === 'fulfilled');
      expect(won).toHaveLength(1);
      for (const each of tries)
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'study-locked' });
      won[0].value.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });
});

describe('several processes', () => {
  it('are never inside at the same time, although some are killed there', async () => {
    const log = join(folder, 'log');
    // Everyone says when it enters and leaves; some die inside without a word more than that.
    const work = (number: number) => `
      import { appendFileSync } from 'node:fs';
      const log = (word) => appendFileSync(${JSON.stringify(log)}, word + ' ${number}\\n');
      for (let turn = 0; turn < 6; turn++) {
        const lock = await acquireLock(path, { what: 'it', wait: 600_000 });
        log('enter');
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (turn === 3 && ${number} % 2 === 0) { log('leave'); process.kill(process.pid, 'SIGKILL'); }
        log('leave');
        lock.release();
      }`;
    const children = [0, 1, 2, 3, 4].map((number) => another(work(number)));
    await Promise.all(children.map((child) => once(child, 'exit')));
    const words = (await readFile(log, 'utf8')).trim().split('\n');
    expect(words).toHaveLength(2 * (3 * 4 + 2 * 6));
    for (let i = 0; i < words.length; i += 2) {
      expect(words[i]).toMatch(/^enter/);
      expect(words[i + 1]).toBe(words[i].replace('enter', 'leave'));
    }
    expect(await lockHolder(path)).toBeNull();
  });
});

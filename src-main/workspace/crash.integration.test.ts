/** A writer is killed at any moment, a disk is full: the study opens, and a good checkpoint is found. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toErrorValue } from '../contract/errors.ts';
import { removeLeftovers, writeFileAtomic } from './atomic-file.ts';
import { loadNewestSnapshot, saveSnapshot } from './checkpoints.ts';
import { readEvents } from './events.ts';
import { beginning, exampleDataset, exampleSnapshot, settings } from './records.fixture.ts';
import { readRoundTable } from './round-tables.ts';
import { createRun, lockRun, readRun, updateRun } from './run.ts';
import { createStudy, openStudy, openStudyForWriting } from './study.ts';
import { runFolder } from './study-layout.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'steadygaze-crash-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('writing a file', () => {
  it('replaces it whole, and when that fails leaves it and nothing else', async () => {
    await writeFileAtomic(join(base, 'new', 'file'), 'one');
    await writeFileAtomic(join(base, 'new', 'file'), new Uint8Array([50]));
    expect(await readFile(join(base, 'new', 'file'), 'utf8')).toBe('2');
    await mkdir(join(base, 'taken', 'inside'), { recursive: true });
    await expect(writeFileAtomic(join(base, 'taken'), 'x')).rejects.toThrow();
    expect((await readdir(base)).sort()).toEqual(['new', 'taken']);
  });

  it('by a killed process leaves something that is cleared away, and nothing else is', async () => {
    await writeFile(join(base, '.file.123-0123456789ab.tmp'), 'half');
    await writeFile(join(base, '.lock.123-0123456789ab.tmp'), 'of a taker');
    await writeFile(join(base, '.mine.tmp'), '');
    await removeLeftovers(base);
    expect((await readdir(base)).sort()).toEqual(['.lock.123-0123456789ab.tmp', '.mine.tmp']);
  });
});

describe('kill -9 of a writer', () => {
  it('at any moment leaves a study that opens and a checkpoint of one moment', async () => {
    const study = join(base, 'study');
    await createStudy(study, exampleDataset('/x'));
    const { id } = await createRun(study, beginning);
    const run = runFolder(study, id);
    await saveSnapshot(run, exampleSnapshot(0, 50_000), settings);
    const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const program = `
      import { openStudyForWriting } from ${from('./study.ts')};
      import { lockRun, readRun, updateRun } from ${from('./run.ts')};
      import { loadNewestSnapshot, saveSnapshot } from ${from('./checkpoints.ts')};
      import { writeRoundTable } from ${from('./round-tables.ts')};
      import { appendEvent } from ${from('./events.ts')};
      import { exampleRow, exampleSnapshot, settings } from ${from('./records.fixture.ts')};
      const [study, id, run] = ${JSON.stringify([study, id, run])};
      await openStudyForWriting(study);
      await lockRun(study, id);
      let { step } = (await loadNewestSnapshot(run, settings)).snapshot.position;
      const rows = Array.from({ length: 300 }, (_, i) => exampleRow(i));
      await writeRoundTable(run, 0, rows);
      console.log('writing');
      for (;;) {
        await saveSnapshot(run, exampleSnapshot(++step, 50_000), settings);
        await updateRun(study, id, { seconds: step });
        await writeRoundTable(run, 0, rows);
        await appendEvent(run, { type: 'checkpoint', run: id, step });
        console.log('stored');
      }`;
    let last = 0;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      // At least two steps, however slow the machine is, and then any moment of the next ones.
      while (said.split('stored').length <= 2) await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
      await expect(lockRun(study, id, 0)).rejects.toMatchObject({ code: 'study-locked' });
      child.kill('SIGKILL');
      await once(child, 'exit');

      expect((await openStudy(study)).warnings).toEqual([]);
      const found = await loadNewestSnapshot(run, settings);
      expect(found?.warnings).toEqual([]);
      const step = found?.snapshot.position.step ?? -1;
      expect(step).toBeGreaterThanOrEqual(last);
      expect(found?.snapshot).toEqual(exampleSnapshot(step, 50_000));
      // The record is written after the checkpoint: it is never ahead of it.
      expect((await readRun(study, id)).seconds).toBeLessThanOrEqual(step);
      expect(await readRoundTable(run, 0)).toHaveLength(300);
      const { events, damagedLines } = await readEvents(run);
      expect(damagedLines).toBeLessThanOrEqual(round + 1);
      // Each killing loses at most the event of the step it hit.
      expect(events.length).toBeGreaterThanOrEqual(step - round - 1);
      last = step;
    }
    expect(last).toBeGreaterThan(8);
    const { lock } = await openStudyForWriting(study);
    (await lockRun(study, id)).release();
    lock.release();
    const left = [study, run, join(run, 'checkpoints'), join(run, 'rounds')].map((folder) => readdir(folder));
    expect((await Promise.all(left)).flat().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

/** A file system of its own with 512 KiB, or the reason why there is none. */
function smallDisk(): { readonly path: string | null; readonly reason: string } {
  const path = join(tmpdir(), `steadygaze-small-disk-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', path]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', path], { stdio: 'pipe' });
    return { path, reason: '' };
  } catch {
    return { path: null, reason: 'mounting a small file system needs Linux and the rights of root' };
  }
}

const disk = process.platform === 'linux' ? smallDisk() : { path: null, reason: 'no tmpfs on this system' };
afterAll(async () => {
  if (disk.path !== null) execFileSync('umount', [disk.path]);
  await rm(join(tmpdir(), `steadygaze-small-disk-${process.pid}`), { recursive: true, force: true });
});

describe.skipIf(disk.path === null)(
  `a full or read-only disk${disk.reason === '' ? '' : ` (skipped: ${disk.reason})`}`,
  () => {
    const filler = () => join(disk.path ?? '', 'filler');

    /** Fills the disk but for `free` bytes. */
    async function fill(free: number): Promise<void> {
      await writeFile(filler(), new Uint8Array(512 * 1024)).catch(() => undefined);
      const { size } = await stat(filler());
      await writeFile(filler(), new Uint8Array(Math.max(0, size - free)));
    }
    afterEach(async () => {
      for (const name of await readdir(disk.path ?? '')) {
        await rm(join(disk.path ?? '', name), { recursive: true, force: true });
      }
    });

    it('leaves the old checkpoint and the old record, and work goes on when there is space again', async () => {
      const study = join(disk.path ?? '', 'study');
      await createStudy(study, exampleDataset('/x'));
      const { id } = await createRun(study, beginning);
      const run = runFolder(study, id);
      await saveSnapshot(run, exampleSnapshot(1, 10_000), settings);
      await fill(40_000);
      const failure: unknown = await saveSnapshot(run, exampleSnapshot(2, 10_000), settings).catch(
        (error: unknown) => error,
      );
      expect(toErrorValue(failure).code).toBe('disk-full');
      expect(await readdir(join(run, 'checkpoints'))).toEqual(['000001.safetensors']);
      await fill(0);
      expect(toErrorValue(await updateRun(study, id, { seconds: 9 }).catch((error: unknown) => error)).code).toBe(
        'disk-full',
      );
      expect((await readRun(study, id)).seconds).toBe(0);
      expect(toErrorValue(await openStudyForWriting(study).catch((error: unknown) => error)).code).toBe('disk-full');
      expect((await openStudy(study)).warnings).toEqual([]);
      await rm(filler());
      await saveSnapshot(run, exampleSnapshot(2, 10_000), settings);
      expect((await loadNewestSnapshot(run, settings))?.snapshot.position.step).toBe(2);
    });

    it('that may only be read is said to be so', async () => {
      const study = join(disk.path ?? '', 'study');
      await createStudy(study, exampleDataset('/x'));
      execFileSync('mount', ['-o', 'remount,ro', disk.path ?? '']);
      try {
        const inside = join(disk.path ?? '', 'another', 'study');
        await expect(createStudy(inside, exampleDataset('/x'))).rejects.toMatchObject({ code: 'study-unwritable' });
        await expect(openStudyForWriting(study)).rejects.toMatchObject({ code: 'study-unwritable' });
        expect((await openStudy(study)).warnings).toEqual([]);
      } finally {
        execFileSync('mount', ['-o', 'remount,rw', disk.path ?? '']);
      }
    });

    it('leaves no half study behind', async () => {
      await fill(4096);
      const failure: unknown = await createStudy(join(disk.path ?? '', 'study'), exampleDataset('/x')).catch(
        (error: unknown) => error,
      );
      expect(toErrorValue(failure).code).toBe('disk-full');
      expect(await readdir(disk.path ?? '')).toEqual(['filler']);
    });
  },
);

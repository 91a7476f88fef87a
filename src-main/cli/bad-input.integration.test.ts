import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { cli, jsonLines } from './run-cli.fixture.ts';
import type { Ended } from './run-cli.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let study: string;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  study = join(root.path, 'study');
  await writeShapes(data, 12);
  await cli('create', study, '--data', data);
});
afterAll(() => root.remove());

/** The one error object that stands alone on standard error. */
function errorOf({ code, stderr }: Ended): Record<string, string> & { exit: number | null } {
  const value = JSON.parse(stderr) as Record<string, string>;
  expect(Object.keys(value)).toEqual(['code', 'message', 'hint']);
  expect(value['message']).toMatch(/[.:].*$/);
  return Object.assign(value, { exit: code });
}

describe('bad data', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(root.path, 'bad');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  });

  const refuses = async (code: string) => {
    const target = join(root.path, 'never');
    const error = errorOf(await cli('create', target, '--data', folder, '--json'));
    expect(error).toMatchObject({ code, exit: 1 });
    expect(await readdir(root.path)).not.toContain('never');
    expect(errorOf(await cli('inspect', folder, '--json'))).toMatchObject({ code, exit: 1 });
  };

  it('is refused: a folder that is not there', async () => {
    await rm(folder, { recursive: true });
    await refuses('not-found');
  });
  it('is refused: an empty folder', () => refuses('data-empty'));
  it('is refused: one class', async () => {
    await writeShapes(folder, 4, ['disc']);
    await refuses('data-one-class');
  });
  it('is refused: no readable picture', async () => {
    for (const name of ['cat', 'dog']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, '1.jpg'), 'no picture');
    }
    await refuses('data-unreadable');
  });
});

describe('a bad place', () => {
  it('is refused: a folder that cannot be made', async () => {
    const file = join(root.path, 'a-file');
    await writeFile(file, '');
    const error = errorOf(await cli('create', join(file, 'study'), '--data', data, '--json'));
    expect(error).toMatchObject({ code: 'study-unwritable', exit: 1 });
    const demo = errorOf(await cli('demo', '--out', join(file, 'demo'), '--json'));
    expect(demo).toMatchObject({ code: 'study-unwritable', exit: 1 });
  });

  it('is refused: a folder with other things, or with a study', async () => {
    expect(errorOf(await cli('create', data, '--data', data, '--json'))).toMatchObject({ code: 'study-exists' });
    expect(errorOf(await cli('create', study, '--data', data, '--json'))).toMatchObject({ code: 'study-exists' });
  });

  it('is refused: no study, and one of a newer version', async () => {
    for (const command of [['train'], ['resume'], ['report', '--out', 'x'], ['hard', '--run', '001-plain-s0']]) {
      const [name, ...rest] = command;
      expect(errorOf(await cli(name, data, ...rest, '--json'))).toMatchObject({ code: 'not-found', exit: 1 });
    }
    const newer = join(root.path, 'newer');
    await mkdir(newer);
    const text = await readFile(join(study, 'study.json'), 'utf8');
    await writeFile(join(newer, 'study.json'), text.replace('"version": 1', '"version": 99'));
    expect(errorOf(await cli('train', newer, '--json'))).toMatchObject({ code: 'study-newer', exit: 1 });
    expect(await readdir(newer)).toEqual(['study.json']);
  });

  it('a full disk ends a run with a sentence; with space again it can be resumed; read-only it can be read', async ({
    skip,
  }) => {
    const disk = join(root.path, 'small-disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      skip('mounting a small file system needs Linux and the rights of root');
    }
    try {
      const full = join(disk, 'study');
      expect((await cli('create', full, '--data', data)).code).toBe(0);
      const failed = await cli('train', full, '--engine', 'wasm', ...TINY_ARGUMENTS, '--set', 'width=16', '--json');
      expect(errorOf(failed)).toMatchObject({ code: 'disk-full', exit: 1 });
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const resumed = await cli('resume', full, '--json');
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      expect(jsonLines(resumed).at(-1)).toMatchObject({ type: 'finished' });

      execFileSync('mount', ['-o', 'remount,ro', disk]);
      for (const args of [
        ['train', full],
        ['create', join(disk, 'other'), '--data', data],
        ['report', full, '--out', join(disk, 'report')],
      ]) {
        expect(errorOf(await cli(...args, '--json'))).toMatchObject({ code: 'study-unwritable', exit: 1 });
      }
      expect((await cli('report', full, '--out', join(root.path, 'elsewhere'))).code).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe('bad settings', () => {
  it.each([
    [['--set', 'method.epz=3'], 'unknown-setting', /method\.eps/],
    [['--set', 'nonsense=3'], 'unknown-setting', /Perhaps/],
    [['--set', 'eps=7'], 'impossible-value', /from 0\.0001 to 1, or auto/],
    [['--set', 'similarity=cosinus'], 'impossible-value', /cosine, pearson/],
    [['--set', 'flip=maybe'], 'impossible-value', /true or false/],
    [['--rounds', '1.5'], 'impossible-value', /whole number from 0 to 100/],
    [['--seed', '-1'], 'impossible-value', /whole number from 0/],
    [['--set', 'eps'], 'bad-argument', /--set/],
    [['--arm', 'best'], 'bad-argument', /--help/],
    [['--bogus'], 'bad-argument', /--help/],
    [['--preset', 'quick', '--set', 'batchSize=0'], 'impossible-value', /from 1 to 4096/],
  ])('%j are refused before anything is written', async (args, code, hint) => {
    const error = errorOf(await cli('train', study, ...args, '--json'));
    expect(error).toMatchObject({ code, exit: 2 });
    expect(error['hint']).toMatch(hint);
    expect(await readdir(study)).not.toContain('runs');
  });

  it('say the same to a person, without JSON', async () => {
    const { code, stdout, stderr } = await cli('train', study, '--set', 'eps=7');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('The setting method.eps cannot be 7.\nIt must be a number from 0.0001 to 1, or auto.\n');
  });

  it('a command that is not there, none at all, and help', async () => {
    expect(errorOf(await cli('trian', '--json'))).toMatchObject({ code: 'bad-argument', exit: 2 });
    expect((await cli()).code).toBe(2);
    for (const name of ['engines', 'inspect', 'create', 'train', 'resume', 'report', 'hard', 'demo', 'bench']) {
      const { code, stdout } = await cli(name, '--help');
      expect(code).toBe(0);
      expect(stdout).toContain('--json');
    }
  });
});

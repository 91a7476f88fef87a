import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADDON, withoutScripts } from './addon.mjs';
import { buildOnce, cacheRoot } from './cache.mjs';
import { run, SetupError } from './command.mjs';
import { placedState, placePackage } from './place.mjs';
import { wheelFor } from './wheel.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'steadygaze-setup-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a file and the folders above it. */
function write(file: string, text = ''): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A cache entry as a finished build leaves it. */
function finishedEntry(): string {
  const entry = path.join(folder, 'cache', 'entry');
  write(path.join(entry, 'lib/libtensorflow_cc.so.2'));
  write(path.join(entry, 'package/dist/nodejs_kernel_backend.js'));
  write(path.join(entry, 'package', ADDON));
  mkdirSync(path.join(entry, 'package/deps'));
  symlinkSync('../../lib', path.join(entry, 'package/deps/lib'), 'dir');
  return entry;
}

describe('the cache folder', () => {
  it('is the one asked for, else the XDG one, else ~/.cache', () => {
    expect(cacheRoot({ STEADYGAZE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheRoot({ XDG_CACHE_HOME: '/b' })).toBe(path.join('/b', 'steadygaze'));
    expect(cacheRoot({ XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache.steadygaze$/);
  });
});

describe('buildOnce', () => {
  const silent = (): void => undefined;

  it('builds once for two installs at the same time', async () => {
    const entry = path.join(folder, 'native/entry');
    let builds = 0;
    const build = async (target: string): Promise<void> => {
      builds += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      write(path.join(target, 'done'));
    };
    const built = await Promise.all([buildOnce(entry, silent, build), buildOnce(entry, silent, build)]);
    expect(builds).toBe(1);
    expect(built.sort()).toEqual([false, true]);
    expect(readdirSync(path.dirname(entry))).toEqual(['entry']);
  });

  it('leaves nothing behind when the build fails, and can be tried again', async () => {
    const entry = path.join(folder, 'native/entry');
    const fail = async (target: string): Promise<void> => {
      write(path.join(target, 'half'));
      throw new SetupError('no wheel');
    };
    await expect(buildOnce(entry, silent, fail)).rejects.toThrow('no wheel');
    expect(readdirSync(path.dirname(entry))).toEqual([]);
    await expect(buildOnce(entry, silent, async (target) => write(path.join(target, 'whole')))).resolves.toBe(true);
    expect(readdirSync(entry)).toEqual(['whole']);
  });

  it('takes over from a setup that was killed, and removes what it left', async () => {
    const entry = path.join(folder, 'native/entry');
    const lock = path.join(folder, 'native/.lock');
    write(path.join(folder, 'native/.building-1-1/half'));
    mkdirSync(lock);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    await buildOnce(entry, silent, async (target) => write(path.join(target, 'whole')));
    expect(readdirSync(path.dirname(entry))).toEqual(['entry']);
  });

  it('says which folder cannot be written', async () => {
    write(path.join(folder, 'file'));
    await expect(buildOnce(path.join(folder, 'file/native/entry'), silent, async () => undefined)).rejects.toThrow(
      /cannot be written/,
    );
  });
});

describe('placing the package', () => {
  it('copies the package, links the libraries, and recognises its own work', () => {
    const entry = finishedEntry();
    const target = path.join(folder, 'node_modules/@tensorflow/tfjs-node');
    expect(placedState(target, entry)).toBe('absent');
    placePackage(entry, target);
    expect(placedState(target, entry)).toBe('ours');
    expect(existsSync(path.join(target, 'deps/lib/libtensorflow_cc.so.2'))).toBe(true);
    expect(readdirSync(path.dirname(target))).toEqual(['tfjs-node']);
  });

  it('notices a deleted cache and one of another version', () => {
    const entry = finishedEntry();
    const target = path.join(folder, 'node_modules/@tensorflow/tfjs-node');
    placePackage(entry, target);
    expect(placedState(target, path.join(folder, 'cache/newer'))).toBe('absent');
    rmSync(entry, { recursive: true });
    expect(placedState(target, entry)).toBe('absent');
  });

  it('leaves a package alone that npm installed whole, not one without its library', () => {
    const target = path.join(folder, 'node_modules/@tensorflow/tfjs-node');
    write(path.join(target, ADDON));
    mkdirSync(path.join(target, 'deps/lib'), { recursive: true });
    expect(placedState(target, path.join(folder, 'none'))).toBe('absent');
    write(path.join(target, 'deps/lib/libtensorflow.so.2'));
    expect(placedState(target, path.join(folder, 'none'))).toBe('stock');
  });
});

describe('the setup as a whole', () => {
  it('knows on which machines the wheel serves', () => {
    expect(wheelFor('linux', 'x64').name).toBe('tensorflow-cpu');
    expect(wheelFor('linux', 'arm64').name).toBe('tensorflow');
    expect(() => wheelFor('darwin', 'arm64')).toThrow(SetupError);
  });

  it('drops the scripts that would download again', () => {
    const manifest = JSON.stringify({ name: 'a', version: '1.0.0', scripts: { install: 'x' }, gypfile: true });
    expect(JSON.parse(withoutScripts(manifest))).toEqual({ name: 'a', version: '1.0.0' });
  });

  /** Runs the setup in a small copy of the project that lacks the package; PATH has no compiler and no Python. */
  async function setUpInCopy(...args: string[]): Promise<{ code: number; stdout: string }> {
    const root = path.resolve(import.meta.dirname, '../../..');
    const copy = path.join(folder, 'project');
    const setup = 'src-main/compute/setup';
    for (const name of readdirSync(path.join(root, setup)).filter((file) => file.endsWith('.mjs')))
      write(path.join(copy, setup, name), readFileSync(path.join(root, setup, name), 'utf8'));
    write(path.join(copy, 'package-lock.json'), readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
    const env = { PATH: path.join(folder, 'empty'), HOME: folder, STEADYGAZE_CACHE: path.join(folder, 'cache') };
    return run(process.execPath, [path.join(copy, setup, 'native.mjs'), ...args], { env });
  }

  it('never fails an install, but says in a sentence what is missing', async () => {
    const { code, stdout } = await setUpInCopy();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Native engine: not set up: .+\. Steadygaze will use the slower wasm engine; .+\n$/);
    expect(existsSync(path.join(folder, 'cache'))).toBe(false);
  });

  it('fails when asked for by name', async () => {
    expect((await setUpInCopy('--required')).code).toBe(1);
  });
});

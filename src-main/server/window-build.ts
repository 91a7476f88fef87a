/** The built window that is served: `out/renderer`, made of `src-renderer` first where that is newer. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SteadygazeError } from '../contract/errors.ts';

/** What the window is built of, in the project's folder. */
const SOURCES = ['src-renderer', 'src-main/contract', 'electron.config.ts', 'svelte.config.js'];

/** The part of electron.config.ts that is about the window. */
interface Configuration {
  readonly default: { readonly renderer: object };
}

/**
 * @param root the project's folder
 * @param say told before something that takes a while, and where an old window has to do
 * @returns the folder of the built window
 * @throws SteadygazeError `not-found` where there is none and none can be built
 */
export async function builtWindow(root: string, say: (sentence: string) => void): Promise<string> {
  const folder = join(root, 'out', 'renderer');
  const built = await modified(join(folder, 'index.html'));
  const changed = await newest(root, SOURCES);
  // An installation has no sources, only what was built of them.
  if (built !== null && built >= changed) return folder;
  if (changed > 0) {
    try {
      await build(root, folder, () => say(`Building the window first${built === null ? '' : ', for it has changed'}.`));
      return folder;
    } catch (error) {
      // Another process may have been faster.
      if ((await modified(join(folder, 'index.html'))) === null) throw unbuildable(error);
      say('The window could not be built again; an older one is served.');
    }
  }
  if (built !== null) return folder;
  throw unbuildable('no sources');
}

/** Builds beside the old window and puts it in place at the end: who is served meanwhile misses nothing. */
async function build(root: string, folder: string, before: () => void): Promise<void> {
  // Only where the tools of development are installed.
  const vite = await import('vite');
  const configuration = (await import(pathToFileURL(join(root, 'electron.config.ts')).href)) as Configuration;
  before();
  const fresh = `${folder}.${process.pid}.part`;
  const old = `${folder}.${process.pid}.old`;
  try {
    await vite.build(
      vite.mergeConfig(configuration.default.renderer, {
        configFile: false,
        logLevel: 'error',
        build: { outDir: fresh, emptyOutDir: true },
      }),
    );
    await rename(folder, old).catch(() => undefined);
    await rename(fresh, folder);
  } finally {
    await rm(old, { recursive: true, force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Newest time of change of all files below, in milliseconds; 0 where there are none. */
async function newest(root: string, names: readonly string[]): Promise<number> {
  let latest = 0;
  for (const name of names) {
    const path = join(root, name);
    const below = await readdir(path, { recursive: true }).catch((): string[] => []);
    for (const each of ['', ...below]) latest = Math.max(latest, (await modified(join(path, each))) ?? 0);
  }
  return latest;
}

async function modified(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

function unbuildable(reason: unknown): SteadygazeError {
  return new SteadygazeError(
    'not-found',
    'The window of Steadygaze is not built, and cannot be built here.',
    'Run "npm install" in its folder without leaving out the development packages, and start again.',
    reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  );
}

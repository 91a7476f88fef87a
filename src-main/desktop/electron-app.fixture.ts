/** The real app under the real Electron, on a display of its own where there is none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { build, root } from './setup/build.mjs';
import { resolveElectron } from './setup/electron.mjs';

export const PROJECT = root;

export interface Display {
  readonly env: Record<string, string>;
  close(): void;
}

/** The display of this machine, or a new one that nobody sees. @returns null where there can be none */
async function openDisplay(): Promise<Display | null> {
  const env = process.env as Record<string, string>;
  if (process.platform !== 'linux' || env['DISPLAY']) return { env, close: () => undefined };
  // It chooses a free number and says it on the third channel.
  const server: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const said = server.stdio[3];
  if (said == null) return null;
  const number = await Promise.race([
    once(said, 'data').then(([bytes]) => String(bytes).trim()),
    once(server, 'error').then(() => null),
    once(server, 'exit').then(() => null),
  ]);
  if (number === null) return null;
  return { env: { ...env, DISPLAY: `:${number}` }, close: () => void server.kill() };
}

export interface Surroundings {
  readonly display: Display;
  readonly electron: { readonly executable: string; readonly dist: string; readonly version: string };
}

/** What a test needs to open windows; or, in one sentence, why there are none here. */
export async function surroundings(): Promise<Surroundings | string> {
  const electron = await resolveElectron();
  if (electron.executable === null) return electron.sentence;
  const display = await openDisplay();
  return display === null ? 'There is no display here, and no Xvfb to make one.' : { display, electron };
}

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly data: string;
  close(): Promise<void>;
}

export interface StartOptions {
  /** Default: the app's build in `out/`. */
  readonly executable?: string;
  readonly args?: readonly string[];
  /** Default: a new one. */
  readonly data?: string;
}

export async function startApp(around: Surroundings, options: StartOptions = {}): Promise<RunningApp> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'steadygaze-desktop-')));
  if (options.executable === undefined) await build();
  const electron = await _electron.launch({
    executablePath: options.executable ?? around.electron.executable,
    args: [
      ...(options.executable === undefined ? [PROJECT] : []),
      ...['--no-sandbox', '--disable-gpu', `--user-data-dir=${data}`, ...(options.args ?? [])],
    ],
    env: { ...around.display.env, STEADYGAZE_STUDIES: join(data, 'studies') },
  });
  const page = await electron.firstWindow();
  return {
    electron,
    page,
    data,
    async close() {
      await electron.close();
      await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

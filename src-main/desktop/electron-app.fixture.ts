/** The real app under the real Electron, on a display of its own where there is none. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { openDisplay, type Display } from './display.fixture.ts';
import { build, root } from './setup/build.mjs';
import { resolveElectron } from './setup/electron.mjs';

export const PROJECT = root;

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
    // Milliseconds: a busy machine takes its time to start it.
    timeout: 300_000,
    executablePath: options.executable ?? around.electron.executable,
    args: [
      ...(options.executable === undefined ? [PROJECT] : []),
      ...['--no-sandbox', '--disable-gpu', `--user-data-dir=${data}`, ...(options.args ?? [])],
    ],
    env: { ...around.display.env, STEADYGAZE_STUDIES: join(data, 'studies') },
  });
  electron.context().setDefaultTimeout(300_000);
  const page = await electron.firstWindow({ timeout: 300_000 });
  return {
    electron,
    page,
    data,
    async close() {
      // A run that is under way would bring up a question that nobody answers.
      await electron
        .evaluate(({ dialog }) => {
          dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
        })
        .catch(() => undefined);
      await electron.close();
      await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

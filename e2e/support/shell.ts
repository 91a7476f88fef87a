/**
 * The app under test, in either shell, with folders of its own: nothing is read from or left in the folders of whoever
 * runs the tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, chromium, expect, test as base } from '@playwright/test';
import type { Browser, ElectronApplication, Page } from '@playwright/test';
import { resolveElectron } from '../../src-main/desktop/setup/electron.mjs';

export const PROJECT = join(import.meta.dirname, '../..');

export interface ShellOptions {
  readonly shell: 'browser' | 'desktop';
}

/** Folders of one test. */
export interface Places {
  readonly root: string;
  /** The app's own files. */
  readonly data: string;
  /** Where new studies go. */
  readonly studies: string;
  /** For pictures that the test makes. */
  readonly pictures: string;
}

export interface RunningApp {
  readonly shell: 'browser' | 'desktop';
  readonly places: Places;
  readonly page: Page;
  /** Number of the app's process. */
  readonly pid: number;
  /** Desktop only. */
  readonly electron: ElectronApplication | null;
  /** Closes the window and opens one again, with the app going on meanwhile. */
  reopen(): Promise<Page>;
  close(): Promise<void>;
}

export async function makePlaces(): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'steadygaze-e2e-'));
  const places = { root, data: join(root, 'data'), studies: join(root, 'studies'), pictures: join(root, 'pictures') };
  for (const folder of [places.data, places.studies, places.pictures]) await mkdir(folder);
  return places;
}

/** A compute process that its app has left behind may still be writing for a moment: tried again until it has ended. */
export const removePlaces = ({ root }: Places): Promise<void> =>
  rm(root, { recursive: true, force: true, maxRetries: 15, retryDelay: 200 });

export interface StartOptions {
  /** CSS pixels of the window. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** More arguments: of the command `serve`, or of the app. */
  readonly args?: readonly string[];
}

const SIZE = { width: 1280, height: 800 };

function startApp(shell: 'browser' | 'desktop', places: Places, options: StartOptions = {}): Promise<RunningApp> {
  return shell === 'browser' ? startBrowser(places, options) : startDesktop(places, options);
}

async function startBrowser(places: Places, { size = SIZE, colorScheme = 'light', args = [] }: StartOptions) {
  const { server, url } = await startServer(places, args);
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: size, colorScheme, acceptDownloads: true });
  let page = await context.newPage();
  await page.goto(url);
  const home = new URL('/', url).href;
  const app: RunningApp = {
    shell: 'browser',
    places,
    pid: server.pid ?? 0,
    get page() {
      return page;
    },
    electron: null,
    async reopen() {
      await page.close();
      page = await context.newPage();
      await page.goto(home);
      return page;
    },
    async close() {
      await browser.close();
      await end(server);
    },
  };
  return app;
}

/** Where Debian's package puts it. */
const DEBIANS = '/usr/bin/chromium';

export function launchChromium(): Promise<Browser> {
  // Without either: the one that "playwright install chromium" brings.
  const found = process.env['STEADYGAZE_CHROMIUM'] ?? (existsSync(DEBIANS) ? DEBIANS : null);
  return chromium.launch({ ...(found === null ? {} : { executablePath: found }), args: ['--no-sandbox'] });
}

/** No test measures this machine for the sake of the next one, unless it says where that is remembered. */
function remembersNothing(): Record<string, string> {
  return { STEADYGAZE_MACHINE: '', ...(process.env as Record<string, string>) };
}

/** Starts browser mode. @returns its process and the address with the token */
export async function startServer(places: Places, args: readonly string[] = []) {
  const command = ['src-main/cli/steadygaze.js', 'serve', '--port', '0', '--data-folder', places.data];
  const server = spawn(process.execPath, [...command, '--studies', places.studies, ...args], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: remembersNothing(),
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`browser mode ended with code ${String(code)}`)));
    createInterface({ input: server.stdout }).on('line', (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line);
      if (found !== null) resolve(found[0]);
    });
  });
  return { server, url };
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGINT');
  const late = setTimeout(() => process.kill('SIGKILL'), 30_000);
  await once(process, 'exit');
  clearTimeout(late);
}

async function startDesktop(places: Places, { size = SIZE, colorScheme = 'light', args = [] }: StartOptions) {
  const electron = await launchElectron(places, args);
  let page = await electron.firstWindow({ timeout: 300_000 });
  const settle = async () => {
    await electron.evaluate(({ BrowserWindow }, { width, height }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(width, height);
    }, size);
    await page.emulateMedia({ colorScheme });
  };
  await settle();
  const app: RunningApp = {
    shell: 'desktop',
    places,
    pid: electron.process().pid ?? 0,
    get page() {
      return page;
    },
    electron,
    async reopen() {
      await page.close();
      // What a second start of the app, or a click on its icon, does; again until there is a window, for the page is gone
      // a moment before its own. In a turn of its own, as real ones are: a test's code may run in the middle of anything,
      // also of the destruction of the old window, and a new one that is opened in there ends the process.
      const reopened = async (): Promise<number> => {
        await electron.evaluate(({ app: main }) => void setImmediate(() => main.emit('activate')));
        return electron.windows().length;
      };
      await expect.poll(reopened, { intervals: [300] }).toBe(1);
      page = await electron.firstWindow({ timeout: 300_000 });
      await page.waitForLoadState();
      await settle();
      return page;
    },
    async close() {
      // A run that is under way would bring up a question that nobody answers.
      await electron
        .evaluate(({ dialog }) => {
          dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
        })
        .catch(() => undefined);
      await electron.close();
    },
  };
  return app;
}

/** Starts the desktop app from its build in `out/`. */
export async function launchElectron(places: Places, args: readonly string[] = []): Promise<ElectronApplication> {
  const found = await resolveElectron();
  if (found.executable === null) throw new Error(found.sentence);
  return _electron.launch({
    // Milliseconds: a busy machine takes its time to start it.
    timeout: 300_000,
    executablePath: found.executable,
    args: [PROJECT, '--no-sandbox', '--disable-gpu', `--user-data-dir=${places.data}`, ...args],
    env: {
      ...remembersNothing(),
      STEADYGAZE_STUDIES: places.studies,
    },
  });
}

/** Why the desktop app cannot be opened here; null where it can. */
async function desktopMissing(): Promise<string | null> {
  if (process.platform === 'linux' && !process.env['DISPLAY'])
    return 'There is no display here, and no Xvfb to make one.';
  const found = await resolveElectron();
  return found.executable === null ? found.sentence : null;
}

interface Fixtures {
  readonly possible: undefined;
  readonly places: Places;
  /** Starts the app, and ends it after the test. */
  readonly start: (options?: StartOptions) => Promise<RunningApp>;
  /** The same, started on its start screen. */
  readonly app: RunningApp;
}

/** A test with the app in the shell of its project. */
export const test = base.extend<Fixtures & ShellOptions>({
  shell: ['browser', { option: true }],
  possible: [
    async ({ shell }, use, info) => {
      const missing = shell === 'desktop' ? await desktopMissing() : null;
      info.skip(missing !== null, missing ?? '');
      await use(undefined);
    },
    { auto: true },
  ],
  // Playwright wants a destructured first argument even where there is nothing to take.
  // eslint-disable-next-line no-empty-pattern
  places: async ({}, use) => {
    const places = await makePlaces();
    await use(places);
    await removePlaces(places);
  },
  start: async ({ shell, places }, use, info) => {
    const started: RunningApp[] = [];
    await use(async (options) => {
      const app = await startApp(shell, places, options);
      started.push(app);
      return app;
    });
    // Also after a failure: an app that nobody ends would live on.
    for (const [i, app] of started.entries()) {
      if (info.status !== info.expectedStatus) {
        const body = await app.page.screenshot().catch(() => null);
        if (body !== null) await info.attach(`window ${String(i + 1)}`, { body, contentType: 'image/png' });
      }
      await app.close();
    }
  },
  app: async ({ start }, use) => use(await start()),
});
export { expect };

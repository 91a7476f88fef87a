/** Printing a report to PDF with a browser that is installed: the server has none of its own. */
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SteadygazeError } from '../contract/errors.ts';

/** Names on the PATH, and places where installers put them. All of the Chromium family: only these print unasked. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge', 'msedge'];
const PLACES: Readonly<Record<string, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
    String.raw`C:\Program Files\Microsoft\Edge\Application\msedge.exe`,
  ],
};

/** Milliseconds. A report of many pictures takes a few seconds. */
const TIME = 60_000;

/**
 * Prints a self-contained page.
 * @param html absolute path of the page
 * @param pdf absolute path of the file to write
 * @throws SteadygazeError `not-found` without such a browser, `internal` where it fails
 */
export async function printPdf(html: string, pdf: string, time = TIME): Promise<void> {
  const browser = await findBrowser();
  if (browser === null) {
    throw new SteadygazeError(
      'not-found',
      'A PDF needs Chromium, Google Chrome or Microsoft Edge on this computer, and none was found.',
      'Export the report as HTML and print it from your browser, or use the desktop app.',
    );
  }
  // A profile of its own: the browser of whoever uses this computer is left alone.
  const profile = await mkdtemp(join(tmpdir(), 'steadygaze-print-'));
  try {
    const words = await run(browser, [...arguments_(profile), `--print-to-pdf=${pdf}`, pathToFileURL(html).href], time);
    const written = await stat(pdf).catch(() => null);
    if (written === null || written.size === 0) throw failed(words);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function arguments_(profile: string): string[] {
  return [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-pdf-header-footer',
    // The page needs nothing from anywhere, and the browser is to ask for nothing.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    `--user-data-dir=${profile}`,
    // Chromium refuses to start as root with its sandbox (in a container, say); the page is our own.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}

/** `STEADYGAZE_CHROMIUM` names another one. */
async function findBrowser(): Promise<string | null> {
  const named = process.env['STEADYGAZE_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const ending = process.platform === 'win32' ? '.exe' : '';
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name + ending))),
    ...(PLACES[process.platform] ?? []),
  ];
  for (const candidate of candidates) {
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return null;
}

/** @returns the end of what it said */
function run(program: string, args: readonly string[], time: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: time, killSignal: 'SIGKILL' });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-4000)));
    child.on('error', (error) => reject(failed(error.message)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(words);
      else reject(failed(signal === null ? words : `ended by ${signal} after at most ${time} ms\n${words}`));
    });
  });
}

function failed(details: string): SteadygazeError {
  return new SteadygazeError(
    'internal',
    'The browser on this computer could not print the report.',
    'Export the report as HTML and print it from your browser.',
    details,
  );
}

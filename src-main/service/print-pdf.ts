/**
 * Printing a report to PDF with a browser that is installed, where Steadygaze has none of its own: in browser mode and
 * on the command line. Paper, margins and what belongs on a page are said by the page itself.
 */
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SteadygazeError } from '../contract/errors.ts';

/** Names on the PATH, and places where installers put them. All of the Chromium family: only these print unasked. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge', 'msedge'];
const PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: ['/snap/bin/chromium', '/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge'],
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
    // Installed for one person only.
    join(process.env['LOCALAPPDATA'] ?? 'C:/', 'Google', 'Chrome', 'Application', 'chrome.exe'),
  ],
};

/** Milliseconds to start and print a page of text, and for each megabyte of pictures on a slow machine. */
const TIME = 60_000;
const TIME_PER_MEGABYTE = 6_000;

export interface PrintOptions {
  /** Milliseconds after which the browser is ended; default: by the size of the page. */
  readonly time?: number;
  /** Aborting ends the browser. */
  readonly signal?: AbortSignal;
}

/**
 * Prints a self-contained page.
 * @param html absolute path of the page
 * @param pdf absolute path of the file to write
 * @throws SteadygazeError `not-found` without such a browser, `internal` where it fails, `cancelled`
 */
export async function printPdf(html: string, pdf: string, { time, signal }: PrintOptions = {}): Promise<void> {
  const browser = await findBrowser();
  const limit = time ?? Math.ceil(TIME + TIME_PER_MEGABYTE * ((await stat(html)).size / 2 ** 20));
  // A profile of its own: the browser of whoever uses this computer is left alone.
  const profile = await mkdtemp(join(tmpdir(), 'steadygaze-print-'));
  try {
    const asked = [...browserArguments(profile), `--print-to-pdf=${pdf}`, pathToFileURL(html).href];
    const words = await run(browser, asked, limit, signal);
    const written = await stat(pdf).catch(() => null);
    if (written === null || written.size === 0) throw failed(words);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function browserArguments(profile: string): string[] {
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

/** The one that `STEADYGAZE_CHROMIUM` names, else the first that is installed. */
async function findBrowser(): Promise<string> {
  const named = process.env['STEADYGAZE_CHROMIUM'] ?? '';
  if (named !== '') {
    if (await isProgram(named)) return named;
    throw new SteadygazeError(
      'not-found',
      `STEADYGAZE_CHROMIUM names a program that cannot be started: ${named}`,
      'Correct it, or take it away so that an installed browser is looked for.',
    );
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const ending = process.platform === 'win32' ? '.exe' : '';
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name + ending)));
  for (const candidate of [...onPath, ...(PLACES[process.platform] ?? [])]) {
    if (await isProgram(candidate)) return candidate;
  }
  throw new SteadygazeError(
    'not-found',
    'A PDF needs Chromium, Google Chrome or Microsoft Edge on this computer, and none was found.',
    'Install one of them, or open the HTML report in your browser and print it from there. The desktop app prints by itself.',
  );
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** @returns the end of what it said */
function run(program: string, args: readonly string[], time: number, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...{ stdio: ['ignore', 'ignore', 'pipe'], timeout: time, killSignal: 'SIGKILL' },
      ...(signal === undefined ? {} : { signal }),
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-4000)));
    // An abort is told here, too, before the process has ended: it is waited for.
    child.on('error', (error) => (signal?.aborted ? undefined : reject(failed(error.message))));
    child.on('close', (code, ended) => {
      if (signal?.aborted) reject(new SteadygazeError('cancelled', 'Printing was cancelled.'));
      else if (code === 0) resolve(words);
      else reject(failed(ended === null ? words : `ended by ${ended} after at most ${time} ms\n${words}`));
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

/** Prints a self-contained page to PDF in a hidden window of its own, in which no script runs and nothing is fetched. */
import { BrowserWindow, session, type Session } from 'electron';
import { readFile, writeFile } from 'node:fs/promises';
import { SteadygazeError } from '../contract/errors.ts';
import { guardSession } from './guard.ts';
import { SCHEME } from './origin.ts';

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const PAGE = `${SCHEME}://print/report.html`;
/** A report of many pictures takes a few seconds. */
const TIME_MS = 120_000;

const QUIET = 'font: 8px sans-serif; color: #605c56; width: 100%; text-align: center;';
const FOOTER = `<div style="${QUIET}"><span class="pageNumber"></span> / <span class="totalPages"></span></div>`;

/** One document at a time, in a session that is kept nowhere. */
let last: Promise<unknown> = Promise.resolve();

/**
 * @param html absolute path of the page
 * @param pdf absolute path of the file to write
 */
export function printPdf(html: string, pdf: string): Promise<void> {
  const printing = last.then(() => print(html, pdf));
  last = printing.catch(() => undefined);
  return printing;
}

async function print(html: string, pdf: string): Promise<void> {
  const page = new Uint8Array(await readFile(html));
  const own = printSession();
  own.protocol.handle(SCHEME, ({ url }) => {
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY };
    return url === PAGE ? new Response(page, { headers }) : new Response('', { status: 404 });
  });
  const window = new BrowserWindow({
    show: false,
    webPreferences: { session: own, sandbox: true, contextIsolation: true, javascript: false, spellcheck: false },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new SteadygazeError('internal', 'Printing took too long.', 'Try fewer sections.')),
        TIME_MS,
      );
    });
    const printed = window.loadURL(PAGE).then(() =>
      window.webContents.printToPDF({
        pageSize: 'A4',
        printBackground: true,
        displayHeaderFooter: true,
        headerTemplate: '<span></span>',
        footerTemplate: FOOTER,
        // Inches.
        margins: { top: 0.5, bottom: 0.6, left: 0.5, right: 0.5 },
        generateTaggedPDF: true,
      }),
    );
    await writeFile(pdf, await Promise.race([printed, late]));
  } finally {
    clearTimeout(timer);
    window.destroy();
    own.protocol.unhandle(SCHEME);
  }
}

function printSession(): Session {
  const own = session.fromPartition('print');
  guardSession(own);
  return own;
}

/** The window's own origin, and what every answer under it carries. */

/** `steadygaze://app/...`: a protocol of its own instead of files, so that the window is a secure origin. */
export const SCHEME = 'steadygaze';
/** The window. */
export const APP_HOST = 'app';
/** Small pages of the shell itself: see storing-page.ts. */
export const SHELL_HOST = 'shell';
const APP_ORIGIN = `${SCHEME}://${APP_HOST}`;
/** What the window opens. */
export const WINDOW_URL = `${APP_ORIGIN}/index.html`;

/** Addresses of reports, which run as documents of their own inside the window. */
export const REPORT_PATH = '/resource/report/';

/** The window may run its own scripts, and may fetch from nowhere but its own origin. */
const WINDOW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Positions and sizes of virtual lists and charts are set as inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A report is one file with everything inside: it fetches nothing, and `sandbox` makes it a stranger to the window, so
 * that nothing in it can reach what the window can.
 */
const REPORT_POLICY = [
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  'sandbox allow-scripts',
].join('; ');

/** @param path of the address, beginning with a slash */
export function answerHeaders(path: string, type: string, immutable: boolean): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': path.startsWith(REPORT_PATH) ? REPORT_POLICY : WINDOW_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': immutable ? 'max-age=31536000, immutable' : 'no-store',
  };
}

/** Whether an address is one of the window's own pages or files. URL.origin knows nothing of own schemes. */
export function isOfWindow(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${SCHEME}:` && url.host === APP_HOST;
}

/** Everything that Chromium may load at all: nothing of it leaves this machine. */
const LOCAL = new Set([`${SCHEME}:`, 'devtools:', 'blob:', 'data:']);

export function isLocal(address: string): boolean {
  return LOCAL.has(URL.parse(address)?.protocol ?? '');
}

/**
 * What a request must look like before anything else about it counts. A web page anywhere can make a browser send
 * requests to 127.0.0.1, and can give its own name that address (DNS rebinding): such requests say so in headers that
 * the page cannot change.
 */
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered: the status, and words for the log. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** What counts of a request. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'headersDistinct'>;

/** Longest address: 512 rows of heatmaps, see contract/resources.ts. */
const MOST_URL = 8192;

/** @returns null where the request may go on to the question who sends it */
export function refuse(request: RequestHead, port: number, websocket = false): Refusal | null {
  const { url = '', method = '', headers, headersDistinct } = request;
  // An absolute address is for proxies, `*` for questions about the server.
  if (!url.startsWith('/') || url.startsWith('//')) return { status: 400, reason: 'not an address of this server' };
  if (url.length > MOST_URL) return { status: 414, reason: 'an address that is too long' };

  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length !== 1 || !ownHosts(port).has(hosts[0] ?? '')) return { status: 421, reason: 'another Host' };
  // `same-site` is another server on this computer.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, reason: `Sec-Fetch-Site ${JSON.stringify(site)}` };
  }
  const needsOrigin = websocket || (method !== 'GET' && method !== 'HEAD');
  const origins = headersDistinct['origin'] ?? [];
  if (origins.length === 0 ? needsOrigin : origins.length > 1 || origins[0] !== `http://${hosts[0] ?? ''}`) {
    return { status: 403, reason: origins.length === 0 ? 'no Origin' : 'another Origin' };
  }
  const hasBody = Number(headers['content-length'] ?? 0) !== 0 || headers['transfer-encoding'] !== undefined;
  if (hasBody && method !== 'POST') return { status: 400, reason: 'a body where none belongs' };
  return null;
}

function ownHosts(port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost'];
  // Browsers leave out the port that http has anyway.
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

/** A server of files for tests, that behaves as a test wants it to, and a list with one small file. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublishedWeights } from './published-list.ts';

export const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
export const HASH = createHash('sha256').update(CONTENT).digest('hex');

/** A file of `CONTENT` on that server. */
export function weightsAt(url: string, changes: Partial<PublishedWeights> = {}): PublishedWeights {
  return {
    ...{ id: 'tiny-imagenet', title: 'Tiny, trained on ImageNet', architecture: 'resnet18', fileName: 'tiny.pth' },
    ...{ url: `${url}tiny.pth`, size: { exact: CONTENT.length }, sha256: { whole: HASH } },
    ...{ publisher: 'Nobody', licence: 'None', classes: 2 },
    input: { size: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    ...changes,
  };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface WeightsServer {
  /** Ends with a slash. */
  readonly url: string;
  /** Requests so far: path, and what they asked for. */
  readonly asked: { readonly path: string; readonly range: string | undefined; readonly ifRange: string | undefined }[];
  /** What it does from now on. */
  answer: Answer;
  close(): Promise<void>;
}

/** As a good server does: ranges, an ETag. @param content what it has instead */
export function whole(content: Uint8Array = CONTENT, etag = '"one"'): Answer {
  return (request, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const condition = request.headers['if-range'];
    response.setHeader('etag', etag);
    const start = Number(from);
    if (from === undefined || (condition !== undefined && condition !== etag)) {
      response.writeHead(200, { 'content-length': content.length }).end(content);
    } else if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    } else {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': content.length - start });
      response.end(content.subarray(start));
    }
  };
}

/** Sends so many bytes of what was asked for and then nothing more, until `pull` does what pulling the cable does. */
export function cableOf(bytes: number, etag = '"one"'): { readonly answer: Answer; readonly pull: () => void } {
  let last: ServerResponse | null = null;
  const answer: Answer = (request, response) => {
    last = response;
    const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from);
    response.writeHead(start === 0 ? 200 : 206, {
      etag,
      'content-length': CONTENT.length - start,
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` }),
    });
    response.write(CONTENT.subarray(start, start + bytes));
  };
  return { answer, pull: () => void last?.destroy() };
}

/** Sends so many bytes and then nothing more. */
export function silentAfter(bytes: number): Answer {
  return (_request, response) => {
    response.writeHead(200, { etag: '"one"', 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, bytes));
  };
}

export async function weightsServer(answer: Answer = whole()): Promise<WeightsServer> {
  const asked: WeightsServer['asked'] = [];
  const http = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ path: request.url ?? '', range, ifRange: ifRange as string | undefined });
    server.answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: WeightsServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    asked,
    answer,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

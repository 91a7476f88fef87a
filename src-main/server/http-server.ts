/**
 * The window's page, what it asks, and the pictures it shows, over HTTP on 127.0.0.1. Every request goes through the
 * same gate: the rules that any request must keep (request-rules.ts), then who sends it (access.ts), then one of few
 * routes. Everything else is refused, and written to the log.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseResource, RESOURCE_PREFIX } from '../contract/resources.ts';
import type { Access } from './access.ts';
import type { Downloads } from './downloads.ts';
import { EventFeed, type FeedLimits } from './event-feed.ts';
import { plainPage } from './plain-page.ts';
import { BODY_LIMITS, readBody, type BodyLimits } from './request-body.ts';
import { refuse, type Refusal } from './request-rules.ts';
import { attachment, caching, REPORT_HEADERS, securityHeaders, type Headers } from './response-headers.ts';
import type { ServedApplication } from './served.ts';
import type { WindowFile } from './window-files.ts';

export interface SiteParts {
  readonly application: ServedApplication;
  readonly access: Access;
  readonly files: ReadonlyMap<string, WindowFile>;
  readonly downloads: Downloads;
  /** Hears of every refusal: one line without secrets. */
  readonly onRefusal: (sentence: string) => void;
  readonly body?: BodyLimits;
  readonly feed?: FeedLimits;
}

/** Limits of connections: nobody keeps the server busy by being slow, large or many. */
const SERVER_LIMITS = {
  maxHeaderSize: 16 * 1024,
  /** Milliseconds for all headers, for the whole request, and between two requests of a connection. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;
const MOST_CONNECTIONS = 256;
const MOST_REQUESTS = 10_000;

/** A server that is not listening yet, made before its port is known. */
export function bareServer(): Server {
  const server = createServer(SERVER_LIMITS);
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = MOST_REQUESTS;
  server.maxHeadersCount = 64;
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | string;
}

export class Site {
  readonly #parts: SiteParts;
  readonly #feed: EventFeed;
  readonly #headers: Headers;

  constructor(server: Server, parts: SiteParts) {
    this.#parts = parts;
    this.#feed = new EventFeed(parts.application, parts.feed);
    this.#headers = securityHeaders(parts.access.port);
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('connect', (_request, socket) => socket.destroy());
  }

  /** Ends the windows' connections. */
  close(): void {
    this.#feed.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A browser that goes away in the middle is no error of ours.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    let answer: Answer | Refusal;
    try {
      answer = await this.#answer(request);
    } catch (error) {
      answer = { status: 500, reason: `failed: ${String(error)}` };
    }
    if ('reason' in answer) answer = this.#refused(request, answer);
    if (response.destroyed) return;
    const length = Buffer.byteLength(answer.body);
    response.writeHead(answer.status, { ...this.#headers, ...answer.headers, 'Content-Length': length });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  async #answer(request: IncomingMessage): Promise<Answer | Refusal> {
    const { access, files } = this.#parts;
    const refusal = refuse(request, access.port);
    if (refusal !== null) return refusal;
    const method = request.method ?? '';
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const reading = method === 'GET' || method === 'HEAD';
    if (!reading && method !== 'POST') return { status: 405, reason: `the method ${method}` };
    const known = access.admits(request.headers.cookie);
    if (path === '/' && query !== '' && method === 'GET') {
      const cookie = known ? null : access.redeem(new URLSearchParams(query).get('token') ?? '');
      // The address is left at once, so that it stays neither in the address bar nor in the history.
      if (known || cookie !== null) return redirect(cookie);
      return { status: 401, reason: 'a wrong or used token' };
    }
    if (!known) return { status: 401, reason: 'no session' };
    if (path === '/invoke') {
      return reading ? { status: 405, reason: `the method ${method}` } : this.#invoke(request);
    }
    if (!reading) return { status: 405, reason: `the method ${method}` };
    if (path.startsWith(RESOURCE_PREFIX)) return this.#resource(path);
    const file = files.get(path);
    if (file === undefined) return { status: 404, reason: 'nothing there' };
    const headers = { 'Content-Type': file.type, ...caching(file.immutable) };
    return { status: 200, headers, body: file.body };
  }

  async #invoke(request: IncomingMessage): Promise<Answer | Refusal> {
    // A form of another page can post, but never this type.
    if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.headers['content-type'] ?? '')) {
      return { status: 415, reason: 'another type than JSON' };
    }
    if (request.headers['content-encoding'] !== undefined) return { status: 415, reason: 'a packed body' };
    const body = await readBody(request, this.#parts.body ?? BODY_LIMITS);
    if (typeof body !== 'string') return body;
    const call = parseCall(body);
    if (call === null) return { status: 400, reason: 'a call that is none' };
    const result = await this.#parts.application.invoke(call.name, call.input);
    return {
      status: 200,
      headers: { 'Content-Type': 'application/json', ...caching(false) },
      body: JSON.stringify(result),
    };
  }

  async #resource(path: string): Promise<Answer | Refusal> {
    const resource = parseResource(path);
    if (resource === null) return { status: 404, reason: 'nothing there' };
    if (resource.kind === 'download') {
      const download = this.#parts.downloads.get(resource.id);
      if (download === undefined) return { status: 404, reason: 'nothing there' };
      const headers = { 'Content-Type': download.type, ...attachment(download.name), ...caching(false) };
      return { status: 200, headers, body: await readFile(download.path) };
    }
    const { status, type, body, immutable } = await this.#parts.application.resource(path);
    const page = type.startsWith('text/html');
    const headers = { 'Content-Type': type, ...caching(immutable && status === 200), ...(page ? REPORT_HEADERS : {}) };
    return { status, headers, body };
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const { access } = this.#parts;
    let refusal = refuse(request, access.port, true);
    if (refusal === null && request.method !== 'GET')
      refusal = { status: 405, reason: `the method ${request.method ?? ''}` };
    if (refusal === null && !access.admits(request.headers.cookie)) refusal = { status: 401, reason: 'no session' };
    if (refusal === null && request.url !== '/events') refusal = { status: 404, reason: 'nothing there' };
    if (refusal === null && !this.#feed.accept(request, socket, head)) {
      refusal = { status: 503, reason: 'too many windows' };
    }
    if (refusal === null) return;
    this.#refused(request, refusal);
    const lines = [`HTTP/1.1 ${refusal.status} Refused`, 'Connection: close', 'Content-Length: 0', '', ''];
    socket.end(lines.join('\r\n'), () => socket.destroy());
  }

  #refused(request: IncomingMessage, { status, reason }: Refusal): Answer {
    // Without the query, where the token stands.
    const [path = ''] = (request.url ?? '').split('?', 1);
    // Who asks for what is not there was let in: a browser looking for an icon.
    if (status !== 404) {
      this.#parts.onRefusal(`${status}, ${reason}: ${request.method ?? ''} ${JSON.stringify(path.slice(0, 200))}`);
    }
    const headers: Record<string, string> = { 'Content-Type': 'text/html; charset=utf-8', ...caching(false) };
    if (status === 405) headers['Allow'] = 'GET, HEAD, POST';
    // What is left of its body is not read.
    if (!request.complete) headers['Connection'] = 'close';
    return { status, headers, body: plainPage(status) };
  }
}

function redirect(cookie: string | null): Answer {
  const headers = { Location: '/', ...caching(false), ...(cookie === null ? {} : { 'Set-Cookie': cookie }) };
  return { status: 303, headers, body: '' };
}

function parseCall(text: string): { readonly name: string; readonly input: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string')
      return null;
    return { name: value.name, input: 'input' in value ? value.input : undefined };
  } catch {
    return null;
  }
}

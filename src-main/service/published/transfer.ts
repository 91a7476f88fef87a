/**
 * One request for (the rest of) a file, written where it belongs. Whatever ends it early is thrown as
 * {@link Interrupted}, which says whether asking again can help.
 */
import { open } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';

/** What a server said of the file; sent back so that it goes on only with the same one. */
export interface Validator {
  readonly url: string;
  /** A strong ETag, or a date of change. */
  readonly value: string;
}

export interface TransferRequest {
  readonly url: string;
  /** Where the bytes go; holds `have` of them. */
  readonly part: string;
  readonly have: number;
  /** What a former answer was marked with; null: nothing is known of it. */
  readonly validator: Validator | null;
  /** Refuses a size that the file cannot have. @throws SteadygazeError */
  readonly checkSize: (bytes: number) => void;
  /** Fewer bytes than this are not the whole file. */
  readonly needed: number;
  /** More bytes than this do not belong to the file. */
  readonly most: number;
  /** Called once the server has begun to answer, before anything is written. @param total null: it did not say */
  readonly onBegin: (from: number, total: number | null, validator: Validator | null) => Promise<void>;
  /** @param done bytes of the file that are here */
  readonly onBytes: (done: number) => void;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which the connection counts as dead. */
  readonly patience: number;
}

/** Ended before the end. */
export class Interrupted extends Error {
  /** False: nothing will be different the next time. */
  readonly again: boolean;
  /** What happened, for a person: continues "The download did not work: ". */
  readonly reason: string;

  constructor(reason: string, again: boolean, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.again = again;
  }
}

const MOST_REDIRECTS = 5;
/** Written at once. */
const PIECE = 2 ** 20;

/**
 * @returns bytes of the file that are here now: all of them
 * @throws Interrupted; SteadygazeError for what a server must not do; the system's error where it cannot be written
 */
export async function transfer(request: TransferRequest): Promise<number> {
  const { signal, patience } = request;
  const stalled = new AbortController();
  const watch = new Watch(patience, () => stalled.abort());
  const either = AbortSignal.any([signal, stalled.signal]);
  try {
    const response = await ask(request, either);
    watch.heard();
    return await receive(request, response, watch);
  } catch (error) {
    if (signal.aborted) throw new SteadygazeError('cancelled', 'Stopped on request.');
    if (stalled.signal.aborted) throw new Interrupted('the server sent nothing any more', true, error);
    if (error instanceof SteadygazeError || error instanceof Interrupted || isOfDisk(error)) throw error;
    throw unreachable(error);
  } finally {
    watch.end();
    // A connection that is not read to its end must not stay open.
    stalled.abort();
  }
}

/** Follows redirects itself: an encrypted address must not lead to one that is not. */
async function ask({ url, have, validator }: TransferRequest, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) headers['range'] = `bytes=${have}-`;
  if (have > 0 && validator?.url === url) headers['if-range'] = validator.value;
  let at = new URL(url);
  const mayBePlain = at.protocol === 'http:';
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await fetch(at, { headers, signal, redirect: 'manual', cache: 'no-store', credentials: 'omit' });
    const place = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || place === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(place, at.href) ? new URL(place, at.href) : null;
    if (next === null || !(next.protocol === 'https:' || (mayBePlain && next.protocol === 'http:'))) {
      throw new SteadygazeError(
        'download-failed',
        `The server at ${at.host} sends the download on to an address that is not encrypted.`,
        'Set a mirror that does not, or get the file elsewhere and choose it.',
        place.slice(0, 500),
      );
    }
    at = next;
  }
  throw new Interrupted('the server sends the download round in circles', false);
}

async function receive(request: TransferRequest, response: Response, watch: Watch): Promise<number> {
  const { have, part, needed, most, checkSize, onBegin, onBytes } = request;
  const { from, total } = contentOf(request, response);
  if (total !== null) checkSize(total);
  await onBegin(from, total, validatorOf(request.url, response));
  if (response.body === null) return from;
  const file = await open(part, from === 0 ? 'w' : 'r+');
  let done = from;
  try {
    // What lies beyond may be of another attempt.
    if (from > 0 && from < have) await file.truncate(from);
    for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
      watch.heard();
      if (done + bytes.length > most) {
        throw new SteadygazeError(
          'download-failed',
          'The server sends more than the file can have: it is another file.',
          'Check the address of the mirror, or get the file elsewhere and choose it.',
        );
      }
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        for (let written = 0; written < piece.length;) {
          written += (await file.write(piece, written, piece.length - written, done + written)).bytesWritten;
        }
        done += piece.length;
      }
      onBytes(done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (done < (total ?? needed)) throw new Interrupted('the connection was cut', true);
  return done;
}

/** Where the bytes of an answer begin, and how many the whole file has. */
function contentOf({ have }: TransferRequest, response: Response): { from: number; total: number | null } {
  const { status, headers } = response;
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw new Interrupted('the server packs the file in another way', false);
  if (status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    // Another piece than the one that was asked for is of no use.
    if (Number(from) !== have) throw new Unusable();
    return { from: have, total: Number(total) };
  }
  if (status === 200) {
    const length = headers.get('content-length');
    return { from: 0, total: length !== null && /^\d+$/.test(length) ? Number(length) : null };
  }
  // "Range not satisfiable": nothing is left of the file, or it is another one.
  if (status === 416) throw new Unusable();
  const again = status >= 500 || status === 408 || status === 429;
  if (status === 404 || status === 410) {
    throw new SteadygazeError(
      'download-failed',
      'The server does not have this file.',
      'Check the address of the mirror, or get the file elsewhere and choose it.',
      `status ${status}`,
    );
  }
  throw new Interrupted(`the server answered with the error ${status}`, again);
}

/** The piece that was asked for cannot be had; the whole file may. */
export class Unusable extends Interrupted {
  constructor() {
    super('the server cannot go on where it was', true);
  }
}

/** RFC 9110, 13.1.5: If-Range takes strong ETags and dates. */
function validatorOf(url: string, { headers }: Response): Validator | null {
  const tag = headers.get('etag');
  const value = tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified');
  return value === null ? null : { url, value };
}

/** Errors of the file system; those of the network come from `fetch`, which wraps them. */
function isOfDisk(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EFBIG'].includes(code);
}

/** Names that cannot be looked up: there is no network at all, or no such server. */
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN']);

function unreachable(error: unknown): Interrupted {
  const code = causes(error)
    .map((each) => systemCode(each) ?? '')
    .find((each) => each !== '');
  if (code !== undefined && NO_NAME.has(code)) return new Interrupted('there is no way to the server', false, error);
  if (code === 'ECONNREFUSED') return new Interrupted('the server does not answer', false, error);
  if (code !== undefined && /CERT|SIGNED|TLS|SSL/.test(code)) {
    return new Interrupted('the server could not prove who it is (its certificate is not valid)', false, error);
  }
  return new Interrupted('the connection was cut', true, error);
}

function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let each = error; each instanceof Error && found.length < 5; each = each.cause) {
    found.push(each, ...(each instanceof AggregateError ? (each.errors as unknown[]) : []));
  }
  return found;
}

/** Calls when nothing was heard for a while. */
class Watch {
  readonly #patience: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout;

  constructor(patience: number, onSilence: () => void) {
    this.#patience = patience;
    this.#onSilence = onSilence;
    this.#timer = setTimeout(onSilence, patience);
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, this.#patience);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { downloadWeights } from './download.ts';
import type { DownloadOptions } from './download.ts';
import type { PublishedWeights } from './published-list.ts';
import { cableOf, CONTENT, HASH, silentAfter, weightsAt, weightsServer, whole } from './weights-server.fixture.ts';
import type { WeightsServer } from './weights-server.fixture.ts';

let root: string;
let folder: string;
let server: WeightsServer;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-download-'));
  folder = join(root, 'weights');
  server = await weightsServer();
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

const fetchIt = (changes: Partial<PublishedWeights> = {}, options: Partial<DownloadOptions> = {}): Promise<string> =>
  downloadWeights(weightsAt(server.url, changes), {
    ...{ folder, mirror: null, signal: new AbortController().signal, patience: 600_000, pauses: [1, 1] },
    ...options,
  });

async function refusal(download: Promise<string>, code: ErrorCode): Promise<SteadygazeError> {
  const error: unknown = await download.then(
    () => new Error('it was downloaded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SteadygazeError)) throw error;
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/[.:] ?\S*$/);
  // Whoever stops it needs no advice.
  if (code !== 'cancelled') expect(error.hint).not.toBe('');
  return error;
}

const part = () => readFile(join(folder, 'tiny.pth.part'));
const start = (bytes: number) => Buffer.from(CONTENT.subarray(0, bytes));
async function leavePart(bytes: Uint8Array, etag: string | null): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'tiny.pth.part'), bytes);
  if (etag === null) return;
  await writeFile(join(folder, 'tiny.pth.part.json'), JSON.stringify({ url: `${server.url}tiny.pth`, value: etag }));
}

describe('a download', () => {
  it('gives the file its name when all of it came and was checked, and is not repeated', async () => {
    const told: [number, number][] = [];
    const path = await fetchIt({}, { onProgress: (done, total) => told.push([done, total]) });
    expect(path).toBe(join(folder, 'tiny.pth'));
    expect(await readFile(path)).toEqual(Buffer.from(CONTENT));
    expect(await readdir(folder)).toEqual(['tiny.pth']);
    expect(told[0]).toEqual([0, 300_000]);
    expect(told.at(-1)).toEqual([300_000, 300_000]);
    await fetchIt();
    expect(server.asked).toHaveLength(1);
  });

  it('goes on where connections were cut', async () => {
    const good = whole();
    let left = 3;
    const cable = cableOf(70_000);
    server.answer = (request, response) => (left-- > 0 ? cable.answer(request, response) : good(request, response));
    // When all of it has come: what is on its way as the connection breaks would be lost.
    let next = 70_000;
    const onProgress = (done: number) => {
      if (done !== next) return;
      next += 70_000;
      cable.pull();
    };
    expect(await readFile(await fetchIt({}, { onProgress, pauses: [1, 1, 1] }))).toEqual(Buffer.from(CONTENT));
    const from = server.asked.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]));
    expect(from).toEqual([0, 70_000, 140_000, 210_000]);
    expect(server.asked.at(-1)?.ifRange).toBe('"one"');
  });

  it('goes on with what a former one left, and only what is missing is asked for', async () => {
    await leavePart(start(123_456), '"one"');
    await fetchIt();
    expect(server.asked).toEqual([{ path: '/tiny.pth', range: 'bytes=123456-', ifRange: '"one"' }]);
  });

  it('goes on after the process was killed', async () => {
    const cable = silentAfter(90_000);
    server.answer = cable;
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('download-child.fixture.ts', import.meta.url)), server.url, folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('90000\n')) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(await part()).toEqual(start(90_000));
    server.answer = whole();
    expect(await readFile(await fetchIt())).toEqual(Buffer.from(CONTENT));
    expect(server.asked[1]).toMatchObject({ range: 'bytes=90000-', ifRange: '"one"' });
    expect(await readdir(folder)).toEqual(['tiny.pth']);
  });

  it('starts anew where the server has another file now, or gives no pieces', async () => {
    await leavePart(new Uint8Array(1000), '"old"');
    expect(await readFile(await fetchIt())).toEqual(Buffer.from(CONTENT));
    await rm(folder, { recursive: true });
    await leavePart(new Uint8Array(1000), null);
    server.answer = (_request, response) => response.end(CONTENT);
    expect(await readFile(await fetchIt())).toEqual(Buffer.from(CONTENT));
  });

  it('does without a length, and without any word of the size', async () => {
    server.answer = (_request, response) => {
      response.write(CONTENT.subarray(0, 1000));
      response.end(CONTENT.subarray(1000));
    };
    await fetchIt({ size: { about: 300_100 }, sha256: { beginning: HASH.slice(0, 8) } });
    expect((await stat(join(folder, 'tiny.pth'))).size).toBe(300_000);
  });

  it('takes the file from a mirror, by its name', async () => {
    const weights = { url: 'https://publisher.invalid/models/tiny.pth' };
    await fetchIt(weights, { mirror: `${server.url}deep/place/` });
    expect(server.asked[0].path).toBe('/deep/place/tiny.pth');
  });

  it('follows redirects of a mirror that is not encrypted, but not in circles', async () => {
    const good = whole();
    server.answer = (request, response) => {
      if (request.url === '/tiny.pth') response.writeHead(302, { location: '/elsewhere' }).end();
      else good(request, response);
    };
    await fetchIt();
    expect(server.asked.map(({ path }) => path)).toEqual(['/tiny.pth', '/elsewhere']);
    await rm(folder, { recursive: true });
    server.answer = (_request, response) => response.writeHead(302, { location: '/tiny.pth' }).end();
    expect((await refusal(fetchIt(), 'download-failed')).message).toContain('circles');
    server.answer = (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    expect((await refusal(fetchIt(), 'download-failed')).message).toContain('not encrypted');
  });
});

it('an encrypted address does not lead to one that is not', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url.href);
    return new Response(null, { status: 302, headers: { location: server.url } });
  });
  try {
    const { message } = await refusal(fetchIt({ url: 'https://publisher.invalid/tiny.pth' }), 'download-failed');
    expect(message).toBe('The server at publisher.invalid sends the download on to an address that is not encrypted.');
    expect(asked).toEqual(['https://publisher.invalid/tiny.pth']);
  } finally {
    vi.unstubAllGlobals();
  }
});

describe('a download is refused in a sentence, and what came is kept,', () => {
  it('where another file comes: that one is deleted', async () => {
    server.answer = whole(CONTENT.map((byte) => byte ^ 1));
    const { message } = await refusal(fetchIt(), 'weights-invalid');
    expect(message).toContain('SHA-256');
    expect(await readdir(folder)).toEqual([]);
  });

  it('where only the beginning of the hash is known and is another one', async () => {
    await refusal(fetchIt({ sha256: { beginning: '00000000' } }), 'weights-invalid');
    expect(await readdir(folder)).toEqual([]);
  });

  it('where a former part was of another file, and the next time it starts anew', async () => {
    await leavePart(new Uint8Array(1000), '"one"');
    await refusal(fetchIt(), 'weights-invalid');
    expect(await readFile(await fetchIt())).toEqual(Buffer.from(CONTENT));
  });

  it('where the server says another size, before anything is fetched', async () => {
    server.answer = whole(CONTENT.subarray(0, 1234));
    expect((await refusal(fetchIt(), 'download-failed')).message).toContain('1234 bytes, not 300000');
    await expect(part()).rejects.toThrow();
  });

  it('where more comes than the file can have', async () => {
    server.answer = (_request, response) => {
      const more = (): void => void response.write(CONTENT, more);
      more();
    };
    expect((await refusal(fetchIt(), 'download-failed')).message).toContain('sends more');
    expect((await part()).length).toBeLessThanOrEqual(300_000);
  });

  it('where the server does not have it, or fails', async () => {
    server.answer = (_request, response) => response.writeHead(404).end();
    expect((await refusal(fetchIt(), 'download-failed')).message).toBe('The server does not have this file.');
    expect(server.asked).toHaveLength(1);
    server.answer = (_request, response) => response.writeHead(503).end();
    expect((await refusal(fetchIt(), 'download-failed')).message).toContain('error 503');
    expect(server.asked).toHaveLength(4);
  });

  it('where the server falls silent', async () => {
    server.answer = silentAfter(5000);
    const { message } = await refusal(fetchIt({}, { patience: 5_000, pauses: [] }), 'download-failed');
    expect(message).toBe('The download did not work: the server sent nothing any more.');
    expect(await part()).toEqual(start(5000));
  });

  it('where there is no network, or nobody listens: it says what to do', async () => {
    const nowhere = await refusal(fetchIt({ url: 'https://nowhere.invalid/tiny.pth' }), 'download-failed');
    expect(nowhere.hint).toContain('https://nowhere.invalid/tiny.pth on another computer and choose that file');
    const gone = await weightsServer();
    await gone.close();
    const { message } = await refusal(fetchIt({ url: `${gone.url}tiny.pth` }), 'download-failed');
    expect(message).toContain('does not answer');
  });

  it('where the disk is too small', async () => {
    // No disk has so much space left.
    const { message } = await refusal(fetchIt({ size: { exact: 2 ** 60 } }), 'disk-full');
    expect(message).toContain('MB');
    expect(server.asked).toHaveLength(0);
  });

  it('where it is cancelled', async () => {
    server.answer = silentAfter(7000);
    const stop = new AbortController();
    const onProgress = (done: number) => void (done === 7000 && stop.abort());
    await refusal(fetchIt({}, { signal: stop.signal, onProgress }), 'cancelled');
    expect(await part()).toEqual(start(7000));
  });

  it('where it is under way already', async () => {
    server.answer = silentAfter(7000);
    const stop = new AbortController();
    const { promise: beginning, resolve: onProgress } = Promise.withResolvers<unknown>();
    const first = fetchIt({}, { signal: stop.signal, onProgress });
    await beginning;
    expect((await refusal(fetchIt(), 'busy')).message).toContain('already');
    stop.abort();
    await expect(first).rejects.toThrow('Stopped on request.');
  });
});

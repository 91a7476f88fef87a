import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { AppEvent } from '../contract/app-events.ts';
import { testSite, type TestSite } from './fake-application.fixture.ts';
import { rawRequest } from './raw-request.fixture.ts';

const BACKLOG = 256 * 1024;

let at: TestSite;
let cookie: string;

/** @param ping milliseconds */
async function serve(ping: number): Promise<void> {
  at = await testSite({ feed: { windows: 3, backlog: BACKLOG, ping } });
  cookie = await at.cookie();
}
// Long enough that no window is ended for its silence, however late it is heard.
beforeEach(() => serve(600_000));
afterEach(() => at.close());

const notice = (seq: number, text = ''): AppEvent => ({ seq, type: 'notice', kind: 'info', text, hint: '' });

function listen(headers: Record<string, string> = {}, path = '/events'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${at.site.port}${path}`, {
    headers: { Origin: at.origin, Cookie: cookie, ...headers },
  });
}

/** The status with which it was refused. */
async function refused(window: WebSocket): Promise<unknown> {
  window.on('error', () => undefined);
  const [, answer] = (await once(window, 'unexpected-response')) as [unknown, { statusCode: number }];
  return answer.statusCode;
}

describe('the events', () => {
  it('reach every window that listens', async () => {
    const windows = [listen(), listen()];
    await Promise.all(windows.map((window) => once(window, 'open')));
    const heard = windows.map((window) => once(window, 'message'));
    at.application.tell(notice(1));
    for (const each of heard) expect(JSON.parse(String((await each)[0]))).toEqual(notice(1));
    windows.forEach((window) => window.terminate());
  });

  it('reach nobody without the cookie, or from another page', async () => {
    expect(await refused(listen({ Cookie: '' }))).toBe(401);
    expect(await refused(listen({ Origin: 'http://evil.example' }))).toBe(403);
    expect(await refused(listen({ Origin: 'null' }))).toBe(403);
    expect(await refused(listen({ Host: 'evil.example' }))).toBe(421);
    expect(await refused(listen({ 'Sec-Fetch-Site': 'cross-site' }))).toBe(403);
    expect(await refused(listen({}, '/other'))).toBe(404);
    const handshake = {
      Cookie: cookie,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    expect((await rawRequest(at.site.port, { target: '/events', headers: handshake })).status).toBe(403);
    const complete = { ...handshake, Origin: at.origin };
    expect((await rawRequest(at.site.port, { target: '/events', headers: complete })).status).toBe(101);
  });

  it('go to a few windows only', async () => {
    const windows = [listen(), listen(), listen()];
    await Promise.all(windows.map((window) => once(window, 'open')));
    expect(await refused(listen())).toBe(503);
    windows.forEach((window) => window.terminate());
  });

  it('end for a window that sends what it should not', async () => {
    const binary = listen();
    await once(binary, 'open');
    binary.send(Buffer.from([1]));
    expect((await once(binary, 'close'))[0]).toBe(1003);
    const long = listen();
    await once(long, 'open');
    long.send('x'.repeat(100_000));
    expect((await once(long, 'close'))[0]).toBe(1009);
  });

  it('end for a window that does not take them', async () => {
    const slow = listen();
    const good = listen();
    await Promise.all([once(slow, 'open'), once(good, 'open')]);
    const closed = once(slow, 'close');
    slow.pause();
    const last = 400;
    for (let seq = 1; seq <= last; seq++) {
      const heard = once(good, 'message') as Promise<[Buffer]>;
      at.application.tell(notice(seq, 'x'.repeat(64 * 1024)));
      expect((JSON.parse(String((await heard)[0])) as AppEvent).seq).toBe(seq);
    }
    slow.resume();
    await closed;
    expect(good.readyState).toBe(WebSocket.OPEN);
    good.terminate();
  });

  it('end for a window that is gone without a word', async () => {
    await at.close();
    await serve(100);
    const window = listen();
    await once(window, 'open');
    // No answer to a ping any more.
    window.pong = () => undefined;
    (window as unknown as { _autoPong: boolean })._autoPong = false;
    const closed = await once(window, 'close');
    expect(closed[0]).toBe(1006);
  });
});

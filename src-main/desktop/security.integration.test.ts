/** What the window may not do, tried from inside the window of the real app. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT, startApp, surroundings, type RunningApp } from './electron-app.fixture.ts';
import { WINDOW_URL } from './origin.ts';

const around = await surroundings();
if (typeof around === 'string') console.log(`Tests of the desktop app are skipped: ${around}`);

/** As the page sees it. */
interface PageWindow {
  readonly steadygaze: { invoke(name: string, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> };
  readonly process?: unknown;
  readonly require?: unknown;
}

describe.skipIf(typeof around === 'string')('the window of the desktop app', () => {
  let app: RunningApp;
  let server: Server;
  let heard = 0;
  let outside = '';

  beforeAll(async () => {
    if (typeof around === 'string') return;
    server = createServer((_, response) => {
      heard++;
      response.setHeader('Access-Control-Allow-Origin', '*').end('outside');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    app = await startApp(around);
    await app.page.locator('#app > *').first().waitFor();
  });

  afterAll(async () => {
    await app.close();
    server.close();
    if (typeof around !== 'string') around.display.close();
  });

  test('has the bridge and nothing of Node or Electron', async () => {
    const seen = await app.page.evaluate(() => {
      const page = globalThis as unknown as PageWindow;
      return [Object.keys(page.steadygaze).toSorted(), typeof page.process, typeof page.require];
    });
    expect(seen).toEqual([['invoke', 'onEvent', 'pathOf'], 'undefined', 'undefined']);
  });

  test('is closed by its settings', async () => {
    const settings = await app.electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
    });
    expect(settings).toEqual({
      ...{ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false },
    });
  });

  test('does not leave its page', async () => {
    await app.page
      .evaluate(
        (to) => (globalThis as unknown as { location: { assign(to: string): void } }).location.assign(to),
        outside,
      )
      .catch(() => undefined);
    await app.page.waitForTimeout(500);
    expect(app.page.url()).toBe(WINDOW_URL);
    expect(heard).toBe(0);
  });

  test('opens no other window', async () => {
    const opened = await app.page.evaluate(
      (to) => (globalThis as unknown as { open(to: string): unknown }).open(to) === null,
      outside,
    );
    expect(opened).toBe(true);
    expect(app.electron.windows()).toHaveLength(1);
  });

  test('asks for no permission in vain: there are none', async () => {
    const states = await app.page.evaluate(() => {
      const { permissions } = navigator as unknown as {
        permissions: { query(what: { name: string }): Promise<{ state: string }> };
      };
      return Promise.all(
        ['notifications', 'camera', 'geolocation'].map((name) =>
          permissions.query({ name }).then(({ state }) => state),
        ),
      );
    });
    expect(states).toEqual(['denied', 'denied', 'denied']);
  });

  test('reaches no server, by its policy', async () => {
    const answer = await app.page.evaluate((to) => fetch(to).then(() => 'answered', String), outside);
    expect(answer).toMatch(/Failed to fetch/);
    expect(heard).toBe(0);
  });

  test('reaches no server even without a policy: the session filters every request', async () => {
    const answers = await app.electron.evaluate(async ({ session, net }, to) => {
      const viaSession = await session.defaultSession.fetch(to).then(() => 'answered', String);
      const viaNet = await net.fetch(to).then(() => 'answered', String);
      return [viaSession, viaNet];
    }, outside);
    for (const answer of answers) expect(answer).toMatch(/ERR_/);
    expect(heard).toBe(0);
  });

  test('carries the policy on every answer, and its own on reports', async () => {
    const headers = (path: string) =>
      app.page.evaluate(async (address) => {
        const { headers: all, status } = await fetch(address);
        return { status, policy: all.get('content-security-policy'), sniff: all.get('x-content-type-options') };
      }, path);
    for (const path of ['/index.html', '/nothing.html', '/resource/picture/none/96']) {
      const { policy, sniff } = await headers(path);
      expect(policy).toContain("default-src 'none'; script-src 'self'");
      expect(sniff).toBe('nosniff');
    }
    expect((await headers('/resource/report/none')).policy).toContain('sandbox allow-scripts');
  });

  test('gets no file outside its folder', async () => {
    const statuses = await app.electron.evaluate(async ({ session }) => {
      const paths = [
        'index.html',
        '..%2f..%2fpackage.json',
        '%2e%2e/%2e%2e/package.json',
        '..%5c..%5cpackage.json',
        '/etc/hostname',
      ];
      const answers = paths.map((path) => session.defaultSession.fetch(`steadygaze://app/${path}`));
      return (await Promise.all(answers)).map(({ status }) => status);
    });
    expect(statuses).toEqual([200, 400, 404, 400, 400]);
  });

  test('is refused when it asks from a frame, from another window, or for too much', async () => {
    const huge = await app.page.evaluate(() => {
      const page = globalThis as unknown as PageWindow;
      return page.steadygaze.invoke('app.reportProblem', { text: 'x'.repeat(5_000_000) });
    });
    expect(huge).toMatchObject({ ok: false, error: { code: 'refused' } });
    // A window of the same page and preload script that is not the app's: what a hole elsewhere could open.
    const foreign = await app.electron.evaluate(
      async ({ BrowserWindow }, { address, preload }) => {
        const other = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, contextIsolation: true },
        });
        await other.loadURL(address);
        const answer: unknown = await other.webContents.executeJavaScript("steadygaze.invoke('app.state', {})");
        other.destroy();
        return answer;
      },
      { address: WINDOW_URL, preload: join(PROJECT, 'out/preload/preload.cjs') },
    );
    expect(foreign).toMatchObject({ ok: false, error: { code: 'refused' } });
    const inFrame = await app.page.evaluate(async () => {
      const page = globalThis as unknown as {
        document: {
          body: { append(frame: unknown): void };
          createElement(name: string): { src: string; onload: () => void; contentWindow: PageWindow; remove(): void };
        };
      };
      const frame = page.document.createElement('iframe');
      const loaded = new Promise<void>((resolve) => (frame.onload = resolve));
      frame.src = '/resource/report/none';
      page.document.body.append(frame);
      await loaded;
      try {
        return typeof frame.contentWindow.steadygaze;
      } catch {
        return 'a stranger';
      } finally {
        frame.remove();
      }
    });
    expect(inFrame).toBe('a stranger');
  });

  test('answers questions of the contract', async () => {
    const state = await app.page.evaluate(() =>
      (globalThis as unknown as PageWindow).steadygaze.invoke('app.state', {}),
    );
    expect(state).toMatchObject({ ok: true, value: { app: { name: 'Steadygaze', mode: 'desktop' } } });
    const nonsense = await app.page.evaluate(() =>
      (globalThis as unknown as PageWindow).steadygaze.invoke('__proto__', {}),
    );
    expect(nonsense.ok).toBe(false);
  });
});

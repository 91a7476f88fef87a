/** The command `serve` as a program of its own, with the real application. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerModule } from '../cli/commands/serve.ts';
import type { AppState } from '../contract/app-state.ts';
import { serveSite } from './serve-site.ts';
import { openPage, startServer } from './start.ts';
import { builtWindow } from './window-build.ts';
import { testSite } from './fake-application.fixture.ts';

const BIN = fileURLToPath(new URL('../cli/steadygaze.js', import.meta.url));
const WATCH = fileURLToPath(new URL('network-watch.fixture.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let root: string;
let temporary: string;
let notes: string;
let server: ChildProcess;
let errors = '';
let url: string;
let cookie: string;

beforeAll(async () => {
  // Not a part of what is tested, and slow on a busy machine.
  await builtWindow(ROOT, () => undefined);
  root = await mkdtemp(join(tmpdir(), 'steadygaze-serve-'));
  temporary = join(root, 'tmp');
  notes = join(root, 'network.txt');
  await mkdir(temporary);
  await writeFile(notes, '');
  const folders = ['--data-folder', join(root, 'data'), '--studies', join(root, 'studies')];
  server = spawn(process.execPath, [BIN, 'serve', '--json', ...folders], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TMPDIR: temporary,
      // Also for the threads and processes that it starts.
      NODE_OPTIONS: `--import=${pathToFileURL(WATCH).href}`,
      STEADYGAZE_NETWORK_WATCH: notes,
    },
  });
  server.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines = createInterface({ input: server.stdout ?? process.stdin });
  const [line] = (await Promise.race([once(lines, 'line'), once(server, 'exit')])) as [unknown];
  if (typeof line !== 'string') throw new Error(`serve ended: ${errors}`);
  ({ url } = JSON.parse(line) as { url: string });
  const answer = await fetch(url, { redirect: 'manual' });
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(async () => {
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGKILL');
  await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const at = (path: string) => new URL(path, url).href;

async function call(name: string, input: unknown): Promise<{ ok: boolean; value?: unknown; error?: unknown }> {
  const answer = await fetch(at('/invoke'), {
    method: 'POST',
    headers: { Origin: new URL(url).origin, Cookie: cookie, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, input }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { ok: boolean; value?: unknown; error?: unknown };
}

it('shows the window, its state and its events', async () => {
  const page = await fetch(at('/'), { headers: { Cookie: cookie } });
  const html = await page.text();
  expect(html).toContain('<title>Steadygaze</title>');
  const script = /src="\.?(\/assets\/[\w-]+\.js)"/.exec(html)?.[1] ?? '';
  expect((await fetch(at(script), { headers: { Cookie: cookie } })).headers.get('content-type')).toContain(
    'javascript',
  );

  const state = await call('app.state', {});
  expect((state.value as AppState).app).toMatchObject({ mode: 'browser', studiesFolder: join(root, 'studies') });

  const events = new WebSocket(at('/events').replace('http', 'ws'), {
    headers: { Cookie: cookie, Origin: new URL(url).origin },
  });
  await once(events, 'open');
  const heard = once(events, 'message');
  await call('app.setPreferences', { theme: 'dark' });
  const [message] = (await heard) as [Buffer];
  expect(JSON.parse(message.toString())).toMatchObject({ type: 'changed', part: 'preferences' });
  events.terminate();
});

it('opens the sample study', async () => {
  expect(await call('study.openSample', { task: 'sample' })).toMatchObject({ ok: true, value: { runs: [{}, {}] } });
  const table = await fetch(at('/resource/table/001-plain-s1/2'), { headers: { Cookie: cookie } });
  expect(table.status).toBe(200);
  expect((await table.arrayBuffer()).byteLength).toBeGreaterThan(1200 * 10);
});

it('says what a browser cannot do', async () => {
  expect(await call('folders.pick', { purpose: 'study' })).toMatchObject({ ok: false, error: { code: 'refused' } });
  expect(await call('no.such', {})).toMatchObject({ ok: false });
});

it('writes what it refused into its log, without secrets', async () => {
  await fetch(at('/?token=guessed'), { redirect: 'manual' });
  await expect
    .poll(() => readFile(join(root, 'data', 'logs', 'browser-mode.log'), 'utf8').catch(() => ''))
    .toContain('Refused 401, a wrong or used token: GET "/"');
  const log = await readFile(join(root, 'data', 'logs', 'browser-mode.log'), 'utf8');
  for (const secret of ['guessed', new URL(url).searchParams.get('token') ?? '', cookie.split('=')[1] ?? '']) {
    expect(log).not.toContain(secret);
  }
});

it('stops politely on Ctrl-C and leaves nothing in temporary folders', async () => {
  const [folder = ''] = (await readdir(temporary)).filter((name) => name.startsWith('steadygaze-'));
  if (process.platform !== 'win32') expect((await stat(join(temporary, folder))).mode & 0o777).toBe(0o700);
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect((await readdir(temporary)).filter((name) => name.startsWith('steadygaze-'))).toEqual([]);
});

it('never reached out to anything', async () => {
  const lines = (await readFile(notes, 'utf8')).split('\n').filter((line) => line !== '');
  // Listening "looks up" the address it is given, which asks nobody.
  expect(new Set(lines)).toEqual(new Set(['watching', 'lookup "127.0.0.1"']));
});

it('offers what the command calls', () => {
  // The command names the module in a text, so the compiler compares the two here only.
  const offered: ServerModule = { startServer, openPage };
  expect(Object.values(offered).every((each) => typeof each === 'function')).toBe(true);
});

it('says which port is taken', async () => {
  const first = await testSite();
  const again = serveSite(first.site.port, {
    application: first.application,
    downloads: first.downloads,
    files: new Map(),
    onRefusal: () => undefined,
  });
  await expect(again).rejects.toMatchObject({ code: 'busy', hint: expect.stringContaining('--port') as string });
  await first.close();
});

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, type Sources } from './answer.ts';

let root = '';
let asked: string[] = [];
const sources = (): Sources => ({
  files: join(root, 'window'),
  resource: async (path) => {
    asked.push(path);
    return { status: 200, type: 'image/webp', body: new Uint8Array([1, 2, 3]), immutable: path.includes('picture') };
  },
});
const get = (path: string, method = 'GET') => answer(`steadygaze://app${path}`, method, sources());

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-answer-'));
  await mkdir(join(root, 'window/assets'), { recursive: true });
  await mkdir(join(root, 'window-secret'));
  await writeFile(join(root, 'window/index.html'), '<p>window</p>');
  await writeFile(join(root, 'window/assets/part-1a2b.js'), 'part');
  await writeFile(join(root, 'window/notes.txt'), 'of no kind that is served');
  await writeFile(join(root, 'secret.json'), '{}');
  await writeFile(join(root, 'window-secret/secret.json'), '{}');
});
afterAll(() => rm(root, { recursive: true }));

test('files of the window come with their type, for ever only where their name holds a hash', async () => {
  const page = await get('/');
  expect(await page.text()).toBe('<p>window</p>');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('cache-control')).toBe('no-store');
  const part = await get('/assets/part-1a2b.js');
  expect(part.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(part.headers.get('cache-control')).toContain('immutable');
});

test.each([
  '/../secret.json',
  '/..%2fsecret.json',
  '/%2e%2e%2fsecret.json',
  '/assets/..%2f..%2fsecret.json',
  '/..%5csecret.json',
  '/..%2fwindow-secret%2fsecret.json',
  '//secret.json',
  '/index.html%00.html',
  '/%zz',
  '/notes.txt',
  '/none.html',
  '/assets',
])('no file at %s', async (path) => {
  const { status } = await get(path);
  expect([400, 404]).toContain(status);
});

test('nothing is answered on another host, scheme or method', async () => {
  for (const address of ['steadygaze://other/index.html', 'https://app/index.html', 'nonsense']) {
    expect((await answer(address, 'GET', sources())).status).toBe(404);
  }
  expect((await get('/index.html', 'POST')).status).toBe(405);
});

test('resources come from the service, by the address as it is', async () => {
  asked = [];
  const picture = await get('/resource/picture/ab/96');
  expect(asked).toEqual(['/resource/picture/ab/96']);
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  expect(picture.headers.get('cache-control')).toContain('immutable');
  expect((await get('/resource/table/1/0')).headers.get('cache-control')).toBe('no-store');
  expect((await get('/resource/%2e%2e%2fsecret.json')).status).toBe(400);
});

test('a report is a stranger to the window', async () => {
  const policy = (await get('/resource/report/1')).headers.get('content-security-policy') ?? '';
  expect(policy).toContain('sandbox allow-scripts');
  expect(policy).not.toContain("'self'");
  expect((await get('/resource/%72eport/1')).headers.get('content-security-policy')).toContain("default-src 'none'");
});

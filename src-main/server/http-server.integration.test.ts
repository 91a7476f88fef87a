import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rawRequest, type RawRequest } from './raw-request.fixture.ts';
import { SECRET, testSite, type TestSite } from './fake-application.fixture.ts';

/** Milliseconds that no body takes on a slow machine, either. */
const BODY = { bytes: 4 * 1024 * 1024, time: 600_000 };

let at: TestSite;
let cookie: string;

beforeAll(async () => {
  at = await testSite({ body: BODY });
  cookie = await at.cookie();
});
beforeEach(() => {
  at.application.calls.length = 0;
  at.refusals.length = 0;
});
afterAll(() => at.close());

const send = (request: RawRequest) => rawRequest(at.site.port, request);
/** As the window itself asks. */
const asWindow = (request: RawRequest = {}) =>
  send({ ...request, headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', ...request.headers } });
const call = (headers: Record<string, string> = {}, body = '{"name":"app.state","input":{}}') =>
  asWindow({
    method: 'POST',
    target: '/invoke',
    headers: {
      Origin: at.origin,
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
      ...headers,
    },
    body,
  });

describe('who is let in', () => {
  it('takes a token once, for a cookie that no page can read or make another page send', async () => {
    const url = at.site.newUrl();
    const first = await fetch(url, { redirect: 'manual' });
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/');
    expect(first.headers.get('set-cookie')).toMatch(
      new RegExp(`^steadygaze-${at.site.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    const second = await fetch(url, { redirect: 'manual' });
    expect(second.status).toBe(401);
    expect(second.headers.get('set-cookie')).toBeNull();
    expect(await second.text()).toContain('press Enter in the terminal');
  });

  it('gives out tokens of 256 bits, of which only the newest works', async () => {
    const [older, newer] = [at.site.newUrl(), at.site.newUrl()];
    expect(Buffer.from(new URL(older).searchParams.get('token') ?? '', 'base64url')).toHaveLength(32);
    expect((await fetch(older, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(newer, { redirect: 'manual' })).status).toBe(303);
  });

  it('refuses a wrong token, and does not use up the right one for it', async () => {
    const url = at.site.newUrl();
    for (const target of ['/?token=', '/?token=x', `/?token=${'A'.repeat(43)}`, '/?token=%00', '/?x']) {
      expect((await send({ target })).status).toBe(401);
    }
    expect((await send({ method: 'HEAD', target: new URL(url).pathname + new URL(url).search })).status).toBe(401);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
  });

  it('lets a reload of the used address through, by the cookie', async () => {
    const answer = await asWindow({ target: '/?token=used' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  });

  it.each(['/', '/assets/main-abc123.js', '/resource/report/a', '/invoke', '/anything'])(
    'refuses %s without the cookie, or with another one',
    async (target) => {
      for (const other of [
        {},
        { Cookie: `steadygaze-${at.site.port}=${'A'.repeat(43)}` },
        { Cookie: 'steadygaze-1=x' },
      ]) {
        expect((await send({ target, headers: other })).status).toBe(401);
      }
    },
  );

  it('writes refusals to the log, without the token', async () => {
    await send({ target: '/?token=open-sesame' });
    expect(at.refusals).toEqual(['401, a wrong or used token: GET "/"']);
  });
});

describe('where a request comes from', () => {
  it.each([
    ['evil.example'],
    ['127.0.0.1'],
    ['127.0.0.1:1'],
    ['localhost.evil.example:PORT'],
    ['[::1]:PORT'],
    ['0.0.0.0:PORT'],
    ['127.0.0.1:PORT@evil.example'],
    ['LOCALHOST:PORT'],
    [''],
  ])('refuses the Host "%s"', async (host) => {
    const answer = await asWindow({ headers: { Host: host.replace('PORT', String(at.site.port)) } });
    expect(answer.status).toBe(421);
  });

  it('answers to localhost too, but not with the other name as Origin', async () => {
    const host = `localhost:${at.site.port}`;
    expect((await asWindow({ headers: { Host: host } })).status).toBe(200);
    expect((await call({ Host: host, Origin: `http://${host}` })).status).toBe(200);
    expect((await call({ Host: host })).status).toBe(403);
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1', 'https://127.0.0.1:PORT', 'http://127.0.0.1:PORT.evil'])(
    'refuses the Origin "%s"',
    async (origin) => {
      const Origin = origin.replace('PORT', String(at.site.port));
      expect((await call({ Origin })).status).toBe(403);
      expect((await asWindow({ headers: { Origin } })).status).toBe(403);
      expect(at.application.calls).toEqual([]);
    },
  );

  it('refuses a call without an Origin', async () => {
    const answer = await asWindow({
      method: 'POST',
      target: '/invoke',
      headers: { 'Content-Type': 'application/json', 'Content-Length': '2' },
      body: '{}',
    });
    expect(answer.status).toBe(403);
  });

  it.each(['cross-site', 'same-site', 'anything'])('refuses what a browser calls %s', async (site) => {
    expect((await asWindow({ headers: { 'Sec-Fetch-Site': site } })).status).toBe(403);
    expect((await call({ 'Sec-Fetch-Site': site })).status).toBe(403);
  });

  it.each(['http://evil.example/', 'http://127.0.0.1/', '//evil.example/', '*', 'evil.example:443'])(
    'refuses the target "%s"',
    async (target) => {
      expect((await asWindow({ target })).status).toBe(400);
    },
  );
});

describe('calls', () => {
  it('hands the name and the input on, and the result back', async () => {
    const answer = await call();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ ok: true, value: { name: 'app.state' } });
    expect(at.application.calls).toEqual([{ name: 'app.state', input: {} }]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx', ''])(
    'refuses the type "%s"',
    async (type) => {
      expect((await call({ 'Content-Type': type })).status).toBe(415);
      expect(at.application.calls).toEqual([]);
    },
  );

  it.each(['', '{', 'null', '7', '"app.state"', '[]', '{"input":{}}', '{"name":7}'])('refuses %s', async (body) => {
    expect((await call({}, body)).status).toBe(400);
    expect(at.application.calls).toEqual([]);
  });

  it('takes 4 MB, and not a byte more', async () => {
    const most = 4 * 1024 * 1024;
    const body = (length: number) => `{"name":"a","input":"${'x'.repeat(length - 23)}"}`;
    expect((await call({}, body(most))).status).toBe(200);
    expect((await call({}, body(most + 1))).status).toBe(413);
  });

  it('does not wait for a gigabyte that is announced', async () => {
    expect((await call({ 'Content-Length': String(2 ** 30) }, '{')).status).toBe(413);
  });

  it('does not take a gigabyte that comes in pieces', async () => {
    const piece = Buffer.alloc(1 << 20, 120);
    const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
    const { status, sent } = await asWindow({
      method: 'POST',
      target: '/invoke',
      headers: { Origin: at.origin, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      flood: chunk,
    });
    expect(status).toBe(413);
    expect(sent).toBeLessThan(64 << 20);
  });

  it('does not wait for a body that does not come', async () => {
    const impatient = await testSite({ body: { ...BODY, time: 300 } });
    const headers = { Cookie: await impatient.cookie(), Origin: impatient.origin, 'Content-Type': 'application/json' };
    const began = performance.now();
    const { status } = await rawRequest(impatient.site.port, {
      ...{ method: 'POST', target: '/invoke', body: '{"name"' },
      headers: { ...headers, 'Sec-Fetch-Site': 'same-origin', 'Content-Length': '100' },
    });
    expect(status).toBe(408);
    // Node itself would wait for five minutes.
    expect(performance.now() - began).toBeLessThan(120_000);
    await impatient.close();
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses the method %s', async (method) => {
    const answer = await asWindow({ method, target: '/invoke', headers: { Origin: at.origin } });
    expect(answer.status).toBe(405);
    expect(at.application.calls).toEqual([]);
  });

  it('posts nowhere else, and sends no body with a question', async () => {
    const body = { headers: { Origin: at.origin, 'Content-Length': '2' }, body: '{}' };
    expect((await asWindow({ method: 'POST', target: '/', ...body })).status).toBe(405);
    expect((await asWindow({ method: 'GET', target: '/', ...body })).status).toBe(400);
  });
});

describe('files', () => {
  it('sends the page and its parts, with everything forbidden that it does not need', async () => {
    const page = await asWindow();
    expect([page.status, page.body]).toEqual([200, '<title>Steadygaze</title>']);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; ` +
        `connect-src 'self' ws://127.0.0.1:${at.site.port} ws://localhost:${at.site.port}; frame-src 'self'; ` +
        `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    const part = await asWindow({ target: '/assets/main-abc123.js' });
    expect([part.status, part.body]).toEqual([200, 'start()']);
    expect(part.headers.get('cache-control')).toContain('immutable');
    for (const { headers } of [page, part, await send({})]) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('access-control-allow-origin')).toBeUndefined();
    }
  });

  it('shuts the page of a report in', async () => {
    const { headers } = await asWindow({ target: '/resource/report/a' });
    const policy = headers.get('content-security-policy');
    expect(policy).toContain('sandbox allow-scripts');
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain("script-src 'self'");
  });

  it('sends the resources of the application', async () => {
    const picture = await asWindow({ target: `/resource/picture/${'a'.repeat(64)}/96` });
    expect([picture.status, picture.body, picture.headers.get('content-type')]).toEqual([
      200,
      'a picture',
      'image/jpeg',
    ]);
    expect(picture.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect((await asWindow({ target: '/resource/picture/../../etc/passwd' })).status).toBe(404);
  });

  it('offers an exported file under its own name until the end', async () => {
    const url = await at.downloads.offer('../Bericht "für" Ω.csv', (path) => writeFile(path, 'a,b'));
    for (const { status, body, headers } of [await asWindow({ target: url }), await asWindow({ target: url })]) {
      expect([status, body]).toEqual([200, 'a,b']);
      expect(headers.get('content-disposition')).toBe(
        `attachment; filename="Bericht _f_r_ _.csv"; filename*=UTF-8''Bericht%20%22f%C3%BCr%22%20%CE%A9.csv`,
      );
    }
    expect((await send({ target: url })).status).toBe(401);
    expect((await asWindow({ target: '/resource/download/nothing' })).status).toBe(404);
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/%2e%2e%2fsecret.js',
    '/..%2fsecret.js',
    '/..%5csecret.js',
    '/..\\secret.js',
    '/%252e%252e/secret.js',
    '/%c0%ae%c0%ae/secret.js',
    '/....//secret.js',
    '/./../secret.js',
    '/assets/%00../../secret.js',
    '/../renderer-other/secret.js',
    '/.hidden.js',
    '/.git/config.js',
    '/notes.secret',
    '/assets',
    '/assets/',
    '/assets//main-abc123.js',
    '/C:/secret.js',
    '/__proto__',
    '/constructor',
  ])('finds nothing at %s', async (target) => {
    expect((await asWindow({ target })).status).toBe(404);
  });

  it('never sends anything from outside its folder, whatever is asked', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e%2e',
        '%2E.',
        '..%2f',
        '..\\',
        '%5c',
        '%00',
        'secret.js',
        'renderer',
        'assets',
        '.git',
      ),
      fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
    );
    const target = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('/')}`);
    await fc.assert(
      fc.asyncProperty(target, async (url) => {
        const { status, body } = await asWindow({ target: url });
        expect(body).not.toContain(SECRET);
        const known = ['<title>Steadygaze</title>', 'start()', ''].includes(body);
        expect(known || status >= 400).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses headers without end, and addresses without end', async () => {
    expect((await asWindow({ headers: { 'X-Long': 'x'.repeat(20_000) } })).status).toBe(431);
    expect((await asWindow({ target: `/${'x'.repeat(9000)}` })).status).toBe(414);
  });
});

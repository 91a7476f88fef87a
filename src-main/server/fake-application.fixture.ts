/** An application that knows nothing, and a site around it: for tests of the server alone. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AppEvent } from '../contract/app-events.ts';
import type { Result } from '../contract/operation.ts';
import { Downloads } from './downloads.ts';
import type { SiteParts } from './http-server.ts';
import type { ResourceAnswer, ServedApplication } from './served.ts';
import { serveSite, type ServedSite } from './serve-site.ts';
import { windowFiles } from './window-files.ts';

export class FakeApplication implements ServedApplication {
  readonly calls: { name: string; input: unknown }[] = [];
  readonly #listeners = new Set<(event: AppEvent) => void>();

  async invoke(name: string, input: unknown): Promise<Result<unknown>> {
    this.calls.push({ name, input });
    return { ok: true, value: { name } };
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async resource(path: string): Promise<ResourceAnswer> {
    if (path.startsWith('/resource/report/')) {
      return { status: 200, type: 'text/html; charset=utf-8', body: Buffer.from('<p>A report'), immutable: false };
    }
    return { status: 200, type: 'image/jpeg', body: Buffer.from('a picture'), immutable: true };
  }
}

/** What must never be sent: it lies beside the folder that is served. */
export const SECRET = 'nobody gets this';

export interface TestSite {
  readonly application: FakeApplication;
  readonly downloads: Downloads;
  readonly site: ServedSite;
  readonly refusals: string[];
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Lets a browser in. @returns its `Cookie` */
  cookie(): Promise<string>;
  close(): Promise<void>;
}

export async function testSite(more: Partial<SiteParts> = {}): Promise<TestSite> {
  const root = await mkdtemp(join(tmpdir(), 'steadygaze-server-'));
  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  };
  await put('renderer/index.html', '<title>Steadygaze</title>');
  await put('renderer/assets/main-abc123.js', 'start()');
  await put('renderer/.hidden.js', SECRET);
  await put('renderer/.git/config.js', SECRET);
  await put('renderer/notes.secret', SECRET);
  await put('secret.js', SECRET);
  await put('renderer-other/secret.js', SECRET);
  const application = new FakeApplication();
  const downloads = await Downloads.create();
  const refusals: string[] = [];
  const site = await serveSite(0, {
    application,
    downloads,
    files: await windowFiles(join(root, 'renderer')),
    onRefusal: (sentence) => void refusals.push(sentence),
    ...more,
  });
  const origin = `http://127.0.0.1:${site.port}`;
  return {
    application,
    downloads,
    site,
    refusals,
    origin,
    async cookie() {
      const answer = await fetch(site.newUrl(), { redirect: 'manual' });
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    async close() {
      await site.close();
      downloads.remove();
      await rm(root, { recursive: true, force: true });
    },
  };
}

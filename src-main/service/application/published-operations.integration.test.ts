import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTENT, silentAfter, weightsAt, weightsServer, whole } from '../published/weights-server.fixture.ts';
import type { WeightsServer } from '../published/weights-server.fixture.ts';
import { testApplication } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';

let folder: string;
let server: WeightsServer;
let test: TestApplication;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-published-'));
  server = await weightsServer();
  const list = [weightsAt('https://publisher.invalid/')];
  test = await testApplication({ published: { list, folder: join(folder, 'weights') } });
});
afterEach(async () => {
  await test.close();
  await server.close();
  await rm(folder, { recursive: true });
});

it('are listed without a request, downloaded when asked for from the mirror that is set, and can be cancelled', async () => {
  const [before] = await test.call('weights.published', {});
  expect(before).toMatchObject({ url: 'https://publisher.invalid/tiny.pth', here: 0, bytes: 300_000 });
  await test.call('app.setPreferences', { weightsMirror: server.url });
  expect((await test.call('weights.published', {}))[0].url).toBe(`${server.url}tiny.pth`);
  expect(server.asked).toEqual([]);

  server.answer = silentAfter(100_000);
  const stopped = test.call('weights.download', { id: 'tiny-imagenet', task: 'one' });
  await expect.poll(async () => (await test.call('weights.published', {}))[0].here, { timeout: 20_000 }).toBe(100_000);
  expect(test.app.state.tasks).toMatchObject([
    { id: 'one', title: 'Downloading Tiny, trained on ImageNet', cancellable: true },
  ]);
  expect(await test.call('app.cancelTask', { task: 'one' })).toBe(true);
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect((await test.call('weights.published', {}))[0].here).toBe(100_000);

  server.answer = whole();
  expect(await test.call('weights.download', { id: 'tiny-imagenet', task: 'two' })).toBeNull();
  expect((await test.call('weights.published', {}))[0].here).toBe(300_000);
  expect(server.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
  expect(await readFile(join(folder, 'weights', 'tiny.pth'))).toEqual(Buffer.from(CONTENT));
});

it('a mirror that is no address is refused, and what is not on the list', async () => {
  await expect(test.call('app.setPreferences', { weightsMirror: 'file:///etc/' })).rejects.toMatchObject({
    code: 'bad-argument',
  });
  await expect(test.call('weights.download', { id: 'other', task: 'one' })).rejects.toMatchObject({
    code: 'not-found',
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  await expect.poll(async () => (await test.call('weights.published', {}))[0].here).toBe(100_000);
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

it('go into the study with what is known of them, also from a file elsewhere that is the same', async () => {
  const sources: unknown[] = [];
  Object.assign(test.library, { useWeights: async (_study: string, source: unknown) => void sources.push(source) });
  await test.call('study.open', { folder: '/studies/one' });
  const published = { kind: 'published' as const, id: 'tiny-imagenet' };
  await expect(test.call('weights.use', { source: published, task: 'one' })).rejects.toMatchObject({
    code: 'not-found',
    message: 'These weights were not downloaded yet: Tiny, trained on ImageNet.',
  });
  await test.call('app.setPreferences', { weightsMirror: server.url });
  await test.call('weights.download', { id: 'tiny-imagenet', task: 'two' });
  await test.call('weights.use', { source: published, task: 'three' });
  const known = { architecture: 'resnet18', title: 'Tiny, trained on ImageNet', licence: 'None' };
  const input = { size: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  expect(sources.pop()).toEqual({ path: join(folder, 'weights', 'tiny.pth'), ...known, ...input });

  const path = join(folder, 'my own name.pth');
  await writeFile(path, CONTENT);
  await test.call('weights.use', { source: { kind: 'file', path, architecture: 'resnet18' }, task: 'four' });
  expect(sources.pop()).toMatchObject({ path, ...known });
  await writeFile(path, CONTENT.toReversed());
  await test.call('weights.use', { source: { kind: 'file', path, architecture: 'resnet18' }, task: 'five' });
  expect(sources.pop()).not.toHaveProperty('licence');
});

it('a mirror that is no address is refused, and what is not on the list', async () => {
  await expect(test.call('app.setPreferences', { weightsMirror: 'file:///etc/' })).rejects.toMatchObject({
    code: 'bad-argument',
  });
  await expect(test.call('weights.download', { id: 'other', task: 'one' })).rejects.toMatchObject({
    code: 'not-found',
  });
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../contract/operations.ts';
import { RunSettings } from '../../contract/settings.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';
import { shareAfterWarmup } from './launch-progress.ts';

let test: TestApplication;
beforeEach(async () => {
  test = await testApplication();
});
afterEach(() => test.close());

const errorOf = async (name: string, input: unknown) => {
  const result = await test.app.invoke(name, input);
  return result.ok ? null : result.error;
};

describe('what comes from outside', () => {
  it('is refused with the name of what is wrong', async () => {
    for (const name of ['', 'app', '__proto__', 'constructor', 'app.State', 7, null]) {
      expect(await errorOf(name as string, {})).toMatchObject({ code: 'bad-argument' });
    }
    const launch = { preset: 'quick', arms: ['plain'], seeds: [0, -1], engine: 'auto', settings: {}, estimate: null };
    expect(await errorOf('train.launch', { ...launch, applyCorrections: false })).toMatchObject({
      message: 'What was sent for "train.launch" has something missing or wrong in "seeds.1".',
    });
    expect((await errorOf('app.state', { more: 1 }))?.message).toContain('"more"');
    expect((await errorOf('inspect.sample', { run: '../x', round: 0, row: 0 }))?.message).toContain('"run"');
    const endless = Array.from({ length: 200_000 }, () => 'a');
    expect(await errorOf('marks.set', { ids: endless })).toMatchObject({ code: 'bad-argument' });
    expect(await errorOf('folders.list', { path: '../../etc' })).toMatchObject({ code: 'bad-argument' });
    await test.call('study.open', { folder: STUDY });
    const request = { label: 0, split: null, offset: 0, limit: 10 };
    expect(await errorOf('data.pictures', { ...request, inspection: '/studies/other' })).toMatchObject({
      message: 'There is no such data set.',
    });
  });

  it('never makes it throw, or write anywhere but in its own folder, whatever it is', async () => {
    const hostile = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', '../../../etc/passwd', '..\\..\\windows', '/nowhere/\0', 'file:///'),
      fc.constantFrom(NaN, Infinity, -0, 2 ** 53, 1e308, null, undefined, '', [], {}),
      fc.anything({
        withNullPrototype: true,
        withBigInt: true,
        withTypedArray: true,
        withSparseArray: true,
        maxDepth: 5,
      }),
    );
    const names = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...Object.keys(OPERATIONS)) }, fc.string());
    const fields = ['path', 'folder', 'task', 'run', 'runs', 'round', 'row', 'rows', 'ids', 'settings', 'inspection'];
    const input = fc.oneof(
      hostile,
      fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), hostile),
      fc.record({ folder: fc.constantFrom(STUDY, '/nowhere'), task: fc.constant('t') }, { requiredKeys: [] }),
      fc.json().map((text): unknown => JSON.parse(`{"__proto__": ${text}, "constructor": ${text}}`)),
    );
    await fc.assert(
      fc.asyncProperty(names, input, fc.boolean(), async (name, sent, again) => {
        if (again) await test.app.invoke('study.open', { folder: STUDY });
        // Answered at all: what hangs ends with the test.
        const result = await test.app.invoke(name, sent);
        if (result.ok) return;
        expect(result.error.code).not.toBe('internal');
        expect(result.error.message).toMatch(/^[A-Z].*[.:]|^This is not/s);
      }),
      { numRuns: 1_000 },
    );
    expect(test.log.filter((line) => line.startsWith('error') && !line.includes('In a window'))).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await readdir(test.folder)).filter((name) => name !== 'data')).toEqual([]);
  });

  it('gets an answer at every address', async () => {
    for (const path of ['', '/resource/', '/resource/download/x', '/resource/picture/../../x', '/etc/passwd', null]) {
      const { status, body } = await test.app.resource(path as string);
      expect(status).toBe(404);
      expect(JSON.parse(new TextDecoder().decode(body))).toMatchObject({ code: 'not-found' });
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect((await test.app.resource(`/resource/${text}`)).status).toBe(404);
      }),
    );
  });
});

describe('the state', () => {
  it('is what the events say, in their order', async () => {
    let built = test.app.state;
    test.app.onEvent((event) => {
      expect(event.seq).toBe(built.seq + 1);
      built = { ...built, seq: event.seq };
      if (event.type === 'changed') built = { ...built, [event.part]: event.value };
    });
    test.app.onEvent(() => {
      throw new Error('a broken window');
    });
    await test.call('study.open', { folder: STUDY });
    await test.call('app.setPreferences', { theme: 'dark' });
    await test.call('study.open', { folder: '/studies/two' });
    await test.call('study.close', {});
    test.app.offer('/somewhere');
    test.app.command('find');
    expect(built).toEqual(test.app.state);
    expect(test.events.slice(-2)).toMatchObject([{ type: 'offered' }, { type: 'command', command: 'find' }]);
    expect(test.log.some((line) => line.includes('a broken window'))).toBe(true);
    expect(test.library.calls.filter((call) => call.startsWith('close'))).toEqual([
      ...[`closeStudy ${STUDY}`, 'closeStudy /studies/two'],
    ]);
  });

  it('keeps preferences and recent studies from start to start', async () => {
    const places = { dataFolder: join(test.folder, 'data') };
    await test.call('app.setPreferences', { tileSize: 200, heatmapThreshold: null });
    for (let i = 0; i < 25; i++) await test.call('study.open', { folder: `/studies/${i}` });
    await test.call('study.forget', { folder: '/studies/23' });
    await expect(test.call('study.open', { folder: '/nowhere' })).rejects.toMatchObject({ code: 'not-found' });
    expect(test.app.state.study?.folder).toBe('/studies/24');
    await test.app.close();

    const next = await testApplication(places);
    expect(next.app.state.preferences).toMatchObject({ tileSize: 200, theme: 'system' });
    const { recent } = next.app.state;
    expect(recent).toHaveLength(19);
    expect(recent.slice(0, 2).map(({ folder }) => folder)).toEqual(['/studies/24', '/studies/22']);
    await expect.poll(() => next.app.state.recent.every(({ missing }) => missing)).toBe(true);
    await next.close();

    const path = join(places.dataFolder, 'recent.json');
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 100));
    const damaged = await testApplication(places);
    expect(damaged.app.state.recent).toEqual([]);
    expect(damaged.app.state.preferences.tileSize).toBe(200);
    expect((await readdir(places.dataFolder)).sort()).toEqual(['preferences.json', 'recent.json.damaged']);
    await damaged.close();
  });

  it('shows what is under way, and lets it be cancelled', async () => {
    test.library.inspecting = new Promise(() => undefined);
    const inspected = test.call('data.inspect', { path: '/pictures', task: 'look-1' });
    await expect.poll(() => test.app.state.tasks).toMatchObject([{ id: 'look-1', cancellable: true }]);
    await expect(test.call('data.inspect', { path: '/pictures', task: 'look-1' })).rejects.toMatchObject({
      code: 'bad-argument',
    });
    expect(await test.call('app.cancelTask', { task: 'look-2' })).toBe(false);
    expect(await test.call('app.cancelTask', { task: 'look-1' })).toBe(true);
    await expect(inspected).rejects.toMatchObject({ code: 'cancelled' });
    expect(test.app.state.tasks).toEqual([]);
  });
});

describe('measuring', () => {
  it('is done once for the same pictures, settings and engine', async () => {
    await test.call('study.open', { folder: STUDY });
    const input = { engine: 'auto', presets: ['quick'], settings: {}, task: 'measure' } as const;
    const measure = (rounds?: number) =>
      test.call('train.measure', {
        ...input,
        presets: ['quick'],
        settings: rounds === undefined ? {} : { 'training.rounds': rounds },
      });
    expect(await measure()).toEqual({
      engine: { id: 'wasm', description: 'WebAssembly' },
      estimates: [
        {
          ...{ preset: 'quick', secondsPerRun: 101, trainingImagesPerSecond: 10, assessmentImagesPerSecond: 1 },
          shareOfFurtherArm: expect.closeTo(
            shareAfterWarmup(v.parse(RunSettings, { training: { rounds: 1 } })),
            6,
          ) as number,
        },
      ],
    });
    await measure();
    expect(test.work.measured).toBe(1);
    expect((await measure(4)).estimates[0]?.secondsPerRun).toBe(104);
    await test.app.close();
    const next = await testApplication({ dataFolder: join(test.folder, 'data') });
    await next.call('study.open', { folder: STUDY });
    expect((await next.call('train.measure', { ...input, presets: ['quick'], settings: {} })).estimates).toHaveLength(
      1,
    );
    expect(next.work.measured).toBe(0);
    await next.close();
  });
});

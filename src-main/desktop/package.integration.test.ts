/** The app as it is shipped: packaged, started, and led from a folder of pictures to a finished run. */
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';
import { listPackage } from '@electron/asar';
import { build as packageApp, Platform } from 'electron-builder';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../../electron-builder.config.js';
import type { AppEvent } from '../contract/app-events.ts';
import type { Input, OperationName, Output } from '../contract/operations.ts';
import { writeShapes } from '../jobs/tiny-study.fixture.ts';
import { startApp, surroundings, type RunningApp } from './electron-app.fixture.ts';
import { build } from './setup/build.mjs';

const around = await surroundings();
if (typeof around === 'string') console.log(`The test of the packaged app is skipped: ${around}`);

/** As the page sees it. */
interface PageWindow {
  readonly steadygaze: {
    invoke(name: string, input: unknown): Promise<{ ok: boolean; value: unknown; error?: unknown }>;
    onEvent(listener: (event: AppEvent) => void): () => void;
  };
  heard?: AppEvent[];
}

describe.skipIf(typeof around === 'string')('the packaged app', () => {
  let folder = '';
  let unpacked = '';
  let executable = '';
  let app: RunningApp | null = null;

  beforeAll(async () => {
    if (typeof around === 'string') return;
    folder = await mkdtemp(join(tmpdir(), 'steadygaze-package-'));
    await build();
    await packageApp({
      targets: Platform.current().createTarget('dir'),
      config: {
        ...config,
        directories: { ...config.directories, output: folder },
        electronDist: around.electron.dist,
        electronVersion: around.electron.version,
      },
    });
    const [name] = (await readdir(folder)).filter((each) => each.endsWith('unpacked'));
    unpacked = join(folder, name ?? '');
    executable = join(unpacked, 'steadygaze');
  });

  afterAll(async () => {
    await app?.close();
    if (typeof around !== 'string') around.display.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    if (app === null) throw new Error('the app has not been started');
    const answer = await app.page.evaluate(
      ([operation, given]) => (globalThis as unknown as PageWindow).steadygaze.invoke(operation, given),
      [name, input] as const,
    );
    expect(answer, JSON.stringify(answer)).toMatchObject({ ok: true });
    return answer.value as Output<Name>;
  }

  test('cannot be turned into another program', async () => {
    const fuses = await getCurrentFuseWire(executable);
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    for (const fuse of off) expect(fuses[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE);
    const on = [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
    for (const fuse of on) expect(fuses[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE);
  });

  test('holds what runs and nothing else', () => {
    const files = listPackage(join(unpacked, 'resources/app.asar'), { isPack: false }).map((file) =>
      file.replaceAll('\\', '/'),
    );
    const ours = files.filter((file) => !file.startsWith('/node_modules'));
    expect(ours).toContain('/out/main/main.js');
    expect(ours.filter((file) => /\.(ts|svelte|map)$|test|fixture/.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.d.ts'))).toEqual([]);
    expect(new Set(ours.map((file) => file.split('/')[1]))).toEqual(new Set(['out', 'package.json', 'resources']));
    // Real files, for processes and threads of their own.
    for (const file of [
      ...['compute-process', 'library-worker', 'loader-thread'].map((name) => `out/main/${name}.js`),
      'node_modules/sharp',
    ]) {
      expect(existsSync(join(unpacked, 'resources/app.asar.unpacked', file)), file).toBe(true);
    }
  });

  test('goes from pictures to a finished run', async () => {
    if (typeof around === 'string') return;
    // Playwright holds on to it by the way that the fuse has just been seen to close.
    await flipFuses(executable, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true });
    app = await startApp(around, { executable });
    const pictures = join(folder, 'pictures');
    await writeShapes(pictures);
    await app.page.evaluate(() => {
      const page = globalThis as unknown as PageWindow;
      const heard: AppEvent[] = (page.heard = []);
      page.steadygaze.onEvent((event) => heard.push(event));
    });

    const inspection = await call('data.inspect', { path: pictures, task: 'look' });
    const study = join(folder, 'study');
    await call('study.create', { inspection: inspection.id, name: 'Shapes', folder: study, task: 'create' });
    await call('train.launch', {
      ...{
        preset: 'quick',
        arms: ['consistency'],
        seeds: [1],
        engine: 'auto',
        applyCorrections: false,
        estimate: null,
      },
      settings: {
        'network.architecture': 'resnet10',
        ...{ 'network.width': 4, 'network.stem': 'half', 'network.size': 32 },
        ...{ 'training.warmupEpochs': 1, 'training.rounds': 1, 'training.epochsPerRound': 1, 'training.batchSize': 8 },
        ...{ 'method.steps': 2, 'method.autoProbe': 8, assessBatch: 8 },
      },
    });
    await app.page.waitForFunction(
      () =>
        (globalThis as unknown as PageWindow).heard?.some(
          (event) =>
            event.type === 'changed' &&
            event.part === 'launch' &&
            ['finished', 'failed', 'stopped'].includes(event.value?.status ?? ''),
        ),
      null,
      { timeout: 1_000_000 },
    );
    const { launch } = await call('app.state', {});
    expect(launch).toMatchObject({ status: 'finished', error: null });
    // The study is read again once the launch has ended.
    await expect.poll(async () => (await call('app.state', {})).study?.runs).toMatchObject([{ status: 'finished' }]);
    console.log(`The packaged app computed with ${launch?.engine?.description ?? 'nothing'}.`);
  });

  test('shows its window from inside the package', async () => {
    expect(await app?.page.locator('#app > *').count()).toBeGreaterThan(0);
  });

  // What every other system uses, and a Linux package whose Node was lost.
  test('computes in processes of its own where there is no plain Node', async () => {
    if (typeof around === 'string') return;
    await app?.close();
    await rm(join(unpacked, 'resources/node'), { force: true });
    app = await startApp(around, { executable });
    const engines = await call('train.engines', {});
    expect(engines.filter(({ usable }) => usable).map(({ id }) => id)).toContain('wasm');
    const kinds = await app.electron.evaluate(({ app: main }) => main.getAppMetrics().map(({ type }) => type));
    expect(kinds).toContain('Browser');
  });
});

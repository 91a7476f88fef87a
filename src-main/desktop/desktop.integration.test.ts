/** What the shell adds to the window, in the real app: windows come and go, runs go on, dialogs and paper. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AppState } from '../contract/app-state.ts';
import { writeShapes } from '../jobs/tiny-study.fixture.ts';
import { PROJECT, startApp, surroundings, type RunningApp, type StartOptions } from './electron-app.fixture.ts';

const around = await surroundings();
if (typeof around === 'string') console.log(`Tests of the desktop app are skipped: ${around}`);

/** As the page sees it. */
interface PageWindow {
  readonly steadygaze: { invoke(name: string, input: unknown): Promise<{ ok: boolean; value: unknown }> };
}

/** Training that takes longer than any of these tests. */
const LONG = {
  ...{ 'network.architecture': 'resnet10', 'network.width': 8, 'network.stem': 'half', 'network.size': 32 },
  ...{ 'training.warmupEpochs': 500, 'training.rounds': 1, 'training.batchSize': 8 },
};

describe.skipIf(typeof around === 'string')('the desktop app', () => {
  let folder = '';
  let app: RunningApp | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steadygaze-shell-'));
    await writeShapes(join(folder, 'pictures'), 8);
  });
  afterEach(async () => {
    await app?.close();
    app = null;
  });
  afterAll(async () => {
    if (typeof around !== 'string') around.display.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  async function start(options: StartOptions = {}): Promise<RunningApp> {
    if (typeof around === 'string') throw new Error(around);
    app = await startApp(around, options);
    await app.page.locator('#app > *').first().waitFor();
    return app;
  }

  async function call(name: string, input: unknown = {}): Promise<unknown> {
    const answer = await app?.page.evaluate(
      ([operation, given]) => (globalThis as unknown as PageWindow).steadygaze.invoke(operation, given),
      [name, input] as const,
    );
    expect(answer, JSON.stringify(answer)).toMatchObject({ ok: true });
    return answer?.value;
  }
  const state = async () => (await call('app.state')) as AppState;

  async function train(study: string): Promise<void> {
    const { id } = (await call('data.inspect', { path: join(folder, 'pictures'), task: 'look' })) as { id: string };
    await call('study.create', { inspection: id, name: 'Shapes', folder: study, task: 'create' });
    await call('train.launch', {
      ...{ preset: 'quick', arms: ['plain'], seeds: [1], engine: 'auto', applyCorrections: false, estimate: null },
      settings: LONG,
    });
    await expect.poll(async () => (await state()).launch?.progress?.phase).toBe('train');
  }

  /** Answers the question that comes before quitting. */
  const answerQuitting = (response: number) =>
    app?.electron.evaluate(({ dialog }, answer) => {
      dialog.showMessageBox = () => Promise.resolve({ response: answer, checkboxChecked: false });
    }, response);

  test('goes on with a run while its window is closed, and stores it when it is told to stop', async () => {
    const { electron, page } = await start();
    const study = join(folder, 'study');
    await train(study);
    expect(
      await electron.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(0) || powerSaveBlocker.isStarted(1)),
    ).toBe(true);

    await answerQuitting(2);
    await electron.evaluate(({ app: main }) => main.quit());
    expect(electron.windows()).toHaveLength(1);

    await page.close();
    // Again until there is one: the page is gone a moment before its window.
    const reopened = async () => {
      await electron.evaluate(({ app: main }) => void main.emit('activate'));
      return electron.windows().length;
    };
    await expect.poll(reopened, { interval: 300 }).toBe(1);
    if (app !== null) app = { ...app, page: await electron.firstWindow() };
    await app?.page.locator('#app > *').first().waitFor();
    expect((await state()).launch?.status).toBe('running');

    await answerQuitting(1);
    const ended = once(electron.process(), 'exit');
    await electron.evaluate(({ app: main }) => main.quit()).catch(() => undefined);
    expect((await ended)[0]).toBe(0);
    const run = JSON.parse(await readFile(join(study, 'runs/001-plain-s1/run.json'), 'utf8')) as { state: string };
    expect(run.state).toBe('stopped');
  });

  test('opens what a second start is asked to open', async () => {
    const { electron, data } = await start();
    if (typeof around === 'string') return;
    const second = spawn(
      around.electron.executable,
      [PROJECT, '--no-sandbox', '--disable-gpu', `--user-data-dir=${data}`, join(folder, 'pictures')],
      { env: around.display.env, stdio: 'ignore' },
    );
    expect((await once(second, 'exit'))[0]).toBe(0);
    await app?.page
      .getByText(/3 classes/)
      .first()
      .waitFor();
    expect(electron.windows()).toHaveLength(1);
  });

  test('asks for folders and places with the dialogs of the system, and prints', async () => {
    const { electron } = await start();
    await electron.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, folder);
    expect(await call('folders.pick', { purpose: 'pictures' })).toBe(folder);
    await call('study.openSample', { task: 'sample' });
    const run = (await state()).study?.runs.at(-1)?.id;
    // Reading pictures in the main process crashes it sooner or later: see library-process.ts.
    const libraries = await electron.evaluate(() => {
      const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
      return sharedObjects.filter((file) => /vips|sharp|tensorflow/.test(file));
    });
    expect(libraries).toEqual([]);
    const pdf = join(folder, 'report');
    await electron.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
    }, pdf);
    const answer = await call('report.export', {
      kind: 'pdf',
      runs: [run],
      sections: ['comparison'],
      title: 'On paper',
      task: 'print',
    });
    expect(answer).toMatchObject({ path: `${pdf}.pdf`, url: null });
    const bytes = await readFile(`${pdf}.pdf`);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.length).toBeGreaterThan(20_000);
  });

  test('comes back where it was, and survives a damaged memory of it', async () => {
    const { electron, data } = await start();
    await electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1000, height: 700 }),
    );
    await expect.poll(() => readFile(join(data, 'window.json'), 'utf8').catch(() => '')).toContain('1000');
    await electron.close();
    const again = await start({ data });
    const bounds = await again.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    expect(bounds).toMatchObject({ width: 1000, height: 700 });
    await again.electron.close();
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'window.json'), '{"format":');
    expect((await start({ data })).page.url()).toContain('index.html');
  });
});

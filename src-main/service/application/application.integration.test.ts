import { cp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppEvent } from '../../contract/app-events.ts';
import type { LaunchState } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Input, OperationName, Output } from '../../contract/operations.ts';
import { resourcePath } from '../../contract/resources.ts';
import { decodeSampleTable } from '../../contract/sample-table.ts';
import { nodeHost } from '../../jobs/compute-host.ts';
import type { ComputeHost } from '../../jobs/compute-host.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../../jobs/tiny-study.fixture.ts';
import { openStudyForWriting } from '../../workspace/study.ts';
import type { Shell } from '../shell.ts';
import { Application } from './application.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let app: Application;
let events: AppEvent[];
const log: string[] = [];
/** Process ids of the compute processes, in the order of their start. */
const pids: number[] = [];

const host: ComputeHost = {
  start(engine) {
    const started = nodeHost.start(engine);
    if (started.pid !== undefined) pids.push(started.pid);
    return started;
  },
};
const shell: Shell = {
  mode: 'browser',
  pickFolder: () => Promise.resolve(null),
  reveal: () => Promise.resolve(),
  printPdf: () => Promise.resolve(),
  async save({ suggestedName, write }) {
    const path = join(root.path, suggestedName);
    await write(path);
    return { path, url: null };
  },
};

async function openApp(): Promise<Application> {
  const opened = await Application.open({
    ...{ dataFolder: join(root.path, 'app'), studiesFolder: join(root.path, 'studies'), version: '1.0.0', shell, host },
    resourcesFolder: join(root.path, 'resources'),
    log: (level, text) => log.push(`${level}: ${text}`),
  });
  events = [];
  opened.onEvent((event) => events.push(event));
  return opened;
}

async function call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
  const result = await app.invoke(name, input);
  if (!result.ok) throw SteadygazeError.fromValue(result.error);
  return result.value as Output<Name>;
}

function launchUntil(wanted: (launch: LaunchState) => boolean): Promise<LaunchState> {
  return new Promise((resolve) => {
    const look = () => {
      const { launch } = app.state;
      if (launch === null || !wanted(launch)) return;
      stop();
      resolve(launch);
    };
    const stop = app.onEvent(look);
    look();
  });
}

const settings = Object.fromEntries(
  TINY_ARGUMENTS.filter((text) => text !== '--set').map((text) => {
    const [name = '', value = ''] = text.split('=');
    return [name, Number.isFinite(Number(value)) ? Number(value) : value];
  }),
);
const LAUNCH: Input<'train.launch'> = {
  ...{ preset: 'quick', arms: ['plain', 'consistency'], seeds: [0], engine: 'wasm', settings },
  ...{ applyCorrections: false, estimate: null },
};
const isTraining = ({ progress }: LaunchState) => progress?.phase === 'train';

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data, 12);
  app = await openApp();
});
afterAll(async () => {
  await app.close();
  await root.remove();
});

describe('the application', () => {
  it('goes the whole way: looks at pictures, makes a study, trains two arms with a pause, and reports', async () => {
    expect((await call('folders.recognise', { path: data })).kind).toBe('pictures');
    const inspection = await call('data.inspect', { path: data, task: 'inspect' });
    expect(inspection.view.pictures).toBe(36);
    const folder = join(root.path, 'studies', 'shapes');
    const study = await call('study.create', { inspection: inspection.id, name: 'Shapes', folder, task: 'create' });
    expect(study).toMatchObject({ folder, name: 'Shapes', runs: [] });
    expect(app.state.recent).toMatchObject([{ folder, name: 'Shapes', pictures: 36, classes: 3, missing: false }]);
    expect((await call('data.view', {})).classes.map(({ name }) => name)).toEqual(['bar', 'disc', 'frame']);

    await call('train.launch', LAUNCH);
    expect(await app.invoke('train.launch', LAUNCH)).toMatchObject({ ok: false, error: { code: 'busy' } });
    await launchUntil(isTraining);
    await call('train.pause', {});
    await launchUntil(({ status }) => status === 'paused');
    await expect.poll(() => app.state.study?.runs).toMatchObject([{ id: '001-plain-s0' }]);
    await call('train.resume', {});
    const launch = await launchUntil(({ status }) => status === 'finished');
    expect(launch.runs).toMatchObject([
      { run: '001-plain-s0', arm: 'plain', status: 'finished' },
      { run: '002-consistency-s0', arm: 'consistency', status: 'finished' },
    ]);
    expect(launch.progress?.overallLaunch).toBeGreaterThan(0.9);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'notice', kind: 'done' });
    expect(app.state.study?.runs.map(({ status, assessments }) => [status, assessments])).toEqual([
      ['finished', [0, 1]],
      ['finished', [0, 1]],
    ]);
    const overall = events.flatMap((event) => (event.type === 'progress' ? [event.progress.overallLaunch] : []));
    expect(overall).toEqual([...overall].sort((a, b) => a - b));
    expect(events.filter(({ type }) => type === 'job').length).toBeGreaterThan(8);

    const run = '002-consistency-s0';
    const table = await app.resource(resourcePath({ kind: 'table', run, round: 1 }));
    expect(table.status).toBe(200);
    expect(decodeSampleTable(new Uint8Array(table.body).buffer).count).toBe(study.data.counts.train);
    const explained = resourcePath({ kind: 'explained', run, round: 1, row: 2, of: 'attacked' });
    expect((await app.resource(explained)).status).toBe(404);
    await call('inspect.explain', { run, round: 1, rows: [2] });
    expect(await app.resource(explained)).toMatchObject({ status: 200, type: 'image/png' });
    const { sample } = await call('inspect.sample', { run, round: 1, row: 2 });
    await call('marks.set', { ids: [sample.id], verdict: 'ambiguous', correction: { kind: 'leave-out' } });
    await expect.poll(() => app.state.study?.marks).toEqual({ total: 1, corrections: 1 });
    const report = { runs: ['001-plain-s0', run], sections: [], title: '', task: 'report' };
    const exported = await call('report.export', { ...report, kind: 'html' });
    expect((await stat(exported?.path ?? '')).size).toBeGreaterThan(10_000);
    expect(app.state.tasks).toEqual([]);
  });

  it('lives on when the compute process is killed, and goes on with the run', async () => {
    await call('train.launch', { ...LAUNCH, arms: ['loss'], seeds: [5], applyCorrections: true });
    await launchUntil(isTraining);
    process.kill(pids.at(-1) ?? 0, 'SIGKILL');
    const failed = await launchUntil(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ error: { code: 'job-crashed' }, runs: [{ run: '003-loss-s5', status: 'failed' }] });
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'notice', kind: 'error' });
    expect(app.state.study?.runs[2]).toMatchObject({ status: 'failed', resumable: true });
    await call('train.goOn', { runs: ['003-loss-s5'] });
    await launchUntil(({ status }) => status === 'finished');
    await expect
      .poll(() => app.state.study?.runs[2])
      .toMatchObject({
        ...{ id: '003-loss-s5', status: 'finished', corrections: { relabelled: 0, leftOut: 1 } },
      });
    expect((await call('train.history', { run: '003-loss-s5' })).rounds).toHaveLength(2);
  });

  it('says in a sentence that another process works on the study', async () => {
    const { lock } = await openStudyForWriting(app.state.study?.folder ?? '');
    await expect(call('train.launch', LAUNCH)).rejects.toThrow(
      /^Another Steadygaze process .* is working on this study/,
    );
    lock.release();
  });

  it('tells which engines there are and how long a run would take, which it measures once and can give up', async () => {
    expect(await call('train.engines', {})).toContainEqual(expect.objectContaining({ id: 'wasm', usable: true }));
    const input: Input<'train.measure'> = { engine: 'wasm', presets: ['quick'], settings, task: 'measure' };
    const given = call('train.measure', input);
    await expect.poll(() => app.state.tasks).toMatchObject([{ id: 'measure' }]);
    await call('app.cancelTask', { task: 'measure' });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    const measured = await call('train.measure', input);
    expect(measured).toMatchObject({ engine: { id: 'wasm' }, estimates: [{ preset: 'quick' }] });
    expect(measured.estimates[0]?.secondsPerRun).toBeGreaterThan(0);
    const processes = pids.length;
    expect(await call('train.measure', input)).toEqual(measured);
    expect(pids).toHaveLength(processes);
  });

  it('opens the sample study: a copy of it that stays the same one', async () => {
    const before = app.state.study?.folder ?? '';
    await expect(call('study.openSample', { task: 'sample' })).rejects.toMatchObject({ code: 'not-found' });
    await cp(before, join(root.path, 'resources', 'sample-study'), { recursive: true });
    const opened = await call('study.openSample', { task: 'sample' });
    expect(opened.folder).toBe(join(root.path, 'studies', 'Sample study'));
    expect(opened.runs).toHaveLength(3);
    expect(app.state.recent.map(({ folder }) => folder)).toEqual([opened.folder, before]);
    await call('study.open', { folder: before });
    expect((await call('study.openSample', { task: 'sample' })).folder).toBe(opened.folder);
    await call('study.open', { folder: before });
  });

  it('stops a run when it ends, so that the next start can go on with it', async () => {
    await call('train.launch', { ...LAUNCH, seeds: [9] });
    await launchUntil(isTraining);
    await app.close();
    app = await openApp();
    const [recent] = app.state.recent;
    await call('study.open', { folder: recent?.folder ?? '' });
    expect(app.state.study?.runs.at(-1)).toMatchObject({ seed: 9, status: 'stopped', resumable: true });
    await call('train.deleteRun', { run: '003-loss-s5' });
    expect(app.state.study?.runs.map(({ id }) => id)).not.toContain('003-loss-s5');
    await call('train.goOn', { runs: [] });
    await launchUntil(({ status }) => status === 'finished');
    expect(log.filter((line) => line.startsWith('error') && !line.includes('job-crashed'))).toEqual([]);
  });
});

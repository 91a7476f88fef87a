import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedEngines } from '../compute/installed.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { cli, jsonLines, startCli } from './run-cli.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data);
});
afterAll(() => root.remove());

const engines = (['wasm', 'native'] as const).filter((id) => installedEngines().includes(id));

describe.each(engines)('from a folder to an answer on %s', (engine) => {
  const study = () => join(root.path, `study-${engine}`);

  it('inspects and creates', async () => {
    const inspected = await cli('inspect', data, '--json');
    expect(inspected).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      format: 'folder-per-class',
      images: 60,
      masks: 60,
      classes: ['bar', 'disc', 'frame'].map((name) => ({ name, count: 20 })),
      // The colours of the shapes are those of their classes.
      problems: [{ kind: 'colour-tells-class' }],
    });
    const created = await cli('create', study(), '--data', data, '--json');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(created.stdout)).toMatchObject({ study: study(), images: 60 });
  });

  it('trains two arms, the second on the warm-up of the first', async () => {
    for (const [i, arm] of ['plain', 'consistency'].entries()) {
      const trained = await cli('train', study(), '--arm', arm, '--engine', engine, ...TINY_ARGUMENTS, '--json');
      expect(trained).toMatchObject({ code: 0, stderr: '' });
      const lines = jsonLines(trained);
      expect(lines[0]).toMatchObject({ type: 'started', engine, arm, seed: 0 });
      expect(lines.at(-1)).toMatchObject({ type: 'finished', run: `00${i + 1}-${arm}-s0` });
      expect(lines.filter(({ type }) => type === 'round')).toHaveLength(2);
    }
  });

  it('reports both, on one page without anything from elsewhere', async () => {
    const out = join(root.path, `report-${engine}`);
    const reported = await cli('report', study(), '--out', out, '--json');
    expect(reported).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as {
      runs: Record<string, unknown>[];
      comparison: unknown[];
    };
    expect(report.runs.map(({ arm }) => arm)).toEqual(['plain', 'consistency']);
    for (const run of report.runs) {
      for (const key of ['top1', 'maxboxacc', 'maxboxacc_v2', 'pointing', 'energy', 'acc_mixed_same', 'bg_gap']) {
        expect(run[key], key).toBeTypeOf('number');
      }
      expect(run['e_mean']).toHaveLength(2);
      expect(run['hardest']).toHaveLength(24);
    }
    expect(report.comparison).toHaveLength(1);
    const html = await readFile(join(out, 'report.html'), 'utf8');
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect((await readdir(out)).sort()).toEqual(['report.html', 'report.json']);
    const one = await cli('report', study(), '--runs', '002-consistency-s0', '--out', out, '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ runs: ['002-consistency-s0'] });
  });

  it('measures what was asked for, and not what is there already', async () => {
    const parts = ['evaluate', study(), '--parts', 'recognition,stability', '--engine', engine] as const;
    const measured = await cli(...parts, '--set', 'stability.pictures=6', '--json');
    expect(measured).toMatchObject({ code: 0, stderr: '' });
    const answer = JSON.parse(measured.stdout) as { parts: Record<string, unknown>[] };
    expect(answer.parts.map(({ run, part, kept }) => [run, part, kept])).toEqual([
      ['001-plain-s0', 'recognition', true],
      ['001-plain-s0', 'stability', false],
      ['002-consistency-s0', 'recognition', true],
      ['002-consistency-s0', 'stability', false],
    ]);
    expect(answer.parts[1]?.['result']).toMatchObject({ pictures: 6, engine, figures: { gini: { n: 6 } } });
    const told = await cli(...parts, '--set', 'stability.pictures=6', '--runs', '001-plain-s0');
    expect(told.stdout).toMatch(/stability +001-plain-s0\n +gini +0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)/);
    expect(told.stderr).toContain('001-plain-s0: stability, measured before');
  });

  it('lists hard samples, the lowest E first', async () => {
    const hard = await cli('hard', study(), '--run', '002-consistency-s0', '--top', '5', '--json');
    expect(hard).toMatchObject({ code: 0, stderr: '' });
    const samples = JSON.parse(hard.stdout) as { path: string; E: number; S: number; Q: number; v: number }[];
    expect(samples).toHaveLength(5);
    expect(samples.map(({ E }) => E)).toEqual(samples.map(({ E }) => E).toSorted((a, b) => a - b));
    for (const { path, E, S, Q, v } of samples) {
      expect(path).toMatch(/^(bar|disc|frame)\/\d+\.png$/);
      expect(E).toBeCloseTo(S * Q, 5);
      expect(v).toBeGreaterThan(0);
    }
  });

  it('resumes nothing where all is finished', async () => {
    expect(await cli('resume', study(), '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(study(), 'runs'))).toHaveLength(2);
  });
});

describe('Ctrl-C', () => {
  it('stores where it is, stops with 130, and resume goes on', async () => {
    const study = join(root.path, 'interrupted');
    await cli('create', study, '--data', data);
    const { child, ended } = startCli(['train', study, '--engine', 'wasm', ...TINY_ARGUMENTS, '--json']);
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (text: string) => text.includes('"type":"epoch"') && resolve());
    });
    child.kill('SIGINT');
    const stopped = await ended;
    expect(stopped).toMatchObject({ code: 130, stderr: '' });
    expect(jsonLines(stopped).at(-1)).toEqual({ type: 'stopped', run: '001-consistency-s0' });
    const resumed = await cli('resume', study, '--json');
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(resumed).at(-1)).toMatchObject({ type: 'finished', run: '001-consistency-s0' });
  });

  it('leaves a study locked while it works, and free afterwards', async () => {
    const study = join(root.path, 'locked');
    await cli('create', study, '--data', data);
    // It does not end before the second one has seen it.
    const long = ['--set', 'training.warmupEpochs=500'];
    const { child, ended } = startCli(['train', study, '--engine', 'wasm', ...TINY_ARGUMENTS, ...long, '--json']);
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    const second = await cli('train', study, '--engine', 'wasm', ...TINY_ARGUMENTS, '--json');
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stderr)).toMatchObject({ code: 'study-locked' });
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(await readdir(study)).not.toContain('lock');
  });
});

describe('the demo', () => {
  const tiny = ['--engine', 'wasm', '--set', 'warmupEpochs=1', '--set', 'rounds=1', '--set', 'epochsPerRound=1'];
  const small = ['--set', 'width=4', '--set', 'size=16', '--set', 'steps=1', '--set', 'autoProbe=16'];

  it('writes its page and its summary, replaces an earlier one, and nothing else', async () => {
    const out = join(root.path, 'demo-out');
    for (let time = 0; time < 2; time++) {
      const shown = await cli('demo', '--out', out, ...tiny, ...small, '--json');
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
      expect(Object.keys(summary)).toEqual(['engine', 'seconds', 'runs']);
      expect(summary['engine']).toBe('wasm');
      const runs = summary['runs'] as Record<string, unknown>[];
      expect(runs.map(({ arm, seed }) => [arm, seed])).toEqual([
        ['plain', 0],
        ['consistency', 0],
      ]);
      expect(Object.keys(runs[0])).toEqual(
        'arm seed top1 e_mean maxboxacc maxboxacc_v2 pointing energy acc_mixed_same acc_mixed_rand bg_gap'.split(' '),
      );
      expect(await readdir(out)).toEqual(expect.arrayContaining(['report.html', 'report.json', 'study']));
    }
    const other = join(root.path, 'not-a-demo');
    await writeShapes(other, 1);
    const refused = await cli('demo', '--out', other, ...tiny, ...small, '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'study-exists' });
    expect(await readdir(other)).toContain('disc');
    await rm(out, { recursive: true });
  });
});

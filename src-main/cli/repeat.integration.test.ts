import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { createStudyFrom } from '../service/create-study.ts';
import type { Repetition } from '../service/repeat-report.ts';
import { trainRun } from '../service/train-run.ts';
import { readDataset } from '../workspace/study-data.ts';
import { cli, jsonLines, startCli } from './run-cli.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let study: string;
let report: string;

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  study = join(root.path, 'study');
  await writeShapes(data, 10);
  // A split that nobody would guess, and a run with corrected labels.
  const made = await createStudyFrom(study, { data, seed: 77 });
  const { samples } = await readDataset(made.study);
  const [first, second] = samples.filter(({ split }) => split === 'train');
  const set = TINY_ARGUMENTS.filter((text) => text !== '--set');
  const corrections = [
    { id: first.id, label: 2 },
    { id: second.id, label: null },
  ];
  await trainRun({ study, engine: 'wasm', set: [...set, 'arm=plain', 'seed=4'], corrections });
  await trainRun({ study, engine: 'wasm', set: [...set, 'arm=consistency'] });
  const written = await cli('report', study, '--out', join(root.path, 'report'), '--json');
  expect(written).toMatchObject({ code: 0, stderr: '' });
  report = join(root.path, 'report', 'report.json');
});
afterAll(() => root.remove());

const outcomeOf = (ended: Awaited<ReturnType<typeof cli>>) => jsonLines(ended).at(-1) as unknown as Repetition;

describe('repeating a report', () => {
  it('goes on where it was interrupted, and gives the same figures to the last digit', async () => {
    const out = join(root.path, 'again');
    const asked = ['repeat', report, '--data', data, '--out', out, '--json'];
    const { child, ended } = startCli(asked);
    child.stdout?.on('data', (text: string) => {
      if (text.includes('"type":"epoch"')) child.kill('SIGINT');
    });
    expect((await ended).code).toBe(130);
    const again = await cli(...asked);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const result = outcomeOf(again);
    expect(result).toMatchObject({ format: 'steadygaze-repetition', sameData: true, verdict: 'same' });
    expect(result.runs.map(({ run, weights, notes }) => [run, weights, notes])).toEqual([
      ['001-plain-s4', 'same', []],
      ['002-consistency-s0', 'same', []],
    ]);
    for (const { figures } of result.runs) {
      expect(new Set(figures.map(({ part }) => part))).toEqual(new Set(['recognition', 'localization', 'debiasing']));
      for (const figure of figures) expect(figure).toMatchObject({ difference: 0, allowed: 1e-9, verdict: 'same' });
    }
    expect(JSON.parse(await readFile(join(out, 'repeat.json'), 'utf8'))).toEqual(result);

    // Once more: there is nothing left to train or to measure.
    const third = await cli(...asked);
    expect(third.code).toBe(0);
    expect(jsonLines(third)).toEqual([result]);
    expect(await readdir(join(out, 'study', 'runs'))).toHaveLength(2);
  });

  it('finds a figure that was doctored, also without training', async () => {
    const text = await readFile(report, 'utf8');
    const { repeat } = JSON.parse(text) as { repeat: { runs: { parts: { figures: { top1?: object } }[] }[] } };
    const [run] = repeat.runs;
    const top1 = run.parts.map(({ figures }) => figures.top1).find((figure) => figure !== undefined);
    Object.assign(top1 ?? {}, { value: 0.999, low: 0.99, high: 1 });
    const doctored = join(root.path, 'doctored.json');
    await writeFile(doctored, JSON.stringify({ ...(JSON.parse(text) as object), repeat }));
    const asked = ['repeat', doctored, '--study', study, '--figures-only', '--out', join(root.path, 'measured')];
    const found = await cli(...asked, '--json');
    expect(found.code).toBe(1);
    const { verdict, runs } = outcomeOf(found);
    expect([verdict, ...runs.map((each) => each.verdict)]).toEqual(['different', 'different', 'same']);
    expect(runs[0].weights).toBe('same');
    const different = runs[0].figures.filter((figure) => figure.verdict === 'different');
    expect(different.map(({ key, reported }) => [key, reported])).toEqual([['top1', 0.999]]);
    const told = await cli(...asked, '--runs', '001-plain-s4');
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/top1 +0\.9990 \[0\.9900, 1\.0000\].*different/);
    expect(told.stdout).toMatch(/1 of \d+ figures are different\./);
  });

  it('refuses other pictures, unless somebody insists', async () => {
    const other = join(root.path, 'other');
    await cp(data, other, { recursive: true });
    await rm(join(other, 'disc', '3.png'));
    const out = join(root.path, 'elsewhere');
    const refused = await cli('repeat', report, '--data', other, '--out', out, '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'data-changed',
      message: expect.stringMatching(/30 pictures in 3 classes.*29 pictures in 3 classes/) as string,
    });
    const insisted = await cli(
      ...['repeat', report, '--data', other, '--out', out, '--anyway', '--runs', '002-consistency-s0', '--json'],
    );
    const result = outcomeOf(insisted);
    expect(result.sameData).toBe(false);
    expect(result.runs[0].notes[0]).toMatch(/not those of the report/);
  });

  it.each([
    [['--figures-only'], 'bad-argument', 2],
    [[], 'bad-argument', 2],
    [['--data', 'x', '--runs', '009-plain-s0'], 'not-found', 1],
  ] as const)('says what is missing: %j', async (options, code, exit) => {
    const ended = await cli('repeat', report, ...options, '--out', join(root.path, 'nowhere'), '--json');
    expect(ended.code).toBe(exit);
    expect(JSON.parse(ended.stderr)).toMatchObject({ code });
  });
});

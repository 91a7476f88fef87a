/** Pictures of several classes from the command line: from their folder to the report. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSeveralShapes } from '../jobs/several-shapes.fixture.ts';
import { temporaryFolder, TINY_ARGUMENTS } from '../jobs/tiny-study.fixture.ts';
import { cli, jsonLines } from './run-cli.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;

beforeAll(async () => {
  root = await temporaryFolder();
  study = join(root.path, 'study');
  await writeSeveralShapes(join(root.path, 'data'));
});
afterAll(() => root.remove());

it('trains, shows what is hard, and reports', async () => {
  const created = await cli('create', study, '--data', join(root.path, 'data'), '--json');
  expect(created).toMatchObject({ code: 0, stderr: '' });
  for (const arm of ['plain', 'consistency']) {
    const trained = await cli('train', study, '--arm', arm, '--engine', 'wasm', ...TINY_ARGUMENTS, '--json');
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    const last = jsonLines(trained).at(-1) as { figures: { map: { value: number; n: number } } };
    expect(last.figures.map.n).toBe(12);
    expect(last.figures.map.value).toBeGreaterThan(0);
  }
  const hard = await cli('hard', study, '--run', '002-consistency-s0', '--json');
  expect(hard).toMatchObject({ code: 0, stderr: '' });

  const out = join(root.path, 'report');
  const reported = await cli('report', study, '--out', out, '--json');
  expect(reported).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as {
    answer: string[];
    runs: { map: number; hardest: { labels: string[] }[]; bg_gap: number | null }[];
    comparison: { differences: Record<string, unknown> }[];
    findings: { topic: string; sentence: string }[];
    limits: string[];
    definitions: Record<string, string>;
  };
  expect(report.answer[0]).toMatch(/mean average precision of .*; in .* of the test pictures, the class/);
  for (const { map, hardest, bg_gap: gap } of report.runs) {
    expect(map).toBeGreaterThan(0);
    expect(gap).toBeNull();
    expect(hardest.some(({ labels }) => labels.length === 2)).toBe(true);
  }
  expect(report.comparison[0].differences).toHaveProperty('map');
  expect(report.findings.map(({ sentence }) => sentence)).toContainEqual(
    expect.stringContaining('mean average precision'),
  );
  expect(report.findings.find(({ topic }) => topic === 'Background')?.sentence).toMatch(/exactly one class each/);
  expect(report.limits.join(' ')).toMatch(/several classes/);
  expect(report.definitions['several_classes']).toMatch(/sum of binary cross-entropies/);
  expect(report.definitions['top1']).toMatch(/is one of theirs/);
  const page = await readFile(join(out, 'report.html'), 'utf8');
  expect(page).toContain('Average precision of each class');
});

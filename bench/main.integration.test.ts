import { expect, it } from 'vitest';
import { cli, jsonLines } from '../src-main/cli/run-cli.fixture.ts';
import { perform } from './measuring-process.ts';
import { NARROW } from './parts.ts';

const SMALL = ['bench', '--engine', 'wasm', '--pictures', '4,8', '--steps', '10'];

it('prints what it measures, and how far it is', async () => {
  const { code, stdout, stderr } = await cli(...SMALL);
  expect(code).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trim());
  const rowOf = (first: string): number => lines.findIndex((line) => new RegExp(`^${first} +\\d`).test(line));
  expect(rowOf('4')).toBeGreaterThan(lines.findIndex((line) => line.startsWith('pictures')));
  expect(rowOf('8')).toBe(rowOf('4') + 1);
  expect(lines.findIndex((line) => line.startsWith('steps'))).toBeGreaterThan(rowOf('8'));
  expect(rowOf('10')).toBe(lines.findIndex((line) => line.startsWith('steps')) + 10);
  // In a file the line about the time is written now and then; the first always is.
  expect(stderr).toMatch(/^1 of 3: wasm, an assessment of 4 pictures; about \d+ s left$/m);
});

it('reports to a program in one line, and to nobody else', async () => {
  const ended = await cli(...SMALL, '--json');
  expect(ended.stderr).toBe('');
  expect(jsonLines(ended)).toMatchObject([
    { engines: [{ engine: 'wasm', failures: [], growth: { points: [{ pictures: 4 }, { pictures: 8 }] } }] },
  ]);
});

it('says how a process ended that measured nothing', async () => {
  // Nobody can ask for such a network: the process ends where it is built.
  const network = { ...NARROW, architecture: 'none' as never };
  const task = { engine: 'wasm', network, batch: 1, measurement: { kind: 'steps', steps: 1 } } as const;
  await expect(perform(task)).rejects.toMatchObject({
    code: 'engine-failed',
    details: expect.stringMatching(/^Its process ended with [1-9]\d*\.\n[^]*Error/) as unknown,
  });
});

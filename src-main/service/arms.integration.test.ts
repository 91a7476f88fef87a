import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARMS } from '../contract/settings.ts';
import type { RunRecord } from '../contract/run.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { listRuns } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { createStudyFrom } from './create-study.ts';
import { trainRun } from './train-run.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
let runs: readonly RunRecord[];

beforeAll(async () => {
  root = await temporaryFolder();
  study = join(root.path, 'study');
  const data = join(root.path, 'data');
  await writeShapes(data, 10);
  await createStudyFrom(study, { data });
  const set = TINY_ARGUMENTS.filter((text) => text !== '--set');
  for (const arm of ARMS) await trainRun({ study, engine: 'wasm', set: [...set, `arm=${arm}`] });
  ({ runs } = await listRuns(study));
});
afterAll(() => root.remove());

const rowsOf = (run: RunRecord, round: number) => readRoundTable(runFolder(study, run.id), round);

describe('the arms of a study', () => {
  it('all finish, with figures and with every round', () => {
    expect(runs.map(({ settings }) => settings.arm)).toEqual([...ARMS]);
    for (const run of runs) {
      expect(run).toMatchObject({ state: 'finished', error: null });
      expect(run.figures?.top1.value).toBeTypeOf('number');
      expect(run.rounds).toHaveLength(2);
      expect(run.weightsHash).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(new Set(runs.map(({ weightsHash }) => weightsHash)).size).toBe(ARMS.length);
  });

  it('share what comes before their difference, but for the control, which disturbs differently', async () => {
    const [plain, ...others] = runs;
    const first = await rowsOf(plain, 0);
    for (const run of others) {
      const rows = await rowsOf(run, 0);
      expect(rows.map(({ loss }) => loss)).toEqual(first.map(({ loss }) => loss));
      const attacked = rows.map(({ attackedLabelProbability }) => attackedLabelProbability);
      const same = first.map(({ attackedLabelProbability }) => attackedLabelProbability);
      if (run.settings.arm === 'noise') expect(attacked).not.toEqual(same);
      else expect(attacked).toEqual(same);
    }
  });

  it('weigh their pictures with mean 1, plain training all alike', async () => {
    for (const run of runs) {
      const v = (await rowsOf(run, 0)).map((row) => row.v);
      expect(v.reduce((sum, value) => sum + value, 0) / v.length).toBeCloseTo(1, 5);
      const alike = run.settings.arm === 'plain' || run.settings.arm === 'mix';
      expect(new Set(v).size === 1).toBe(alike);
    }
  });
});

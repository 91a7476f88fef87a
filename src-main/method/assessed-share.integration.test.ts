/** Rounds that assess only a share of the pictures. */
import * as v from 'valibot';
import { beforeAll, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startWasm } from '../compute/wasm.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { runRounds } from './rounds.ts';
import type { AssessmentResult } from './rounds-types.ts';
import { discs, recorder, severalDiscs } from './rounds.fixture.ts';

const data = discs(30, 24);

function settingsOf(method: RunSettingsInput['method']): RunSettings {
  return v.parse(RunSettings, {
    arm: 'consistency-mix',
    network: { architecture: 'resnet10', width: 4, stem: 'small', size: 24 },
    training: { warmupEpochs: 2, rounds: 2, epochsPerRound: 1, batchSize: 15, learningRate: 0.05 },
    assessBatch: 5,
    method: { steps: 2, eps: 8 / 255, ...method },
  });
}

let engine: Engine;
beforeAll(async () => {
  engine = await startWasm();
});

async function assessments(settings: RunSettings, pictures = data): Promise<AssessmentResult[]> {
  const hooks = recorder();
  await runRounds(engine, settings, pictures, hooks, null);
  return hooks.assessments;
}

it('assesses a share, keeps what earlier rounds said of the others, and all at the end', async () => {
  const [first, second, last] = await assessments(settingsOf({ assessShare: 0.4 }));
  // 12 of 30 a round.
  expect([first, second, last].map(({ rows }) => rows.length)).toEqual([12, 24, 30]);
  expect([first, second, last].map(({ maps }) => maps.count)).toEqual([12, 24, 30]);
  expect([first, second, last].map(({ summary }) => [summary.samples, summary.pictures])).toEqual([
    [12, 30],
    [12, 30],
    [30, undefined],
  ]);
  const kept = second.rows.filter(({ assessedIn }) => assessedIn === 0);
  expect(kept.map(({ id, e }) => [id, e])).toEqual(first.rows.map(({ id, e }) => [id, e]));
  expect(second.rows.filter(({ assessedIn }) => assessedIn === undefined)).toHaveLength(12);
  expect(last.rows.every(({ assessedIn }) => assessedIn === undefined)).toBe(true);
  // The rest has the mean weight.
  expect(first.rows.reduce((sum, row) => sum + row.v, 0) / 12).toBeCloseTo(1, 5);
});

it('says of what it assesses what an assessment of all says', async () => {
  const all = (await assessments(settingsOf({}))).at(0);
  const some = (await assessments(settingsOf({ assessShare: 0.4 }))).at(0);
  const eOf = new Map(all?.rows.map(({ id, e }) => [id, e]));
  for (const { id, e } of some?.rows ?? []) expect(Math.abs(e - (eOf.get(id) ?? NaN))).toBeLessThan(1e-3);
});

it.each(['one class', 'several classes'])('goes on from every checkpoint to the same: %s', async (kind) => {
  const pictures = kind === 'one class' ? data : severalDiscs(30, 24);
  const settings = settingsOf({ assessShare: 0.3 });
  const whole = recorder(true);
  const { weights } = await runRounds(engine, settings, pictures, whole, null);
  for (const [i, snapshot] of whole.snapshots.entries()) {
    if (i % 3 !== 1) continue;
    const rest = recorder();
    const resumed = await runRounds(engine, settings, pictures, rest, snapshot);
    expect(resumed.weights).toEqual(weights);
    for (const { round, rows, summary } of rest.assessments) {
      const original = whole.assessments.find((each) => each.round === round);
      expect(rows).toEqual(original?.rows);
      expect(summary).toEqual(original?.summary);
    }
  }
});

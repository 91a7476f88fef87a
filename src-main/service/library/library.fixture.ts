/** A study with runs that were never trained: their records, tables and heatmaps are written as a real run writes them. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as v from 'valibot';
import { EvaluationSettings } from '../../contract/evaluation.ts';
import type { PartResult } from '../../contract/evaluation.ts';
import type { AssessmentRow, RoundSummary } from '../../contract/run.ts';
import type { RunSettingsInput } from '../../contract/settings.ts';
import { keyOf } from '../../evaluation/measure-parts.ts';
import { PARTS } from '../../evaluation/parts.ts';
import { resampledMeans } from '../../numeric/bootstrap.ts';
import { shelfOf } from '../../workspace/evaluation-store.ts';
import { appendEvent } from '../../workspace/events.ts';
import { beginning, exampleFigures, exampleSummary } from '../../workspace/records.fixture.ts';
import { writeRoundMaps, writeRoundTable } from '../../workspace/round-tables.ts';
import { createRun, recordRound, updateRun } from '../../workspace/run.ts';
import type { Study } from '../../workspace/study.ts';
import { readDataset } from '../../workspace/study-data.ts';
import { runFolder } from '../../workspace/study-layout.ts';
import { resolveSettings } from '../settings.ts';

export const SIDE = 4;
export const ROUNDS = [0, 1] as const;

/** Heat in one corner of each map: clean in the upper left, attacked in the lower right. */
function cornerMaps(count: number, corner: number) {
  const data = new Uint8Array(count * SIDE * SIDE);
  for (let i = 0; i < count; i++) data[i * SIDE * SIDE + corner] = 255;
  return { count, height: SIDE, width: SIDE, data };
}

/** Rises from row to row; `shift` moves all of it. */
function assessedRow(id: string, label: number, i: number, shift: number): AssessmentRow {
  const e = Math.min(1, i / 40 + shift);
  const flips = e < 0.5;
  return {
    ...{ id, label, prediction: label, probability: 0.9, labelProbability: 0.9, loss: 0.1, empty: false },
    attackedPrediction: flips ? (label + 1) % 3 : label,
    ...{ attackedProbability: 0.6, attackedLabelProbability: flips ? 0.3 : 0.6 },
    ...{ s: e, q: 1, e, v: 2 * (1 - e) },
  };
}

/** SHA-256 of weights that there are not. */
const weightsOf = (id: string): string => createHash('sha256').update(id).digest('hex');

/** As it is measured at the end of a training: the first pictures are right. */
async function writeRecognition(run: string, ids: readonly string[], dataFingerprint: string, right: number) {
  const correct = Float32Array.from(ids, (_, i) => Number(i < right));
  const [top1] = resampledMeans([correct], { seed: 0 });
  const { value, low, high, n } = top1;
  const identity = { weightsHash: weightsOf(basename(run)), dataFingerprint, split: 'test', judges: [] } as const;
  const details = { confusion: [], perClass: [], calibration: [] };
  const result: PartResult<'recognition'> = {
    ...{ format: 'steadygaze-evaluation', version: 1, part: 'recognition', engine: 'wasm', seconds: 1 },
    ...{ created: '2026-01-01T00:00:00.000Z', pictures: ids.length, picturesHash: 'a'.repeat(64), notes: [] },
    key: keyOf(PARTS.recognition, { ...identity, settings: v.parse(EvaluationSettings, {}) }),
    figures: { top1: { value, low, high, n } },
    details,
  };
  const perPicture = { ids, columns: { correct } };
  await shelfOf(run).keep(result, { figures: { top1 }, details, notes: [], perPicture });
}

/** Writes a finished run of two assessments. `shift`: how much steadier all pictures are than in a run of shift 0. */
export async function writeRun(study: Study, settings: RunSettingsInput, shift: number, correct: number) {
  const { samples, classes, fingerprint } = await readDataset(study);
  const train = samples.filter(({ split }) => split === 'train');
  const test = samples.filter(({ split }) => split === 'test');
  const record = await createRun(study.folder, {
    ...beginning,
    settings: resolveSettings({ ...settings, training: { rounds: 1, warmupEpochs: 2, epochsPerRound: 1 } }, []),
    dataFingerprint: fingerprint,
    classes: [...classes],
  });
  const folder = runFolder(study.folder, record.id);
  for (const round of ROUNDS) {
    const rows = train.map(({ id, label }, i) => assessedRow(id, label, i, shift + round / 10));
    await writeRoundTable(folder, round, rows);
    await writeRoundMaps(folder, round, 'clean', cornerMaps(rows.length, 0));
    await writeRoundMaps(folder, round, 'attacked', cornerMaps(rows.length, SIDE * SIDE - 1));
    const summary: RoundSummary = { ...exampleSummary(round), samples: rows.length, eMean: 0.5 + shift };
    await recordRound(study.folder, record.id, summary);
  }
  const told = { type: 'epoch', run: record.id, accuracy: 0.5, learningRate: 0.1 } as const;
  await appendEvent(folder, { ...told, round: 0, epoch: 0, loss: 2 });
  await appendEvent(folder, { ...told, round: 0, epoch: 1, loss: 9 });
  await appendEvent(folder, { ...told, round: 0, epoch: 1, loss: 1 });
  for (let i = 0; i < 2; i++) await appendEvent(folder, { type: 'warning', run: record.id, message: 'Little memory.' });
  const ids = test.map(({ id }) => id);
  await writeRecognition(folder, ids, fingerprint, correct);
  const value = correct / test.length;
  return updateRun(study.folder, record.id, {
    state: 'finished',
    weightsHash: weightsOf(record.id),
    eps: 2 / 255,
    epsSurvival: 0.75,
    seconds: 12,
    figures: {
      ...exampleFigures,
      top1: { value, low: value - 0.1, high: value + 0.1, n: test.length },
      debiasing: null,
    },
  });
}

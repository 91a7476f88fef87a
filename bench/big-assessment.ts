/**
 * Assessments of pictures that nobody looked at: random heatmaps and predictions, of which S, Q, E, weights and summary
 * are computed as in a real one. A share of the samples is hard, and gets less hard from round to round.
 */
import type { AssessmentRow, RoundSummary } from '../src-main/contract/run.ts';
import type { RunSettings } from '../src-main/contract/settings.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import type { AttackedBatch } from '../src-main/method/assessment.ts';
import type { Heatmaps } from '../src-main/method/heatmap.ts';
import { sampleWeights } from '../src-main/method/weights.ts';
import { hashSeed, Random } from '../src-main/numeric/random.ts';

/** Side of the heatmaps. */
const SIDE = 8;
const AREA = SIDE * SIDE;
const BATCH = 1000;
/** Share of samples whose heatmap is zero everywhere. */
const EMPTY = 0.002;

export interface MadeUpAssessment {
  readonly rows: readonly AssessmentRow[];
  readonly summary: RoundSummary;
  readonly maps: { readonly clean: Heatmaps; readonly attacked: Heatmaps };
}

/** @param labels [n] below `classes` */
export function makeUpAssessment(
  ids: readonly string[],
  labels: Int32Array,
  classes: number,
  settings: RunSettings,
  round: number,
  eps: number,
): MadeUpAssessment {
  const table = new AssessmentTable(ids.length);
  for (let start = 0; start < ids.length; start += BATCH) {
    const some = labels.subarray(start, start + BATCH);
    const samples = some.map((_, i) => start + i);
    table.enter(samples, some, makeUpBatch(start, some, classes, settings.seed, round), settings.method);
  }
  const { arm, seed, method } = settings;
  const v = sampleWeights(arm, table.column('e'), table.column('loss'), method.weightFloor, seed, round);
  const data = {
    ids,
    labels,
    labelSets: null,
    count: ids.length,
    classCount: classes,
    size: settings.network.size,
    read: unread,
  };
  return {
    rows: table.rows(data, v),
    summary: table.summary(round, labels, classes, eps),
    maps: table.heatmaps(),
  };
}

function unread(): Promise<void> {
  return Promise.reject(new Error('made-up assessments look at no picture'));
}

function makeUpBatch(start: number, labels: Int32Array, classes: number, seed: number, round: number): AttackedBatch {
  const count = labels.length;
  const maps = { count, height: SIDE, width: SIDE, values: new Float32Array(count * AREA) };
  const attackedMaps = { ...maps, values: new Float32Array(count * AREA) };
  const logits = new Float32Array(count * classes);
  const attackedLogits = new Float32Array(count * classes);
  labels.forEach((label, i) => {
    // What a sample is does not change from round to round, what the network makes of it does.
    const own = new Random(hashSeed('big-study', seed, start + i));
    const chance = new Random(hashSeed('big-study', seed, start + i, round));
    const hardness = own.uniform() ** 2 * 0.8 ** round;
    const clean = maps.values.subarray(i * AREA, (i + 1) * AREA);
    const attacked = attackedMaps.values.subarray(i * AREA, (i + 1) * AREA);
    const width = 1 + own.uniform();
    if (chance.uniform() >= EMPTY) addSpot(clean, [2 + 4 * own.uniform(), 2 + 4 * own.uniform()], width, 1);
    // Under the attack the gaze wanders off, to a place that is somebody else's.
    const drift = Math.min(1, hardness * (0.6 + 0.8 * chance.uniform()));
    attacked.set(clean.map((value) => value * (1 - drift)));
    addSpot(attacked, [8 * chance.uniform(), 8 * chance.uniform()], width, drift);
    scaleToOne(clean);
    scaleToOne(attacked);
    for (let c = 0; c < classes; c++) {
      const value = chance.normal() + (c === label ? 4.5 - 3 * hardness + round / 2 : 0);
      logits[i * classes + c] = value;
      attackedLogits[i * classes + c] = value + chance.normal() / 2 - (c === label ? 3 * drift : 0);
    }
  });
  // The pictures themselves are the one thing that the table does not look at.
  return { maps, attackedMaps, logits, attackedLogits } as AttackedBatch;
}

/** Adds a round spot to a map. @param centre x, y in cells @param width standard deviation in cells */
function addSpot(map: Float32Array, [x, y]: readonly [number, number], width: number, height: number): void {
  const along = (centre: number) =>
    Array.from({ length: SIDE }, (_, at) => Math.exp(-((at + 0.5 - centre) ** 2) / (2 * width * width)));
  const [columns, rows] = [along(x), along(y)];
  // What is faint is nothing: heatmaps are zero where the network does not look.
  for (let at = 0; at < AREA; at++) {
    const value = height * (columns[at % SIDE] ?? 0) * (rows[Math.floor(at / SIDE)] ?? 0);
    map[at] = (map[at] ?? 0) + (value < 0.02 ? 0 : value);
  }
}

function scaleToOne(map: Float32Array): void {
  const most = map.reduce((a, b) => Math.max(a, b), 0);
  if (most > 0) map.forEach((value, at) => (map[at] = value / most));
}

/**
 * Assessment: attack the background of every training picture of the frozen network and measure
 * how stably heatmap and prediction survive. Results are kept as columns, so that a half-finished
 * assessment can be stored and gone on with.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { AssessmentRow, RoundSummary } from '../contract/run.ts';
import type { MethodSettings } from '../contract/settings.ts';
import { hashSeed } from '../numeric/random.ts';
import { argMax, median } from '../numeric/statistics.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { NamedArray } from '../networks/parameters.ts';
import { attackBackground } from './attack.ts';
import { backgroundsOf } from './background.ts';
import { consistency, softmax } from './consistency.ts';
import type { TrainingData } from './data.ts';
import { type Heatmaps, heatmaps, mapOf } from './heatmap.ts';

const COLUMNS = [
  'prediction',
  'probability',
  'labelProbability',
  'attackedLabelProbability',
  'attackedPrediction',
  'attackedProbability',
  's',
  'q',
  'e',
  'loss',
  'empty',
] as const;
type Column = (typeof COLUMNS)[number];

/** Clean and attacked pictures of a batch with what the network makes of them. */
export interface AttackedBatch {
  /** [n,size,size,3] in [0,1]; the caller disposes of it. */
  readonly attacked: Tensor4D;
  readonly maps: Heatmaps;
  readonly attackedMaps: Heatmaps;
  /** [n,classes] */
  readonly logits: Float32Array;
  readonly attackedLogits: Float32Array;
}

/**
 * Heatmaps, backgrounds, attack, and heatmaps again.
 * @param x     [n,size,size,3] in [0,1]; borrowed
 * @param ids   [n] sample ids, the source of each sample's random start
 * @param round the assessment's round, likewise
 */
export function attackBatch(
  network: FrozenNetwork,
  x: Tensor4D,
  labels: Int32Array,
  ids: readonly string[],
  settings: MethodSettings,
  eps: number,
  seed: number,
  round: number,
): AttackedBatch {
  const before = network.forward(x);
  const maps = heatmaps(network, before.map, labels, settings.heatmap);
  const logits = before.logits.dataSync() as Float32Array;
  tf.dispose([before.map, before.logits]);
  const background = backgroundsOf(maps, x.shape[1], settings);
  const seeds = ids.map((id) => hashSeed('attack', seed, round, id));
  const attacked = attackBackground(network, x, labels, background, eps, seeds, settings);
  const after = network.forward(attacked);
  const attackedMaps = heatmaps(network, after.map, labels, settings.heatmap);
  const attackedLogits = after.logits.dataSync() as Float32Array;
  tf.dispose([after.map, after.logits]);
  return { attacked, maps, attackedMaps, logits, attackedLogits };
}

/** Pictures 0..255 as a tensor in [0,1]. */
export function pictureTensor(pictures: Uint8Array, count: number, size: number): Tensor4D {
  const values = new Float32Array(pictures.length);
  for (let i = 0; i < values.length; i++) values[i] = pictures[i] / 255;
  return tf.tensor4d(values, [count, size, size, 3]);
}

/** Forward-pass equivalents that the assessment of one picture costs (a backward pass counts 1). */
export function passesPerPicture(settings: Pick<MethodSettings, 'attack' | 'steps'>): number {
  const steps = settings.attack === 'noise' ? 0 : settings.attack === 'fgsm' ? 1 : settings.steps;
  return 2 + 2 * steps;
}

/** Columns of an assessment, filled batch by batch. */
export class AssessmentTable {
  private readonly columns: Readonly<Record<Column, Float32Array>>;
  private maps: Heatmaps | null = null;
  private attackedMaps: Heatmaps | null = null;
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
    const columns: Partial<Record<Column, Float32Array>> = {};
    for (const name of COLUMNS) columns[name] = new Float32Array(count);
    this.columns = columns as Record<Column, Float32Array>;
  }

  /** Enters the results of samples `start` .. `start + labels.length - 1`. */
  enter(start: number, labels: Int32Array, batch: AttackedBatch, settings: MethodSettings): void {
    const { height, width } = batch.maps;
    const maps = (this.maps ??= emptyMaps(this.count, height, width));
    const attackedMaps = (this.attackedMaps ??= emptyMaps(this.count, height, width));
    maps.values.set(batch.maps.values, start * height * width);
    attackedMaps.values.set(batch.attackedMaps.values, start * height * width);
    const classes = batch.logits.length / labels.length;
    labels.forEach((label, i) => {
      const row = start + i;
      const p = softmax(batch.logits.subarray(i * classes, (i + 1) * classes));
      const attacked = softmax(batch.attackedLogits.subarray(i * classes, (i + 1) * classes));
      const pair = { clean: mapOf(batch.maps, i), attacked: mapOf(batch.attackedMaps, i), height, width };
      const { s, q, e, empty } = consistency(pair, p, attacked, label, settings);
      const prediction = argMax(p);
      const attackedPrediction = argMax(attacked);
      const values: Record<Column, number> = {
        prediction,
        probability: p[prediction],
        labelProbability: p[label],
        attackedLabelProbability: attacked[label],
        attackedPrediction,
        attackedProbability: attacked[attackedPrediction],
        s,
        q,
        e,
        loss: -Math.log(Math.max(p[label], 1e-30)),
        empty: empty ? 1 : 0,
      };
      for (const name of COLUMNS) this.columns[name][row] = values[name];
    });
  }

  column(name: Column): Float32Array {
    return this.columns[name];
  }

  /** Clean heatmaps of all samples. @throws Error before the first batch */
  heatmaps(): { clean: Heatmaps; attacked: Heatmaps } {
    if (this.maps === null || this.attackedMaps === null) throw new Error('no batch has been assessed');
    return { clean: this.maps, attacked: this.attackedMaps };
  }

  /** @param v [count] weights of the round that follows */
  rows(data: TrainingData, v: Float32Array): AssessmentRow[] {
    const c = this.columns;
    return data.ids.map((id, i) => ({
      id,
      label: data.labels[i],
      prediction: c.prediction[i],
      probability: c.probability[i],
      labelProbability: c.labelProbability[i],
      attackedLabelProbability: c.attackedLabelProbability[i],
      attackedPrediction: c.attackedPrediction[i],
      attackedProbability: c.attackedProbability[i],
      s: c.s[i],
      q: c.q[i],
      e: c.e[i],
      v: v[i],
      loss: c.loss[i],
      empty: c.empty[i] === 1,
    }));
  }

  summary(round: number, labels: Int32Array, classCount: number, eps: number): RoundSummary {
    const { e, prediction, attackedPrediction, empty } = this.columns;
    const sums = new Float64Array(classCount);
    const counts = new Uint32Array(classCount);
    const histogram = new Array<number>(20).fill(0);
    let [total, below, correct, survived, emptyMaps] = [0, 0, 0, 0, 0];
    for (let i = 0; i < this.count; i++) {
      total += e[i];
      sums[labels[i]] += e[i];
      counts[labels[i]] += 1;
      histogram[Math.min(19, Math.floor(e[i] * 20))] += 1;
      if (e[i] < 0.5) below += 1;
      emptyMaps += empty[i];
      if (prediction[i] !== labels[i]) continue;
      correct += 1;
      if (attackedPrediction[i] === prediction[i]) survived += 1;
    }
    return {
      round,
      samples: this.count,
      eMean: total / this.count,
      eMedian: median(e),
      eBelowHalf: below / this.count,
      eMeanPerClass: Array.from(sums, (sum, c) => (counts[c] > 0 ? sum / counts[c] : null)),
      eHistogram: histogram,
      survived: correct > 0 ? survived / correct : 0,
      accuracy: correct / this.count,
      emptyMaps,
      eps,
    };
  }

  /** Everything entered so far as named arrays, for a snapshot. */
  toState(): Map<string, NamedArray> {
    const state = new Map<string, NamedArray>();
    for (const name of COLUMNS) {
      state.set(`assessment.${name}`, { shape: [this.count], data: this.columns[name] });
    }
    for (const [name, maps] of [
      ['maps', this.maps],
      ['attackedMaps', this.attackedMaps],
    ] as const) {
      if (maps === null) continue;
      state.set(`assessment.${name}`, { shape: [this.count, maps.height, maps.width], data: maps.values });
    }
    return state;
  }

  /** Counterpart of {@link toState}; null when the state holds no assessment of `count` samples. */
  static fromState(state: ReadonlyMap<string, NamedArray>, count: number): AssessmentTable | null {
    const table = new AssessmentTable(count);
    for (const name of COLUMNS) {
      const stored = state.get(`assessment.${name}`);
      if (stored?.data.length !== count) return null;
      table.columns[name].set(stored.data);
    }
    const take = (name: string): Heatmaps | null => {
      const stored = state.get(`assessment.${name}`);
      if (stored === undefined) return null;
      const [, height = 1, width = 1] = stored.shape;
      return { values: stored.data.slice(), count, height, width };
    };
    table.maps = take('maps');
    table.attackedMaps = take('attackedMaps');
    return table;
  }
}

function emptyMaps(count: number, height: number, width: number): Heatmaps {
  return { values: new Float32Array(count * height * width), count, height, width };
}

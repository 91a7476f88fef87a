/** Columns of an assessment, filled batch by batch: what a round's table, its weights and its summary are made of. */
import type { AssessmentRow, RoundSummary } from '../contract/run.ts';
import type { MethodSettings } from '../contract/settings.ts';
import type { NamedArray } from '../networks/parameters.ts';
import type { LabelSets } from '../numeric/label-sets.ts';
import { assessSeveral, assessSingle, type Column, COLUMNS } from './assessed-picture.ts';
import type { AttackedBatch } from './assessment.ts';
import { summarise } from './assessment-summary.ts';
import type { MapPair } from './consistency.ts';
import type { TrainingData } from './data.ts';
import { type Heatmaps, mapOf, someMaps } from './heatmap.ts';
import { type LabelMaps, type LabelPairs, labelPairs, unionMaps } from './label-maps.ts';

/** What is known of each label of a picture. */
const PAIR_COLUMNS = ['labelE', 'labelProbabilities', 'attackedLabelProbabilities'] as const;
type PairColumn = (typeof PAIR_COLUMNS)[number];

/** The round of what has not been assessed. */
const NEVER = -1;

/** What multi-label data have beside the columns. */
interface Several {
  readonly sets: LabelSets;
  readonly pairs: LabelPairs;
  /** [count] the class that each row goes by (assessed-picture.ts). */
  readonly label: Float32Array;
  /** [pairs] for each label of each picture. */
  readonly ofLabels: Readonly<Record<PairColumn, Float32Array>>;
}

export class AssessmentTable {
  private readonly columns: Readonly<Record<Column, Float32Array>>;
  private maps: Heatmaps | null = null;
  private attackedMaps: Heatmaps | null = null;
  private readonly count: number;
  private readonly several: Several | null;
  /** [count] the round whose assessment is entered; {@link NEVER} where there is none yet. */
  private readonly assessedIn: Float32Array;
  private round = 0;

  /** @param sets all classes of each picture, in multi-label data */
  constructor(count: number, sets: LabelSets | null = null) {
    this.count = count;
    this.assessedIn = new Float32Array(count).fill(NEVER);
    const columns: Partial<Record<Column, Float32Array>> = {};
    for (const name of COLUMNS) columns[name] = new Float32Array(count);
    this.columns = columns as Record<Column, Float32Array>;
    if (sets === null) {
      this.several = null;
      return;
    }
    const pairs = labelPairs(sets);
    const column = (): Float32Array => new Float32Array(pairs.count);
    const ofLabels = { labelE: column(), labelProbabilities: column(), attackedLabelProbabilities: column() };
    this.several = { sets, pairs, label: new Float32Array(count), ofLabels };
  }

  /** What is entered from now on is of this round; what is not entered anew stays as an earlier round found it. */
  beginRound(round: number): void {
    this.round = round;
  }

  /**
   * Enters the results of some samples.
   * @param samples [n] which ones
   * @param labels  [n] of these samples; in multi-label data the table knows them
   */
  enter(samples: Int32Array, labels: Int32Array, batch: AttackedBatch, settings: MethodSettings): void {
    const { height, width } = batch.maps;
    const maps = (this.maps ??= emptyMaps(this.mapCount, height, width));
    const attackedMaps = (this.attackedMaps ??= emptyMaps(this.mapCount, height, width));
    const classes = batch.logits.length / samples.length;
    const pairAt = (k: number): MapPair => {
      return { clean: mapOf(batch.maps, k), attacked: mapOf(batch.attackedMaps, k), height, width };
    };
    /** Maps of the batch that belong to samples before this one. */
    let before = 0;
    samples.forEach((row, i) => {
      const first = before;
      const [from, to] = [this.firstMap(row), this.firstMap(row + 1)];
      before += to - from;
      for (let k = from; k < to; k++) {
        const pair = pairAt(first + k - from);
        maps.values.set(pair.clean, k * height * width);
        attackedMaps.values.set(pair.attacked, k * height * width);
      }
      const logits = batch.logits.subarray(i * classes, (i + 1) * classes);
      const attacked = batch.attackedLogits.subarray(i * classes, (i + 1) * classes);
      const values =
        this.several === null
          ? assessSingle(logits, attacked, labels[i], pairAt(i), settings)
          : this.enterSeveral(this.several, row, logits, attacked, (k) => pairAt(first + k - from), settings);
      for (const name of COLUMNS) this.columns[name][row] = values[name];
      this.assessedIn[row] = this.round;
    });
  }

  private enterSeveral(
    { sets, pairs, label, ofLabels }: Several,
    row: number,
    logits: Float32Array,
    attacked: Float32Array,
    pairAt: (k: number) => MapPair,
    settings: MethodSettings,
  ): Readonly<Record<Column, number>> {
    const [from, to] = [pairs.first[row], pairs.first[row + 1]];
    const own = Array.from({ length: to - from }, (_, k) => pairAt(from + k));
    const found = assessSeveral(logits, attacked, sets, row, own, settings);
    label[row] = found.label;
    for (const name of PAIR_COLUMNS) ofLabels[name].set(found[name], from);
    return found.values;
  }

  /**
   * Takes over what another table says of some samples.
   * @param samples [n] which ones they are here
   * @param part    of these n samples alone, in their order
   */
  place(samples: Int32Array, part: AssessmentTable): void {
    if (samples.length === 0) return;
    const { clean, attacked } = part.entered();
    const { height, width } = clean;
    const area = height * width;
    const maps = (this.maps ??= emptyMaps(this.mapCount, height, width));
    const attackedMaps = (this.attackedMaps ??= emptyMaps(this.mapCount, height, width));
    samples.forEach((row, i) => {
      for (const name of COLUMNS) this.columns[name][row] = part.columns[name][i];
      this.assessedIn[row] = part.assessedIn[i];
      const [from, to, at] = [part.firstMap(i), part.firstMap(i + 1), this.firstMap(row)];
      maps.values.set(clean.values.subarray(from * area, to * area), at * area);
      attackedMaps.values.set(attacked.values.subarray(from * area, to * area), at * area);
      if (this.several === null || part.several === null) return;
      this.several.label[row] = part.several.label[i];
      for (const name of PAIR_COLUMNS) {
        this.several.ofLabels[name].set(part.several.ofLabels[name].subarray(from, to), at);
      }
    });
  }

  private firstMap(row: number): number {
    return this.several === null ? row : this.several.pairs.first[row];
  }

  private get mapCount(): number {
    return this.firstMap(this.count);
  }

  column(name: Column): Float32Array {
    return this.columns[name];
  }

  /** [count] whether a sample has been assessed, in this round or before. */
  get known(): readonly boolean[] {
    return Array.from(this.assessedIn, (round) => round !== NEVER);
  }

  /** Heatmaps of the samples that {@link rows} lists, one a picture. @throws Error before the first batch */
  heatmaps(): { clean: Heatmaps; attacked: Heatmaps } {
    const { clean, attacked } = this.entered();
    const pairs = this.several?.pairs ?? null;
    const rows = this.samplesOf((round) => round !== NEVER);
    const ofRows = (maps: Heatmaps): Heatmaps => someMaps(unionMaps({ maps, pairs }), rows);
    return { clean: ofRows(clean), attacked: ofRows(attacked) };
  }

  /** Clean heatmaps of all labels of all samples. @throws Error before the first batch */
  labelMaps(): LabelMaps {
    return { maps: this.entered().clean, pairs: this.several?.pairs ?? null };
  }

  /** Heatmaps of all labels. */
  private entered(): { clean: Heatmaps; attacked: Heatmaps } {
    if (this.maps === null || this.attackedMaps === null) throw new Error('no batch has been assessed');
    return { clean: this.maps, attacked: this.attackedMaps };
  }

  /** Of the samples that have been assessed, in their order. @param v [count] weights of the round that follows */
  rows(data: TrainingData, v: Float32Array): AssessmentRow[] {
    const c = this.columns;
    return this.samplesOf((round) => round !== NEVER).map((i) => ({
      id: data.ids[i],
      label: this.several?.label[i] ?? data.labels[i],
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
      ...(this.assessedIn[i] === this.round ? {} : { assessedIn: this.assessedIn[i] }),
      ...(this.several === null ? {} : severalOfRow(this.several, i)),
    }));
  }

  /** Of what was assessed in this round. @param labels in multi-label data the table knows them */
  summary(round: number, labels: Int32Array, classCount: number, eps: number): RoundSummary {
    const { count, columns, several } = this;
    const samples = this.samplesOf((assessedIn) => assessedIn === this.round);
    const assessed = {
      ...{ samples, count, columns },
      labels: several?.label ?? labels,
      eOfLabels: samples.flatMap((i) =>
        several === null ? [[labels[i], columns.e[i]] as const] : labelsWithE(several, i),
      ),
      isLabel: (i: number, label: number) => several?.sets.isPositive(i, label) ?? label === labels[i],
    };
    return summarise(assessed, round, classCount, eps);
  }

  private samplesOf(isOne: (assessedIn: number) => boolean): number[] {
    return Array.from(this.assessedIn, (_, i) => i).filter((i) => isOne(this.assessedIn[i]));
  }

  /** Everything entered so far as named arrays, for a snapshot. */
  toState(): Map<string, NamedArray> {
    const state = new Map<string, NamedArray>([
      ['assessment.assessedIn', { shape: [this.count], data: this.assessedIn }],
    ]);
    for (const name of COLUMNS) {
      state.set(`assessment.${name}`, { shape: [this.count], data: this.columns[name] });
    }
    for (const [name, maps] of [
      ['maps', this.maps],
      ['attackedMaps', this.attackedMaps],
    ] as const) {
      if (maps === null) continue;
      state.set(`assessment.${name}`, { shape: [maps.count, maps.height, maps.width], data: maps.values });
    }
    if (this.several !== null) {
      const { label, ofLabels, pairs } = this.several;
      state.set('assessment.label', { shape: [this.count], data: label });
      for (const name of PAIR_COLUMNS) state.set(`assessment.${name}`, { shape: [pairs.count], data: ofLabels[name] });
    }
    return state;
  }

  /**
   * Counterpart of {@link toState}; null when the state holds no assessment of `count` samples.
   * @param round of the assessment that is being made or comes next
   */
  static fromState(
    state: ReadonlyMap<string, NamedArray>,
    count: number,
    sets: LabelSets | null,
    round = 0,
  ): AssessmentTable | null {
    const table = new AssessmentTable(count, sets);
    table.beginRound(round);
    // Earlier versions assess all samples in every round, and do not say so.
    table.assessedIn.set(state.get('assessment.assessedIn')?.data ?? new Float32Array(count).fill(round));
    for (const name of COLUMNS) {
      const stored = state.get(`assessment.${name}`);
      if (stored?.data.length !== count) return null;
      table.columns[name].set(stored.data);
    }
    for (const [name, column] of Object.entries({ label: table.several?.label, ...table.several?.ofLabels })) {
      if (column === undefined) continue;
      const stored = state.get(`assessment.${name}`);
      if (stored?.data.length !== column.length) return null;
      column.set(stored.data);
    }
    const take = (name: string): Heatmaps | null => {
      const stored = state.get(`assessment.${name}`);
      if (stored === undefined) return null;
      const [, height = 1, width = 1] = stored.shape;
      return { values: stored.data.slice(), count: table.mapCount, height, width };
    };
    table.maps = take('maps');
    table.attackedMaps = take('attackedMaps');
    return table;
  }
}

function emptyMaps(count: number, height: number, width: number): Heatmaps {
  return { values: new Float32Array(count * height * width), count, height, width };
}

function labelsWithE({ pairs, ofLabels }: Several, row: number): (readonly [number, number])[] {
  const [from, to] = [pairs.first[row], pairs.first[row + 1]];
  return Array.from({ length: to - from }, (_, k) => [pairs.labels[from + k], ofLabels.labelE[from + k]] as const);
}

function severalOfRow({ sets, pairs, ofLabels }: Several, row: number): Pick<AssessmentRow, 'labels' | PairColumn> {
  const own = (name: PairColumn): number[] => [...ofLabels[name].subarray(pairs.first[row], pairs.first[row + 1])];
  return {
    labels: [...sets.positives(row)],
    labelE: own('labelE'),
    labelProbabilities: own('labelProbabilities'),
    attackedLabelProbabilities: own('attackedLabelProbabilities'),
  };
}

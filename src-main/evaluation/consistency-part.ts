/**
 * Explanation consistency E on the measured pictures (Wu et al., IEEE TMM 2024): how stably heatmap and prediction
 * survive an attack on what the heatmap calls background. The attack is that of the method with its standard settings,
 * and its strength is the same for every run: the eps that a run chose for its own training would favour weak ones.
 */
import type { ConsistencyDetails } from '../contract/evaluation.ts';
import type { MethodSettings } from '../contract/settings.ts';
import { backgroundOf } from '../method/background.ts';
import { consistency, softmax } from '../method/consistency.ts';
import { bootstrapMean, resampledMeans } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import { median } from '../numeric/statistics.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { forEachBatch } from './passes.ts';
import { readBatch } from './read-batch.ts';

/** The method's standard settings, written out: a change of what training does by default must not change a figure. */
const METHOD = {
  threshold: 'mean',
  thresholdValue: 0.5,
  attack: 'pgd',
  steps: 10,
  stepShare: 0.25,
  randomStart: true,
  momentumDecay: 1,
  radiusShare: 0.5,
  similarity: 'cosine',
  agreement: 'ratio',
} as const satisfies Partial<MethodSettings>;

/** Two passes for clean and attacked picture, three (a pass and its gradient) for each step of the attack. */
const PASSES = 2 + 3 * METHOD.steps;
const BINS = 20;

/** A row: similarity of the heatmaps, agreement of the predictions, E, and whether either heatmap was empty. */
const COLUMNS = ['s', 'q', 'e', 'empty'] as const;
const WIDTH = COLUMNS.length;

export const consistencyPart: PartKind<'consistency'> = {
  part: 'consistency',
  definition: 1,
  passes: ({ consistency: { pictures } }, count) => PASSES * chosenShare(pictures, count),
  prepare: (subject) => Promise.resolve(new ConsistencyPart(subject)),
};

class ConsistencyPart implements MeasuredPart<'consistency'> {
  readonly part = 'consistency';
  readonly count: number;
  readonly width = WIDTH;
  readonly passes = PASSES;
  readonly #subject: Subject;
  readonly #chosen: readonly number[];

  constructor(subject: Subject) {
    const { measured, settings } = subject;
    this.#subject = subject;
    this.#chosen = chosenPictures(measured.ids, settings.consistency.pictures, settings.seed);
    this.count = this.#chosen.length;
  }

  async measure(items: readonly number[], out: Float32Array): Promise<void> {
    let offset = 0;
    await forEachBatch(items, this.#subject, async (batch) => {
      await this.#measureBatch(batch, out.subarray(offset, (offset += batch.length * WIDTH)));
    });
  }

  async #measureBatch(items: readonly number[], out: Float32Array): Promise<void> {
    const { model, measured, settings } = this.#subject;
    const { size } = measured;
    const indices = items.map((item) => this.#chosen[item]);
    const { pictures, labels } = await readBatch(measured, indices);
    const clean = await model.predict(pictures, labels);
    const { mapHeight: height, mapWidth: width } = clean;
    const map = (maps: Float32Array, i: number) => maps.subarray(i * height * width, (i + 1) * height * width);
    const region = new Uint8Array(indices.length * size * size);
    for (let i = 0; i < indices.length; i++) {
      region.set(backgroundOf(map(clean.maps, i), height, width, size, METHOD), i * size * size);
    }
    const attackedPictures = await model.attack(pictures, labels, {
      region,
      eps: settings.consistency.eps / 255,
      seeds: indices.map((index) => hashSeed('consistency', settings.seed, measured.ids[index])),
      settings: METHOD,
    });
    const attacked = await model.predict(attackedPictures, labels);
    const { classes } = model;
    for (let i = 0; i < indices.length; i++) {
      const pair = { clean: map(clean.maps, i), attacked: map(attacked.maps, i), height, width };
      const [p, q] = [clean, attacked].map(({ logits }) => softmax(logits.subarray(i * classes, (i + 1) * classes)));
      const found = consistency(pair, p, q, labels[i], METHOD);
      out.set([found.s, found.q, found.e, found.empty ? 1 : 0], i * WIDTH);
    }
  }

  summarise(rows: Float32Array): PartSummary<'consistency'> {
    const { measured, classes, settings } = this.#subject;
    const [s, q, e, empty] = COLUMNS.map((_, c) =>
      Float32Array.from({ length: this.count }, (_value, i) => rows[i * WIDTH + c]),
    );
    const belowHalf = e.map((value) => (value < 0.5 ? 1 : 0));
    const { seed } = settings;
    const [eMean, eBelowHalf, sMean, qMean] = resampledMeans([e, belowHalf, s, q], { seed });
    const histogram = new Array<number>(BINS).fill(0);
    for (const value of e) histogram[Math.min(BINS - 1, Math.floor(value * BINS))] += 1;
    const emptyMaps = empty.reduce((sum, value) => sum + value, 0);
    const details: ConsistencyDetails = {
      histogram,
      perClass: classes.map((_, label) => {
        const own = e.filter((_value, i) => measured.labels[this.#chosen[i]] === label);
        return own.length === 0 ? null : bootstrapMean(own, { seed });
      }),
      median: median(e),
      eps: settings.consistency.eps,
      emptyMaps,
    };
    const notes =
      emptyMaps === 0
        ? []
        : [
            `${String(emptyMaps)} of ${String(this.count)} pictures have a heatmap that shows nothing, before or after ` +
              'the attack. Their consistency counts as 0.',
          ];
    return {
      figures: { e_mean: eMean, e_below_half: eBelowHalf, s_mean: sMean, q_mean: qMean },
      details,
      notes,
      perPicture: { ids: this.#chosen.map((index) => measured.ids[index]), columns: { e, s, q } },
    };
  }

  close(): void {
    // Holds nothing.
  }
}

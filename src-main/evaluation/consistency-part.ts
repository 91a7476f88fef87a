/**
 * Explanation consistency E on the measured pictures (Wu et al., IEEE TMM 2024): how stably heatmap and prediction
 * survive an attack on what the heatmap calls background. The attack is that of the method with its standard settings,
 * and its strength is the same for every run: the eps that a run chose for its own training would favour weak ones.
 *
 * Of a picture that may be of several classes: E is the mean over them, the attack raises the sum of the binary
 * cross-entropies in what is background for all of them, and similarity and agreement are means too
 * (method/assessed-picture.ts).
 */
import type { ConsistencyDetails } from '../contract/evaluation.ts';
import type { MethodSettings } from '../contract/settings.ts';
import { assessSeveral } from '../method/assessed-picture.ts';
import { consistency, softmax } from '../method/consistency.ts';
import { mapOf } from '../method/heatmap.ts';
import { pictureBackgrounds } from '../method/label-maps.ts';
import { bootstrapMean, resampledMeans } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import { median } from '../numeric/statistics.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import { itemsOf, predictLabels } from './label-items.ts';
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

/**
 * A row: similarity of the heatmaps, agreement of the predictions, E, and whether either heatmap was empty; in
 * multi-label data then E of each class, NaN for those that the picture is not of.
 */
const COLUMNS = ['s', 'q', 'e', 'empty'] as const;

export const consistencyPart: PartKind<'consistency'> = {
  part: 'consistency',
  definition: 1,
  passes: ({ consistency: { pictures } }, count) => PASSES * chosenShare(pictures, count),
  prepare: (subject) => Promise.resolve(new ConsistencyPart(subject)),
};

class ConsistencyPart implements MeasuredPart<'consistency'> {
  readonly part = 'consistency';
  readonly count: number;
  readonly width: number;
  readonly passes = PASSES;
  readonly #subject: Subject;
  readonly #chosen: readonly number[];

  constructor(subject: Subject) {
    const { measured, settings } = subject;
    this.#subject = subject;
    this.width = COLUMNS.length + (measured.labelSets === null ? 0 : subject.classes.length);
    this.#chosen = chosenPictures(measured.ids, settings.consistency.pictures, settings.seed);
    this.count = this.#chosen.length;
  }

  async measure(items: readonly number[], out: Float32Array): Promise<void> {
    let offset = 0;
    await forEachBatch(items, this.#subject, async (batch) => {
      await this.#measureBatch(batch, out.subarray(offset, (offset += batch.length * this.width)));
    });
  }

  async #measureBatch(items: readonly number[], out: Float32Array): Promise<void> {
    const { model, measured, settings } = this.#subject;
    const { size } = measured;
    const indices = items.map((item) => this.#chosen[item]);
    const { pictures, labels } = await readBatch(measured, indices);
    const clean = await predictLabels(model, measured, indices, pictures);
    const { height, width } = clean.maps;
    const sets = measured.labelSets?.pick(indices) ?? null;
    const attackedPictures = await model.attack(pictures, sets ?? labels, {
      region: pictureBackgrounds(clean, size, METHOD),
      eps: settings.consistency.eps / 255,
      seeds: indices.map((index) => hashSeed('consistency', settings.seed, measured.ids[index])),
      settings: METHOD,
    });
    const attacked = await predictLabels(model, measured, indices, attackedPictures);
    const { classes } = model;
    out.fill(NaN);
    for (let i = 0; i < indices.length; i++) {
      const [z, zAttacked] = [clean, attacked].map(({ logits }) => logits.subarray(i * classes, (i + 1) * classes));
      const [from, to] = itemsOf(clean.pairs, i);
      const pairs = Array.from({ length: to - from }, (_, k) => ({
        clean: mapOf(clean.maps, from + k),
        attacked: mapOf(attacked.maps, from + k),
        height,
        width,
      }));
      const row = out.subarray(i * this.width, (i + 1) * this.width);
      if (sets === null) {
        const found = consistency(pairs[0], softmax(z), softmax(zAttacked), labels[i], METHOD);
        row.set([found.s, found.q, found.e, found.empty ? 1 : 0]);
      } else {
        const { values, labelE } = assessSeveral(z, zAttacked, sets, i, pairs, METHOD);
        row.set([values.s, values.q, values.e, values.empty]);
        sets.positives(i).forEach((label, k) => (row[COLUMNS.length + label] = labelE[k]));
      }
    }
  }

  summarise(rows: Float32Array): PartSummary<'consistency'> {
    const { measured, classes, settings } = this.#subject;
    const [s, q, e, empty] = COLUMNS.map((_, c) =>
      Float32Array.from({ length: this.count }, (_value, i) => rows[i * this.width + c]),
    );
    const ofClass = (label: number): Float32Array =>
      measured.labelSets === null
        ? e.filter((_value, i) => measured.labels[this.#chosen[i]] === label)
        : e.map((_value, i) => rows[i * this.width + COLUMNS.length + label]).filter((value) => !Number.isNaN(value));
    const belowHalf = e.map((value) => (value < 0.5 ? 1 : 0));
    const { seed } = settings;
    const [eMean, eBelowHalf, sMean, qMean] = resampledMeans([e, belowHalf, s, q], { seed });
    const histogram = new Array<number>(BINS).fill(0);
    for (const value of e) histogram[Math.min(BINS - 1, Math.floor(value * BINS))] += 1;
    const emptyMaps = empty.reduce((sum, value) => sum + value, 0);
    const details: ConsistencyDetails = {
      histogram,
      perClass: classes.map((_, label) => {
        const own = ofClass(label);
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

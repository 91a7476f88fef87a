/**
 * What can be said of heatmaps without knowing where objects are: how concentrated they are, whether other ways of
 * computing them agree (Grad-CAM++ and LayerCAM), and whether they stay the same under changes that change nothing
 * about what the picture shows (harmless-changes.ts).
 *
 * Where pictures may be of several classes, an item is a picture with one of its classes, because each class has a
 * heatmap of its own (label-items.ts); what has to stay the same of the prediction is the most probable class.
 */
import { HARMLESS_CHANGES, type StabilityDetails } from '../contract/evaluation.ts';
import { cosine } from '../method/consistency.ts';
import { isEmptyMap } from '../method/heatmap.ts';
import { gini, normalisedEntropy } from '../numeric/concentration.ts';
import { argMax, mean } from '../numeric/statistics.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import { harmlesslyChanged, likenessAfter } from './harmless-changes.ts';
import type { LabelItems } from './label-items.ts';
import { labelItems, meanOfItems, resampledItemMeans } from './label-items.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { forEachBatch } from './passes.ts';
import type { Predictions } from './predictor.ts';
import { readBatch } from './read-batch.ts';

/** Other heatmaps that the model's own is compared with, at the resolution of both. */
const OTHER_KINDS = ['gradcam++', 'layercam'] as const;

/** Figures, which are means of columns of the same names. */
const FIGURES = [
  'gini',
  'entropy',
  ...OTHER_KINDS.map((kind) => `agree_${kind}` as const),
  ...HARMLESS_CHANGES.map((change) => `map_${change}` as const),
  ...HARMLESS_CHANGES.map((change) => `same_${change}` as const),
] as const;
/** A row: the figures' columns, the share of the map's values that are zero, whether all are. */
const WIDTH = FIGURES.length + 2;
const PASSES = 1 + OTHER_KINDS.length + HARMLESS_CHANGES.length;

export const stabilityPart: PartKind<'stability'> = {
  part: 'stability',
  definition: 1,
  passes: ({ stability: { pictures } }, count) => PASSES * chosenShare(pictures, count),
  prepare: (subject) => Promise.resolve(new StabilityPart(subject)),
};

class StabilityPart implements MeasuredPart<'stability'> {
  readonly part = 'stability';
  readonly count: number;
  readonly width = WIDTH;
  readonly passes = PASSES;
  readonly #subject: Subject;
  /** The measured pictures, and their items. */
  readonly #chosen: readonly number[];
  readonly #items: LabelItems;

  constructor(subject: Subject) {
    const { measured, settings } = subject;
    this.#subject = subject;
    this.#chosen = chosenPictures(measured.ids, settings.stability.pictures, settings.seed);
    this.#items = labelItems(measured, this.#chosen);
    this.count = this.#items.count;
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
    const indices = items.map((item) => this.#items.pictures[item]);
    const labels = Int32Array.from(items, (item) => this.#items.labels[item]);
    const { pictures } = await readBatch(measured, indices);
    const own = await model.predict(pictures, labels);
    const enter = (name: (typeof FIGURES)[number], of: (i: number) => number) => {
      for (let i = 0; i < indices.length; i++) out[i * WIDTH + FIGURES.indexOf(name)] = of(i);
    };
    enter('gini', (i) => gini(mapAt(own, i)));
    enter('entropy', (i) => normalisedEntropy(mapAt(own, i)));
    for (let i = 0; i < indices.length; i++) {
      const map = mapAt(own, i);
      const zeros = map.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
      out.set([zeros / map.length, isEmptyMap(map) ? 1 : 0], i * WIDTH + FIGURES.length);
    }
    for (const kind of OTHER_KINDS) {
      const other = await model.predict(pictures, labels, kind);
      enter(`agree_${kind}`, (i) => cosine(mapAt(own, i), mapAt(other, i)));
    }
    for (const change of HARMLESS_CHANGES) {
      const changed = await harmlesslyChanged(change, pictures, size, settings.stability);
      const after = await model.predict(changed, labels);
      const { mapHeight, mapWidth } = own;
      enter(`map_${change}`, (i) =>
        likenessAfter(change, mapAt(own, i), mapAt(after, i), mapHeight, mapWidth, size, settings.stability),
      );
      enter(`same_${change}`, (i) => (this.#predicted(own, i) === this.#predicted(after, i) ? 1 : 0));
    }
  }

  #predicted({ logits }: Predictions, i: number): number {
    const { classes } = this.#subject.model;
    return argMax(logits.subarray(i * classes, (i + 1) * classes));
  }

  summarise(rows: Float32Array): PartSummary<'stability'> {
    const { measured, settings } = this.#subject;
    const column = (c: number) => Float32Array.from({ length: this.count }, (_, i) => rows[i * WIDTH + c]);
    const columns = FIGURES.map((_, c) => column(c));
    const { owners } = this.#items;
    const estimates = resampledItemMeans(columns, owners, { seed: settings.seed });
    const emptyMaps = column(FIGURES.length + 1).reduce((sum, value) => sum + value, 0);
    const details: StabilityDetails = { zeroShare: mean(column(FIGURES.length)), emptyMaps };
    const notes =
      emptyMaps === 0
        ? []
        : [
            `${String(emptyMaps)} of ${String(this.count)} heatmaps show nothing. They count as spread evenly, and as ` +
              'unlike any other heatmap.',
          ];
    return {
      figures: Object.fromEntries(FIGURES.map((name, c) => [name, estimates[c]])),
      details,
      notes,
      perPicture: {
        ids: this.#chosen.map((index) => measured.ids[index]),
        columns: Object.fromEntries(
          FIGURES.map((name, c) => [name, meanOfItems(columns[c], owners, this.#chosen.length)]),
        ),
      },
    };
  }

  close(): void {
    // Holds nothing.
  }
}

function mapAt({ maps, mapHeight, mapWidth }: Predictions, i: number): Float32Array {
  return maps.subarray(i * mapHeight * mapWidth, (i + 1) * mapHeight * mapWidth);
}

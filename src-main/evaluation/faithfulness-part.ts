/**
 * Is the heatmap true to the model? Insertion and deletion on a share of the pictures (insertion-deletion.ts), then the
 * comparison with heatmaps of a model whose layers have forgotten (layer-randomisation.ts) on a smaller share.
 *
 * Items are first the pictures of the curves, then, layer by layer from the head to the input, groups of pictures that
 * are compared: so one randomised model is held at a time. A group costs about as much as the curves of one picture,
 * so that progress is even.
 *
 * Where pictures may be of several classes, a "picture" is here a picture with one of its classes, because each class has
 * a heatmap and a probability (the sigmoid of its logit) of its own.
 */
import type { EvaluationSettings, FaithfulnessDetails } from '../contract/evaluation.ts';
import type { Figure } from '../contract/run.ts';
import { pairedInterval } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import { mean } from '../numeric/statistics.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import { areaUnder, CURVES, LabelProbabilities, measureCurves, pixelOrders } from './insertion-deletion.ts';
import type { LabelItems } from './label-items.ts';
import { labelItems, meanOfItems, resampledItemMeans } from './label-items.ts';
import { ForgetfulModel, mapLikeness } from './layer-randomisation.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { forEachBatch, upTo } from './passes.ts';
import type { Predictions } from './predictor.ts';
import { readBatch } from './read-batch.ts';

/** Above this rank correlation, a heatmap has hardly changed. */
const HARDLY_CHANGED = 0.5;
/** For estimates, before a model is at hand: stem, four stages, head. */
const USUAL_LAYERS = 6;

export const faithfulnessPart: PartKind<'faithfulness'> = {
  part: 'faithfulness',
  definition: 1,
  passes: ({ faithfulness }, pictures) => {
    if (pictures === 0) return 0;
    const { steps, pictures: curves, sanityPictures } = faithfulness;
    return (
      chosenShare(curves, pictures) * passesOfCurves(steps) + chosenShare(sanityPictures, pictures) * 2 * USUAL_LAYERS
    );
  },
  prepare: (subject) => Promise.resolve(new FaithfulnessPart(subject)),
};

const passesOfCurves = (steps: number): number => 1 + CURVES.length * (steps + 1);

class FaithfulnessPart implements MeasuredPart<'faithfulness'> {
  readonly part = 'faithfulness';
  readonly count: number;
  /** Row of a picture's curves: [4, steps + 1]; of a group: [pictures, 2] similarity, and 1 where a map was blank. */
  readonly width: number;
  readonly passes: number;
  readonly #subject: Subject;
  readonly #settings: EvaluationSettings['faithfulness'];
  /** Pictures of the curves; items of the curves, and of the comparison. */
  readonly #chosen: readonly number[];
  readonly #curves: LabelItems;
  readonly #sanity: LabelItems;
  /** Pictures of a group, and groups for each layer. */
  readonly #groupSize: number;
  readonly #groups: number;
  readonly #forgetful: ForgetfulModel;

  constructor(subject: Subject) {
    const { model, measured, settings } = subject;
    const { seed, faithfulness } = settings;
    this.#subject = subject;
    this.#settings = faithfulness;
    this.#chosen = chosenPictures(measured.ids, faithfulness.pictures, seed);
    this.#curves = labelItems(measured, this.#chosen);
    this.#sanity = labelItems(measured, chosenPictures(measured.ids, faithfulness.sanityPictures, seed));
    this.#forgetful = new ForgetfulModel(model, hashSeed('randomised layers', seed));
    this.width = CURVES.length * (faithfulness.steps + 1);
    this.#groupSize = Math.floor(this.width / 2);
    this.#groups = Math.ceil(this.#sanity.count / this.#groupSize);
    this.count = this.#curves.count + this.#groups * model.layers.length;
    this.passes = passesOfCurves(faithfulness.steps);
  }

  async measure(items: readonly number[], out: Float32Array): Promise<void> {
    const { model, batchSize, control } = this.#subject;
    const pictures = items.filter((item) => item < this.#curves.count);
    const probabilities = new LabelProbabilities(model, batchSize, control, this.#subject.measured.labelSets !== null);
    let row = 0;
    await forEachBatch(pictures, this.#subject, async (batch) => {
      const rows = out.subarray(row * this.width, (row += batch.length) * this.width);
      await this.#measureCurves(batch, probabilities, rows);
    });
    await probabilities.flush();
    for (const item of items.slice(pictures.length)) {
      await this.#compareGroup(item - this.#curves.count, out.subarray(row * this.width, ++row * this.width));
    }
  }

  async #measureCurves(items: readonly number[], probabilities: LabelProbabilities, out: Float32Array) {
    const { model, measured, settings } = this.#subject;
    const { indices, pictures, labels } = await this.#read(this.#curves, items);
    const predictions = await model.predict(pictures, labels);
    const { mapHeight, mapWidth } = predictions;
    const bytes = pictures.length / indices.length;
    for (const [i, index] of indices.entries()) {
      const seed = hashSeed('pixel order', settings.seed, measured.ids[index]);
      const orders = pixelOrders(mapAt(predictions, i), mapHeight, mapWidth, measured.size, seed);
      const picture = pictures.subarray(i * bytes, (i + 1) * bytes);
      const row = out.subarray(i * this.width, (i + 1) * this.width);
      await measureCurves(probabilities, picture, labels[i], orders, this.#settings.steps, row);
    }
  }

  async #read({ pictures: all, labels }: LabelItems, items: readonly number[]) {
    const indices = items.map((item) => all[item]);
    const { pictures } = await readBatch(this.#subject.measured, indices);
    return { indices, pictures, labels: Int32Array.from(items, (item) => labels[item]) };
  }

  /** @param out [width] */
  async #compareGroup(item: number, out: Float32Array): Promise<void> {
    const { model } = this.#subject;
    const layers = 1 + Math.floor(item / this.#groups);
    const first = (item % this.#groups) * this.#groupSize;
    let offset = 0;
    out.fill(0);
    const group = upTo(this.#sanity.count).slice(first, first + this.#groupSize);
    await forEachBatch(group, this.#subject, async (items) => {
      const { indices, pictures, labels } = await this.#read(this.#sanity, items);
      const learned = await model.predict(pictures, labels);
      const forgotten = await this.#forgetful.without(layers).predict(pictures, labels);
      for (let i = 0; i < indices.length; i++) {
        const { similarity, blank } = mapLikeness(mapAt(learned, i), mapAt(forgotten, i));
        out.set([similarity, blank ? 1 : 0], offset);
        offset += 2;
      }
    });
  }

  summarise(rows: Float32Array): PartSummary<'faithfulness'> {
    const { measured, settings } = this.#subject;
    const pictures = this.#curves.count;
    const { owners } = this.#curves;
    const points = this.#settings.steps + 1;
    const curves = CURVES.map((_, c) =>
      upTo(pictures).map((i) => rows.subarray(i * this.width + c * points, i * this.width + (c + 1) * points)),
    );
    const areas = curves.map((ofPictures) => Float32Array.from(ofPictures, areaUnder));
    const [insertion, deletion, insertionRandom, deletionRandom] = resampledItemMeans(areas, owners, {
      seed: settings.seed,
    });
    const meanCurves = curves.map((ofPictures) =>
      Array.from({ length: points }, (_, k) => mean(ofPictures.map((curve) => curve[k]))),
    );
    const { sanity, blank } = this.#sanitySummary(rows);
    const notes: string[] = [];
    if (pictures > 0 && pairedInterval(insertionRandom.resampled, insertion.resampled).low <= 0) {
      notes.push(
        'Showing the places that the heatmap calls important first is not measurably better than showing places in ' +
          'random order: on these pictures, the heatmap does not explain the predictions.',
      );
    }
    const last = sanity.at(-1);
    if (last !== undefined && last.similarity.value > HARDLY_CHANGED) {
      notes.push(
        'The heatmap hardly changes when everything the model has learned is taken away (rank correlation ' +
          `${last.similarity.value.toFixed(2)}): it depends on the picture more than on what the model has learned.`,
      );
    }
    if (blank > 0) {
      notes.push(
        `In ${String(blank)} of ${String(this.#sanity.count * sanity.length)} comparisons with randomised layers, ` +
          'one of the heatmaps is the same everywhere. Their similarity counts as 0.',
      );
    }
    const [insertionCurve, deletionCurve, insertionRandomCurve, deletionRandomCurve] = meanCurves;
    const details: FaithfulnessDetails = {
      insertion: insertionCurve,
      deletion: deletionCurve,
      insertionRandom: insertionRandomCurve,
      deletionRandom: deletionRandomCurve,
      sanity,
    };
    return {
      figures: { insertion, deletion, insertion_random: insertionRandom, deletion_random: deletionRandom },
      details,
      notes,
      perPicture: {
        ids: this.#chosen.map((index) => measured.ids[index]),
        columns: Object.fromEntries(
          CURVES.map((name, c) => [name, meanOfItems(areas[c], owners, this.#chosen.length)]),
        ),
      },
    };
  }

  #sanitySummary(rows: Float32Array): { sanity: { layer: string; similarity: Figure }[]; blank: number } {
    const { model, settings } = this.#subject;
    if (this.#sanity.count === 0) return { sanity: [], blank: 0 };
    let blank = 0;
    const meanOf = (values: Float32Array): Figure => {
      const [{ value, low, high, n }] = resampledItemMeans([values], this.#sanity.owners, { seed: settings.seed });
      return { value, low, high, n };
    };
    const sanity = model.layers.map((layer, k) => {
      const similarities = new Float32Array(this.#sanity.count);
      for (let i = 0; i < similarities.length; i++) {
        const item = this.#curves.count + k * this.#groups + Math.floor(i / this.#groupSize);
        const at = item * this.width + 2 * (i % this.#groupSize);
        similarities[i] = rows[at];
        blank += rows[at + 1];
      }
      return { layer, similarity: meanOf(similarities) };
    });
    return { sanity, blank };
  }

  close(): void {
    this.#forgetful.close();
  }
}

function mapAt({ maps, mapHeight, mapWidth }: Predictions, i: number): Float32Array {
  return maps.subarray(i * mapHeight * mapWidth, (i + 1) * mapHeight * mapWidth);
}

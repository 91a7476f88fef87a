/**
 * How well single filters, class gates and prototypes can be understood. Locality (filter-locality.ts) and selectivity
 * (selectivity.ts) are measured of the filters of every network, so that plain ones and those that explain themselves
 * compare; what follows only of networks that have it.
 *
 * Class gate (Liang et al., "Training Interpretable Convolutional Neural Networks by Differentiating Class-specific
 * Filters", ECCV 2020): sparsity is 1 minus their L1-density, ||G||_1 / (C K). Whether filters are specific is tried out:
 * accuracy with the filters of the given label alone, and with all but these. The label is given to the gate, so that
 * the gate alone may decide, whatever the filters answer to. Hence a control of ours: how often the gate of another
 * class (the next one) makes the network name that class instead. Where it does so as often as the gate of the label,
 * the answer came from the gate.
 *
 * Prototypes (Chen et al., NeurIPS 2019): purity, see purity.ts; and whether the places that are most like them lie on an
 * object, judged by the middle of the place.
 *
 * Where pictures may be of several classes, a picture counts for each of its classes; a gate of one label says nothing
 * there.
 */
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import { LocalityMeter } from './filter-locality.ts';
import { interpretabilitySummary } from './interpretability-summary.ts';
import { interpretabilityRow, type InterpretabilityRow } from './interpretability-row.ts';
import { objectOf } from './object-places.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { forEachBatch } from './passes.ts';
import type { Inside, InsideView } from './predictor.ts';
import { placeCentre } from './purity.ts';
import { readBatch } from './read-batch.ts';
import { readLogits } from './recognition.ts';

/** Numbers of all rows together: 256 MiB. */
const MOST_NUMBERS = 2 ** 26;

/** What single filters, class gates and prototypes stand for. */
export const interpretabilityPart: PartKind<'interpretability'> = {
  part: 'interpretability',
  definition: 1,
  passes: ({ interpretability: { pictures } }, count) => chosenShare(pictures, count),
  prepare: (subject) => {
    const { inside } = subject.model;
    return Promise.resolve(
      inside === null
        ? { unmeasurable: 'Only the answers of this model are known, not what its filters show.' }
        : new InterpretabilityPart(subject, inside),
    );
  },
};

class InterpretabilityPart implements MeasuredPart<'interpretability'> {
  readonly part = 'interpretability';
  readonly count: number;
  readonly width: number;
  readonly passes = 1;
  readonly #subject: Subject;
  readonly #inside: Inside;
  readonly #chosen: readonly number[];
  readonly #row: InterpretabilityRow;
  #meter: { readonly height: number; readonly width: number; readonly of: LocalityMeter } | null = null;

  constructor(subject: Subject, inside: Inside) {
    const { measured, settings } = subject;
    this.#subject = subject;
    this.#inside = inside;
    this.#row = interpretabilityRow(inside.filters, inside.prototypes?.length ?? 0);
    this.width = this.#row.width;
    const most = Math.max(1, Math.floor(MOST_NUMBERS / this.width));
    const wanted = settings.interpretability.pictures === 0 ? most : Math.min(most, settings.interpretability.pictures);
    this.#chosen = chosenPictures(measured.ids, wanted, settings.seed);
    this.count = this.#chosen.length;
  }

  async measure(items: readonly number[], out: Float32Array): Promise<void> {
    let offset = 0;
    await forEachBatch(items, this.#subject, async (batch) => {
      await this.#measureBatch(
        batch.map((item) => this.#chosen[item]),
        out.subarray(offset, (offset += batch.length * this.width)),
      );
    });
  }

  async #measureBatch(indices: readonly number[], out: Float32Array): Promise<void> {
    const { measured, model } = this.#subject;
    const { pictures, labels } = await readBatch(measured, indices);
    const view = await this.#inside.look(pictures, labels);
    const { maps, height, width, gated, matches } = view;
    const { filters } = this.#inside;
    const at = this.#row;
    const area = height * width * filters;
    for (const [i, index] of indices.entries()) {
      const row = out.subarray(i * this.width, (i + 1) * this.width).fill(NaN);
      const means = row.subarray(at.means, at.means + filters);
      const locality = this.#meterOf(height, width).measure(maps.subarray(i * area, (i + 1) * area), means);
      row.set([locality.share, locality.even, locality.active / filters], at.locality);
      row.set([height, width], at.sides);
      if (gated !== null && measured.labelSets === null) {
        const named = (logits: Float32Array, label: number): number =>
          readLogits(logits, i, model.classes, label).rank === 0 ? 1 : 0;
        const misled = named(gated.other, (labels[i] + 1) % model.classes);
        row.set([named(gated.only, labels[i]), named(gated.without, labels[i]), misled], at.gated);
      }
      if (matches !== null) await this.#enterMatches(row, index, i, view, matches);
    }
  }

  async #enterMatches(
    row: Float32Array,
    index: number,
    i: number,
    { height, width }: InsideView,
    { similarities, places }: NonNullable<InsideView['matches']>,
  ): Promise<void> {
    const count = this.#inside.prototypes?.length ?? 0;
    const at = this.#row;
    row.set(similarities.subarray(i * count, (i + 1) * count), at.similarities);
    const object = await objectOf(this.#subject.measured, index);
    if (object === null) return;
    const onObject = (place: number): number => (object(placeCentre(place, height, width)) ? 1 : 0);
    for (let p = 0; p < count; p++) row[at.onObject + p] = onObject(places[i * count + p]);
    let even = 0;
    for (let place = 0; place < height * width; place++) even += onObject(place);
    row[at.objectShare] = even / (height * width);
  }

  /** All maps of a network have one shape, which the first picture tells. */
  #meterOf(height: number, width: number): LocalityMeter {
    if (this.#meter?.height !== height || this.#meter.width !== width) {
      this.#meter = { height, width, of: new LocalityMeter(height, width, this.#inside.filters) };
    }
    return this.#meter.of;
  }

  summarise(rows: Float32Array): PartSummary<'interpretability'> {
    return interpretabilitySummary(rows, this.#row, this.#chosen, this.#subject, this.#inside);
  }

  close(): void {
    // Holds nothing.
  }
}

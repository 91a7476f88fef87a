/** From rows (interpretability-row.ts) to figures: see interpretability-part.ts. */
import type { InterpretabilityDetails } from '../contract/interpretability-details.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { resampledMeans, resampledStatistic } from '../numeric/bootstrap.ts';
import { mean } from '../numeric/statistics.ts';
import { placeRadius } from './filter-locality.ts';
import type { InterpretabilityRow } from './interpretability-row.ts';
import type { PartSummary, Subject } from './part.ts';
import type { Inside } from './predictor.ts';
import { PrototypeRanking } from './purity.ts';
import { filterSelectivity, type Selectivity } from './selectivity.ts';

type Figures = Record<string, Resampled>;

/** @param chosen indices of the measured pictures, one a row */
export function interpretabilitySummary(
  rows: Float32Array,
  at: InterpretabilityRow,
  chosen: readonly number[],
  { measured, classes, settings: { seed } }: Subject,
  { gate, prototypes }: Inside,
): PartSummary<'interpretability'> {
  const { labelSets, labels, ids, hasMasks } = measured;
  const classesOf = (i: number): Int32Array =>
    labelSets === null ? Int32Array.of(labels[chosen[i]]) : labelSets.positives(chosen[i]);
  const column = (place: number) => Float32Array.from(chosen, (_, i) => rows[i * at.width + place]);
  const columns: Record<string, Float32Array> = {
    filter_locality: column(at.locality),
    uniform_locality: column(at.locality + 1),
    active_filters: column(at.locality + 2),
  };
  const figures: Figures = {};
  for (const name of ['filter_locality', 'uniform_locality']) {
    const figure = knownMean(columns[name], seed);
    if (figure !== null) figures[name] = figure;
  }
  const answers = { pictures: chosen.length, filters: at.filters, classes: classes.length, values: rows };
  const selectivity = filterSelectivity({ ...answers, stride: at.width, offset: at.means, classesOf }, seed);
  if (selectivity.figure !== null) figures['filter_selectivity'] = selectivity.figure;
  if (gate !== null && labelSets === null) {
    columns['gated_accuracy'] = column(at.gated);
    columns['complement_accuracy'] = column(at.gated + 1);
    columns['gate_misled'] = column(at.gated + 2);
    const names = ['gated_accuracy', 'complement_accuracy', 'gate_misled'];
    const means = resampledMeans(
      names.map((name) => columns[name]),
      { seed },
    );
    names.forEach((name, i) => (figures[name] = means[i]));
  }
  const ofPrototypes =
    prototypes === null ? null : prototypeFigures(rows, at, prototypes, { count: chosen.length, classesOf }, seed);
  Object.assign(figures, ofPrototypes?.figures ?? {});
  const onObject = ofPrototypes?.figures['prototype_on_object'] !== undefined;
  const details: InterpretabilityDetails = {
    filters: at.filters,
    mapHeight: rows[at.sides],
    mapWidth: rows[at.sides + 1],
    radius: placeRadius(rows[at.sides], rows[at.sides + 1]),
    activeShare: mean(columns['active_filters']),
    silent: selectivity.favourites.filter((favourite) => favourite < 0).length,
    favourites: countFavourites(selectivity, classes.length),
    gate: gate === null ? null : ofGate(gate, classes.length),
    prototypes:
      ofPrototypes === null ? null : { ...ofPrototypes.details, target: !onObject ? null : hasMasks ? 'mask' : 'box' },
  };
  return {
    figures,
    details,
    notes: notesOf(details, columns['filter_locality'], labelSets !== null, chosen.length < ids.length),
    perPicture: { ids: chosen.map((index) => ids[index]), columns },
  };
}

/** Mean over the pictures of which it is known; every draw is over all pictures, so that runs pair. Null: of none. */
function knownMean(values: Float32Array, seed: number): Resampled | null {
  const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (known === 0) return null;
  const drawnMean = (draws: Uint32Array): number => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      sum += draws[i] * values[i];
      count += draws[i];
    }
    return count === 0 ? 0 : sum / count;
  };
  return { ...resampledStatistic(values.length, drawnMean, { seed }), n: known };
}

interface MeasuredPictures {
  readonly count: number;
  readonly classesOf: (i: number) => Int32Array;
}

function prototypeFigures(
  rows: Float32Array,
  at: InterpretabilityRow,
  prototypes: Int32Array,
  { count, classesOf }: MeasuredPictures,
  seed: number,
) {
  const isOf = (i: number, p: number): number => (classesOf(i).includes(prototypes[p]) ? 1 : 0);
  const pictures = Array.from({ length: count }, (_, i) => i);
  const ofClass = (p: number): number => pictures.reduce((sum, i) => sum + isOf(i, p), 0);
  const sizes = new Map([...new Set(prototypes)].map((label) => [label, ofClass(prototypes.indexOf(label))]));
  const takes = Array.from(prototypes, (label) => sizes.get(label) ?? 0);
  const similarities = { pictures: count, prototypes: prototypes.length, values: rows };
  const ranking = new PrototypeRanking({ ...similarities, stride: at.width, offset: at.similarities }, takes);
  const figures: Figures = {};
  const enter = (name: string, has: (i: number, p: number) => number): void => {
    const whole = ranking.mean(new Uint32Array(count).fill(1), has);
    if (Number.isNaN(whole)) return;
    const drawn = (draws: Uint32Array): number => {
      const value = ranking.mean(draws, has);
      // A draw in which nothing is known says nothing.
      return Number.isNaN(value) ? whole : value;
    };
    figures[name] = resampledStatistic(count, drawn, { seed });
  };
  enter('prototype_purity', isOf);
  enter('prototype_on_object', (i, p) => rows[i * at.width + at.onObject + p]);
  enter('uniform_on_object', (i) => rows[i * at.width + at.objectShare]);
  const measured = takes.filter((take) => take > 0);
  return {
    figures,
    details: {
      count: prototypes.length,
      chance: mean(measured.map((take) => take / count)),
      pure: ranking.shares(isOf).filter((share) => share === 1).length,
      unmeasured: takes.length - measured.length,
    },
  };
}

function countFavourites({ favourites }: Selectivity, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const favourite of favourites) if (favourite >= 0) counts[favourite]++;
  return counts;
}

/** @param gate [classes, filters] */
function ofGate(gate: Float32Array, classes: number): NonNullable<InterpretabilityDetails['gate']> {
  const filled = mean(gate);
  return { sparsity: 1 - filled, classesPerFilter: filled * classes };
}

function notesOf(
  { filters, silent, gate, prototypes }: InterpretabilityDetails,
  locality: Float32Array,
  several: boolean,
  some: boolean,
): string[] {
  const notes: string[] = [];
  if (some) notes.push(`${locality.length} pictures were measured, chosen by the seed.`);
  if (silent > 0) notes.push(`${silent} of the ${filters} filters answer to none of the pictures. They take no part.`);
  const dark = locality.filter((value) => Number.isNaN(value)).length;
  if (dark > 0) notes.push(`In ${dark} of the ${locality.length} pictures no filter answers to anything.`);
  if (several && gate !== null) {
    notes.push(
      'What the filters of one class name on their own was not measured: a picture may be of several classes.',
    );
  }
  if (prototypes !== null && prototypes.unmeasured > 0) {
    notes.push(
      `${prototypes.unmeasured} of the ${prototypes.count} prototypes are of classes without a measured picture. They take no part.`,
    );
  }
  return notes;
}

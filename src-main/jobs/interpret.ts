/** What a network that explains itself says of one picture (contract/interpretation.ts). */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Interpretation, PrototypeSource } from '../contract/interpretation.ts';
import type { Interpretable } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { filterClasses } from '../networks/interpretable/filter-classes.ts';
import { CLASS_GATE, PART_MASK } from '../networks/interpretable/interpretable.ts';
import { prototypeMatches, prototypesOf } from '../networks/interpretable/prototype-matches.ts';
import { argMax } from '../numeric/statistics.ts';
import { gateView } from './gate-view.ts';
import { meansOf, placeAround, smallMap, strongest, type FilterMaps } from './small-maps.ts';

/** Filters and prototypes that are shown of a picture: more nobody looks at one by one. */
const FILTERS = 8;
const PROTOTYPES = 6;

/** The picture and its surroundings. */
export interface InterpretedPicture {
  /** [1,size,size,3] in [0,1]; borrowed. */
  readonly x: Tensor4D;
  /** Classes that it is of, at least one. */
  readonly labels: readonly number[];
  /** Names of all classes. */
  readonly classes: readonly string[];
  /** The training picture of a row, where a prototype of this class can come from it. */
  readonly sourceOf: (row: number, label: number) => Pick<PrototypeSource, 'row' | 'sample'> | null;
}

/** @param network of the kind that is named; borrowed */
export async function interpret(
  kind: Interpretable,
  network: FrozenNetwork,
  picture: InterpretedPicture,
): Promise<Interpretation> {
  switch (kind) {
    case 'none':
      return { kind };
    case 'icnn':
      return partsOf(network, picture);
    case 'csg':
      return gatedOf(network, picture);
    case 'protopnet':
      return matchesOf(network, picture);
  }
}

async function partsOf(network: FrozenNetwork, { x, classes }: InterpretedPicture): Promise<Interpretation> {
  const { maps, logits } = await forward(network, x);
  const means = meansOf(maps);
  const standsFor = filterClasses(stored(network, `${PART_MASK}.class_activation`), maps.channels);
  const filters = strongest(means, FILTERS).map((filter) => ({
    filter,
    label: standsFor[filter],
    name: classes[standsFor[filter]],
    activation: means[filter],
    map: smallMap(maps, filter),
  }));
  return { kind: 'icnn', prediction: argMax(logits), filters };
}

async function gatedOf(network: FrozenNetwork, { x, labels, classes }: InterpretedPicture): Promise<Interpretation> {
  const { maps, logits } = await forward(network, x);
  const means = meansOf(maps);
  const gate = stored(network, `${CLASS_GATE}.gate`);
  const label = labels.reduce((best, each) => (logits[each] > logits[best] ? each : best));
  const own = gate.subarray(label * maps.channels, (label + 1) * maps.channels);
  const { view, columns } = gateView(gate, classes, label, argMax(logits));
  const filters = strongest(
    means.map((mean, filter) => mean * own[filter]),
    FILTERS,
  ).map((filter) => ({
    filter,
    column: columns[filter],
    gate: own[filter],
    activation: means[filter],
    map: smallMap(maps, filter),
  }));
  return { kind: 'csg', prediction: argMax(logits), label, filters, gate: view };
}

async function matchesOf(
  network: FrozenNetwork,
  { x, classes, sourceOf }: InterpretedPicture,
): Promise<Interpretation> {
  const { layer, sources, weights } = await prototypesOf(network);
  const { prototypes: count, height, width, similarities, places, scores, logits } = await prototypeMatches(network, x);
  const prediction = argMax(logits);
  const points = scores.map((score, j) => score * weights[prediction * count + j]);
  const maps: FilterMaps = { values: similarities, height, width, channels: count };
  const place = (y: number, column: number) => placeAround(y, column, height, width);
  const prototypes = strongest(points, PROTOTYPES).map((j) => {
    const label = Math.floor(j / layer.perClass);
    const [row, y, column] = sources.subarray(3 * j, 3 * j + 3);
    const source = row < 0 ? null : sourceOf(row, label);
    return {
      prototype: j,
      label,
      name: classes[label],
      similarity: scores[j],
      weight: weights[prediction * count + j],
      points: points[j],
      map: smallMap(maps, j, leastOf(maps, j)),
      place: place(Math.floor(places[j] / width), places[j] % width),
      source: source === null ? null : { ...source, place: place(y, column) },
    };
  });
  return { kind: 'protopnet', prediction, prototypes };
}

/** Similarities are far from 0 everywhere: what tells places apart is what is above the least of them. */
function leastOf({ values, channels }: FilterMaps, channel: number): number {
  let least = Infinity;
  for (let at = channel; at < values.length; at += channels) least = Math.min(least, values[at]);
  return least;
}

/** The map that the head sees, and the logits. */
async function forward(
  network: FrozenNetwork,
  x: Tensor4D,
): Promise<{ readonly maps: FilterMaps; readonly logits: Float32Array }> {
  const { map, logits } = network.forward(x);
  const [, height, width, channels] = map.shape;
  const read = {
    maps: { values: ((await map.data()) as Float32Array).slice(), height, width, channels },
    logits: ((await logits.data()) as Float32Array).slice(),
  };
  tf.dispose([map, logits]);
  return read;
}

function stored(network: FrozenNetwork, name: string): Float32Array {
  const values = network.values(name);
  if (values === null) throw new Error(`no parameter ${name}`);
  return values;
}

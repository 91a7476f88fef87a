/** Going on from weights that are there: which of them, how much of the network may change, and how fast. */
import { SteadygazeError } from '../contract/errors.ts';
import type { NormPolicy, RunSettings } from '../contract/settings.ts';
import { type Architecture, type Layer, visitLayers } from './layer.ts';
import { isShape } from './matching.ts';
import {
  exportWeights,
  importWeights,
  initialWeights,
  type FlatWeights,
  type NamedArray,
  type ParameterLayout,
} from './parameters.ts';

/** What of a network training changes, and how fast. */
export type FineTuning = Pick<RunSettings['start'], 'frozenStages' | 'layerDecay' | 'batchNorm'>;

/** Everything is trained alike. */
export const TRAIN_ALL: FineTuning = { frozenStages: 0, layerDecay: 1, batchNorm: 'learn' };

/**
 * First weights of a run: seeded ones, in whose place `start` has every array of the same name and shape. So a last
 * layer that tells other classes apart begins anew.
 */
export function firstWeights(
  layout: ParameterLayout,
  seed: number,
  start: ReadonlyMap<string, NamedArray> | null,
): FlatWeights {
  const seeded = initialWeights(layout, seed);
  if (start === null) return seeded;
  const named = exportWeights(layout, seeded);
  for (const [name, { shape }] of named) {
    const found = start.get(name);
    if (found !== undefined && isShape(found.shape, shape)) named.set(name, found);
  }
  return importWeights(layout, named);
}

/**
 * The features in two: those that stay as they are, and those that are trained.
 * @throws SteadygazeError `impossible-value` where there are fewer stages
 */
export function splitFeatures(
  { name, features, stages = [0] }: Architecture,
  frozenStages: number,
): { readonly frozen: readonly Layer[]; readonly trained: readonly Layer[] } {
  if (frozenStages > stages.length) {
    throw new SteadygazeError(
      'impossible-value',
      `The setting start.frozenStages cannot be ${frozenStages}: ${name} has ${stages.length} stages before its last layers.`,
      `It must be a whole number from 0 to ${stages.length}.`,
    );
  }
  // Beyond the last stage begins the head; which class each filter of an ICNN stands for is always learnt.
  const end = features.at(-1)?.op === 'partMask' ? features.length - 1 : features.length;
  const border = frozenStages === 0 ? 0 : (stages[frozenStages] ?? end);
  return { frozen: features.slice(0, border), trained: features.slice(border) };
}

/** Names of the layers of each stage, and of the head as the last of them. */
export function layersOfStages({ features, head, stages = [0] }: Architecture): readonly string[][] {
  const named = (layers: readonly Layer[]): string[] => {
    const names: string[] = [];
    visitLayers(layers, (layer) => {
      if ('name' in layer) names.push(layer.name);
    });
    return names;
  };
  return [...stages.map((begin, i) => named(features.slice(begin, stages[i + 1] ?? features.length))), named(head)];
}

/**
 * The learning rate of each parameter as a share of the full one, [parameterCount]; null where all have the full one.
 * A stage has `layerDecay` times the rate of the one after it, the head the full one; what is frozen has 0.
 */
export function learningRates(
  architecture: Architecture,
  layout: ParameterLayout,
  { frozenStages, layerDecay, batchNorm }: FineTuning,
): Float32Array | null {
  if (frozenStages === 0 && layerDecay === 1 && batchNorm !== 'freeze') return null;
  const stages = layersOfStages(architecture);
  const rateOf = new Map<string, number>();
  stages.forEach((names, stage) => {
    const above = stages.length - 1 - stage;
    for (const name of names) rateOf.set(name, stage < frozenStages ? 0 : layerDecay ** above);
  });
  const norms = new Set(layout.statistics.map(({ name }) => name));
  const rates = new Float32Array(layout.parameterCount);
  for (const { name, offset, size } of layout.parameters) {
    // Some layers have one parameter and it bears their name.
    const layer = rateOf.has(name) ? name : name.slice(0, name.lastIndexOf('.'));
    const rate = rateOf.get(layer);
    if (rate === undefined) throw new Error(`${name} is in no stage of ${architecture.name}`);
    rates.fill(batchNorm === 'freeze' && norms.has(layer) ? 0 : rate, offset, offset + size);
  }
  return rates;
}

/** Whether a batch norm normalises by what the batch at hand has, or by what it stored. */
export function usesBatch(policy: NormPolicy): boolean {
  return policy === 'learn';
}

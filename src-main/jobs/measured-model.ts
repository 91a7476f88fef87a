/** A trained network and its pictures as the parts of an evaluation want them. */
import type { Engine } from '../compute/engine.ts';
import type { RunSettings } from '../contract/settings.ts';
import { NetworkPredictor } from '../evaluation/network-predictor.ts';
import { costOfRun } from '../method/cost.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';

/** @returns the caller closes it */
export function predictorOf(
  engine: Engine,
  { network, method }: Pick<RunSettings, 'network' | 'method'>,
  classes: number,
  weights: ReadonlyMap<string, NamedArray>,
): NetworkPredictor {
  const architecture = buildArchitecture(network, classes);
  const flat = importWeights(describeParameters(architecture), weights);
  return new NetworkPredictor(engine, architecture, flat, network.size, method.heatmap);
}

/** Pictures of one forward pass that fit into the engine's memory, whatever batches it was trained in. */
export function evaluationBatch(engine: Engine, settings: RunSettings, classes: number): number {
  const training = { ...settings.training, batchSize: 1 };
  const architecture = buildArchitecture(settings.network, classes);
  return costOfRun(engine, architecture, { ...settings, training }, 1).assessBatch;
}

/** Which split is measured, and where thresholds are chosen; null where they must be chosen on the measured one. */
export function measuredSplits<Data extends { readonly count: number }>(
  test: Data,
  validation: Data,
): { readonly measured: Data; readonly chooser: Data | null; readonly split: 'test' | 'val' } {
  if (test.count === 0) return { measured: validation, chooser: null, split: 'val' };
  return { measured: test, chooser: validation.count > 0 ? validation : null, split: 'test' };
}

/**
 * Lets wishes to pause or stop come in before it is asked for them: an engine that computes without a break would hear
 * of them only when its batch is done, which can be a minute of attacks.
 */
export function hearing(control: () => Promise<void>): () => Promise<void> {
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await control();
  };
}

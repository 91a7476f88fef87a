/** Some training pictures of a frozen network, attacked and assessed batch by batch (assessment.ts). */
import * as tf from '@tensorflow/tfjs-core';
import type { RunSettings } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { AssessmentTable } from './assessment-table.ts';
import { attackBatch } from './assessment.ts';
import { readBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';

export interface Assessing {
  /** Borrowed. */
  readonly network: FrozenNetwork;
  readonly data: TrainingData;
  readonly settings: Pick<RunSettings, 'method' | 'seed'>;
  /** In [0,1]. */
  readonly eps: number;
  readonly round: number;
  /** Pictures of one pass. */
  readonly batch: number;
}

/**
 * What is entered of a sample depends neither on its batch nor on which others are assessed.
 * @param samples    indices into the training data
 * @param table      of all training pictures
 * @param afterBatch awaited with the number of samples done; may throw to stop
 */
export async function assessSamples(
  { network, data, settings, eps, round, batch }: Assessing,
  samples: Int32Array,
  table: AssessmentTable,
  afterBatch: (done: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < samples.length; start += batch) {
    const some = samples.subarray(start, start + batch);
    const { x, labels, targets, ids } = await readBatch(data, some);
    const found = await attackBatch(network, x, targets, ids, settings.method, eps, settings.seed, round);
    tf.dispose([x, found.attacked]);
    table.enter(some, labels, found, settings.method);
    await afterBatch(start + some.length);
  }
}

/** Some training pictures of a frozen network, attacked and assessed batch by batch (assessment.ts). */
import * as tf from '@tensorflow/tfjs-core';
import type { RunSettings } from '../contract/settings.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { AssessmentTable } from './assessment-table.ts';
import { attackBatch } from './assessment.ts';
import { describeBatch } from './calibration.ts';
import type { TrainingData } from './data.ts';
import { loadUnchanged, partOf } from './loading.ts';
import { BatchLimit } from './micro-batches.ts';

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
  /** Makes it fewer where memory does not suffice. */
  readonly limit?: BatchLimit;
}

/**
 * What is entered of a sample depends neither on its batch nor on which others are assessed, but for rounding on `native`.
 * @param samples    indices into the training data
 * @param table      of all training pictures
 * @param afterBatch awaited with the number of samples done; may throw to stop
 */
export async function assessSamples(
  { network, data, settings, eps, round, batch, limit = new BatchLimit(batch) }: Assessing,
  samples: Int32Array,
  table: AssessmentTable,
  afterBatch: (done: number) => Promise<void>,
): Promise<void> {
  let done = 0;
  for await (const { indices, values } of loadUnchanged(data, samples, batch)) {
    await limit.inParts(indices.length, async (from, to) => {
      const some = indices.subarray(from, to);
      const { x, labels, targets, ids } = describeBatch(data, some, partOf(values, data.size, from, to));
      const found = await attackBatch(network, x, targets, ids, settings.method, eps, settings.seed, round);
      tf.dispose([x, found.attacked]);
      table.enter(some, labels, found, settings.method);
    });
    done += indices.length;
    await afterBatch(done);
  }
}

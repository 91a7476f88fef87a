/** One epoch of training with sample weights: minimise sum_i v_i L_i(x_i, y_i). */
import * as tf from '@tensorflow/tfjs-core';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import type { Network } from '../networks/network.ts';
import type { SgdOptimizer } from '../networks/sgd.ts';
import type { Watch } from '../networks/watched-pass.ts';
import type { TrainingData } from './data.ts';
import type { LabelMaps } from './label-maps.ts';
import { loadBatches, partOf, type Waiting } from './loading.ts';
import { pickMaps, type TrainingPlan } from './loading-plan.ts';
import { BatchLimit } from './micro-batches.ts';
import { batchOffsets, learningRateAt } from './schedule.ts';

/** Where an epoch stands; counts of pictures and running sums. */
export interface EpochProgress {
  readonly offset: number;
  readonly step: number;
  readonly lossSum: number;
  readonly correct: number;
}

export interface EpochInputs {
  readonly network: Network;
  readonly optimizer: SgdOptimizer;
  readonly data: TrainingData;
  readonly settings: RunSettings;
  /** Epochs since the beginning of the run: the seed of order and augmentation. */
  readonly epoch: number;
  readonly totalEpochs: number;
  /** [count] sample weights. */
  readonly v: Float32Array;
  /** Heatmaps of the last assessment where backgrounds are mixed, else null. */
  readonly mixing: LabelMaps | null;
  /** How many pictures fit into memory at once. Default: all. */
  readonly limit?: BatchLimit;
  /** Takes E from the training itself (training-consistency.ts). */
  readonly watch?: ((indices: Int32Array) => Watch) | null;
  /** Where the time is added that the engine waits for pictures. */
  readonly waiting?: Waiting;
}

/**
 * Trains from `from.offset` (which must be a batch border) to the end of the epoch.
 * @param afterBatch awaited after every batch; may throw to stop at a batch border
 * @throws SteadygazeError `training-diverged` when the loss is no longer a number
 */
export async function trainEpoch(
  inputs: EpochInputs,
  from: EpochProgress,
  afterBatch: (progress: EpochProgress, learningRate: number) => Promise<void>,
): Promise<EpochProgress> {
  const { data, settings, epoch, totalEpochs, network, optimizer } = inputs;
  const { batchSize, learningRate, learningRateWarmup } = settings.training;
  const offsets = batchOffsets(data.count, batchSize);
  const stepsPerEpoch = offsets.length - 1;
  const totalSteps = totalEpochs * stepsPerEpoch;
  const warmupSteps = Math.round(learningRateWarmup * stepsPerEpoch);
  const order = new Random(hashSeed('order', settings.seed, epoch)).shuffle(
    Int32Array.from({ length: data.count }, (_, i) => i),
  );
  const batches: Int32Array[] = [];
  for (let batch = 0; batch < stepsPerEpoch; batch++) {
    if (offsets[batch] >= from.offset) batches.push(order.subarray(offsets[batch], offsets[batch + 1]));
  }
  const passed = stepsPerEpoch - batches.length;
  const planOf = (batch: number): TrainingPlan => trainingPlan(inputs, batches[batch], passed + batch);
  const limit = inputs.limit ?? new BatchLimit(data.count);
  let progress = from;
  for await (const { indices, values } of loadBatches(data, batches, planOf, inputs.waiting)) {
    const batch = {
      targets: data.labelSets?.pick(indices) ?? Int32Array.from(indices, (index) => data.labels[index]),
      v: Float32Array.from(indices, (index) => inputs.v[index]),
      seed: hashSeed('dropout', settings.seed, progress.step),
      step: progress.step,
      penalties: settings.training,
    };
    const { gradient, losses, correct } = await limit.whole(indices.length, (sizes) =>
      network.trainingPassInParts(
        batch,
        sizes,
        (start, end) => tf.tensor4d(partOf(values, data.size, start, end), [end - start, data.size, data.size, 3]),
        inputs.watch?.(indices) ?? null,
      ),
    );
    const rate = learningRateAt(progress.step, totalSteps, warmupSteps, learningRate);
    optimizer.step(gradient, rate);
    const loss = losses.reduce((sum, value) => sum + value, 0);
    if (!Number.isFinite(loss)) throw diverged();
    progress = {
      offset: progress.offset + indices.length,
      step: progress.step + 1,
      lossSum: progress.lossSum + loss,
      correct: progress.correct + correct,
    };
    await afterBatch(progress, rate);
  }
  return progress;
}

export function diverged(): SteadygazeError {
  return new SteadygazeError(
    'training-diverged',
    'Training went out of control: the loss is no longer a number.',
    'Start a new run with a smaller learning rate, a tenth of the present one, say.',
  );
}

/** What is done to the pictures of a batch. @param batch which one of the epoch */
export function trainingPlan(
  { data, settings, epoch, mixing }: Pick<EpochInputs, 'data' | 'settings' | 'epoch' | 'mixing'>,
  indices: Int32Array,
  batch: number,
): TrainingPlan {
  const { flip, crop, jitter } = settings.training;
  const { threshold, thresholdValue, mixShare } = settings.method;
  return {
    augmentation: { flip, crop, jitter },
    seeds: Array.from(indices, (index) => hashSeed('augmentation', settings.seed, epoch, data.ids[index])),
    mixing:
      mixing === null
        ? null
        : {
            maps: pickMaps(mixing, indices),
            background: { threshold, thresholdValue },
            share: mixShare,
            seed: hashSeed('mixing', settings.seed, epoch, batch),
          },
  };
}

/** One epoch of training with sample weights: minimise sum_i v_i L_i(x_i, y_i). */
import * as tf from '@tensorflow/tfjs-core';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import type { Network } from '../networks/network.ts';
import type { SgdOptimizer } from '../networks/sgd.ts';
import { augment } from './augmentation.ts';
import type { TrainingData } from './data.ts';
import { type LabelMaps, pictureBackground } from './label-maps.ts';
import { mixBackgrounds } from './mixing.ts';
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
  let progress = from;
  for (let batch = 0; batch < stepsPerEpoch; batch++) {
    const [start, end] = [offsets[batch], offsets[batch + 1]];
    if (start < from.offset) continue;
    const indices = order.subarray(start, end);
    const x = await trainingBatch(inputs, indices, batch);
    const targets = data.labelSets?.pick(indices) ?? Int32Array.from(indices, (index) => data.labels[index]);
    const { gradient, losses, correct } = await network.trainingPass(
      x,
      targets,
      Float32Array.from(indices, (index) => inputs.v[index]),
      hashSeed('dropout', settings.seed, progress.step),
      progress.step,
      settings.training,
    );
    x.dispose();
    const rate = learningRateAt(progress.step, totalSteps, warmupSteps, learningRate);
    optimizer.step(gradient, rate);
    const loss = losses.reduce((sum, value) => sum + value, 0);
    if (!Number.isFinite(loss)) throw diverged();
    progress = {
      offset: end,
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

/** Reads, mixes and augments a batch: [n,size,size,3] in [0,1]. */
async function trainingBatch(
  { data, settings, epoch, mixing }: EpochInputs,
  indices: Int32Array,
  batch: number,
): Promise<tf.Tensor4D> {
  const { size } = data;
  const area = size * size;
  const pictures = new Uint8Array(indices.length * area * 3);
  await data.read(indices, pictures);
  if (mixing !== null) {
    const backgrounds = new Uint8Array(indices.length * area);
    indices.forEach((index, i) => {
      backgrounds.set(pictureBackground(mixing, index, size, settings.method), i * area);
    });
    const seed = hashSeed('mixing', settings.seed, epoch, batch);
    mixBackgrounds(pictures, backgrounds, indices.length, settings.method.mixShare, seed);
  }
  const values = new Float32Array(pictures.length);
  indices.forEach((index, i) => {
    const from = i * area * 3;
    const to = from + area * 3;
    const seed = hashSeed('augmentation', settings.seed, epoch, data.ids[index]);
    augment(pictures.subarray(from, to), size, settings.training, seed, values.subarray(from, to));
  });
  return tf.tensor4d(values, [indices.length, size, size, 3]);
}

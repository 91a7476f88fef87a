/**
 * How much effort a run takes, in one word, fitted to the pictures at hand: nobody should have to know what a
 * stem is to get a first answer.
 */
import type { Preset, RunSettingsInput } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';

interface Effort {
  readonly architecture: 'resnet10' | 'resnet18';
  readonly width: number;
  readonly size: number;
  readonly warmupEpochs: number;
  readonly rounds: number;
  readonly epochsPerRound: number;
}

const EFFORTS: Readonly<Record<Preset, Effort>> = {
  quick: { architecture: 'resnet10', width: 16, size: 64, warmupEpochs: 8, rounds: 2, epochsPerRound: 4 },
  standard: { architecture: 'resnet18', width: 32, size: 96, warmupEpochs: 12, rounds: 3, epochsPerRound: 6 },
  thorough: { architecture: 'resnet18', width: 64, size: 128, warmupEpochs: 30, rounds: 4, epochsPerRound: 10 },
};

/** An epoch of fewer steps than this teaches little, however small the data. */
const STEPS_PER_EPOCH = 12;
const LARGEST_BATCH = 64;
const SMALLEST_BATCH = 8;
/** For a batch of {@link LARGEST_BATCH}; in proportion for smaller ones (Goyal et al., 2017). */
const LEARNING_RATE = 0.1;
/** Below this side a stride in the first layer leaves a heatmap of 2x2 pixels. */
const SMALL_PICTURES = 48;

/** The settings of a preset for a data set; everything it does not say has its default. */
export function presetSettings(preset: Preset, dataset: Pick<Dataset, 'samples'>): RunSettingsInput {
  const { architecture, width, size: wanted, ...rounds } = EFFORTS[preset];
  const training = dataset.samples.filter(({ split }) => split === 'train');
  const size = fittingSize(
    wanted,
    training.map((sample) => Math.min(sample.width, sample.height)),
  );
  const batchSize = fittingBatch(training.length);
  return {
    // The stride of 1 doubles the sides of the heatmap: without it the object is a handful of cells.
    network: { architecture, width, size, stem: size < SMALL_PICTURES ? 'small' : 'half', lastStride: 1 },
    training: { ...rounds, batchSize, learningRate: (LEARNING_RATE * batchSize) / LARGEST_BATCH },
  };
}

/** The side wanted, or that of the pictures where they are smaller, in steps of 16: no pixel is made up. */
function fittingSize(wanted: number, sides: readonly number[]): number {
  const median = [...sides].sort((a, b) => a - b)[sides.length >> 1] ?? wanted;
  return Math.max(32, Math.min(wanted, Math.ceil(median / 16) * 16));
}

function fittingBatch(pictures: number): number {
  const exponent = Math.floor(Math.log2(Math.max(1, pictures / STEPS_PER_EPOCH)));
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, 2 ** exponent));
}

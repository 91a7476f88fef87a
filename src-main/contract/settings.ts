/**
 * Every setting of a run: its name, its range, its default. Nothing that influences a figure is a
 * constant elsewhere. What the paper (Wu et al., IEEE TMM 2024) leaves open is our choice and is
 * printed in every report.
 */
import * as v from 'valibot';

const positiveInteger = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const wholeNumber = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
const between = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));

/** The arms of a comparison. All arms of one seed share initial weights and the number of steps. */
export const ARMS = ['plain', 'consistency', 'loss', 'random', 'noise', 'mix', 'consistency-mix'] as const;
export type Arm = (typeof ARMS)[number];

export const SIMILARITIES = ['cosine', 'pearson', 'iou', 'ssim', 'jsd', 'emd'] as const;
export type Similarity = (typeof SIMILARITIES)[number];

export const AGREEMENTS = ['ratio', 'agreement', 'tv', 'none'] as const;
export type PredictionAgreement = (typeof AGREEMENTS)[number];

const THRESHOLD_RULES = ['mean', 'fraction', 'otsu', 'area'] as const;

export const ATTACKS = ['pgd', 'fgsm', 'mi-fgsm', 'pgd-l2', 'noise'] as const;
export type AttackKind = (typeof ATTACKS)[number];

export const HEATMAPS = ['auto', 'cam', 'gradcam'] as const;
export type HeatmapKind = (typeof HEATMAPS)[number];

export const ARCHITECTURES = [
  'resnet10',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'wide_resnet50_2',
  'vgg11',
  'vgg11_bn',
  'vgg13',
  'vgg13_bn',
  'vgg16',
  'vgg16_bn',
  'densenet121',
  'mobilenet_v2',
  'efficientnet_b0',
  'convnext_tiny',
] as const;
export type ArchitectureName = (typeof ARCHITECTURES)[number];

/** `imagenet`: 7x7 stride 2 and max pool. `small`: 3x3 stride 1. `half`: 3x3 stride 2, no pool. */
export const STEMS = ['imagenet', 'small', 'half'] as const;
export type Stem = (typeof STEMS)[number];

export const RunSettings = v.strictObject({
  /** Which arm of the comparison (see {@link ARMS}). */
  arm: v.optional(v.picklist(ARMS), 'consistency'),
  /** Seed of initial weights, order of pictures, augmentation, attacks. */
  seed: v.optional(wholeNumber(2 ** 31 - 1), 0),

  network: v.optional(
    v.strictObject({
      architecture: v.optional(v.picklist(ARCHITECTURES), 'resnet18'),
      /** Channels of the first stage; torchvision's is 64 (MobileNet and EfficientNet: 32, ConvNeXt: 96). */
      width: v.optional(positiveInteger(256), 32),
      /** Of ResNets; other networks begin as torchvision's do. */
      stem: v.optional(v.picklist(STEMS), 'half'),
      /** Stride of the last stage of a ResNet: 2 is torchvision's, 1 doubles the sides of the heatmap. */
      lastStride: v.optional(v.picklist([1, 2]), 2),
      /** Side of the square input in pixels. */
      size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(512)), 96),
    }),
    {},
  ),

  training: v.optional(
    v.strictObject({
      /** Epochs of round 0, with all weights 1. */
      warmupEpochs: v.optional(positiveInteger(1000), 10),
      /** Rounds after the warm-up. 0 is plain training with one final assessment. */
      rounds: v.optional(wholeNumber(100), 3),
      epochsPerRound: v.optional(positiveInteger(1000), 5),
      batchSize: v.optional(positiveInteger(4096), 64),
      learningRate: v.optional(between(1e-6, 10), 0.1),
      /** Epochs over which the learning rate rises linearly from 0; then cosine to 0. */
      learningRateWarmup: v.optional(between(0, 100), 1),
      momentum: v.optional(between(0, 0.999), 0.9),
      /** L2 penalty on convolution and dense weights; never on batch norm or biases. */
      weightDecay: v.optional(between(0, 1), 5e-4),
      flip: v.optional(v.boolean(), true),
      /** Random crop: the picture is shifted by up to this share of its side, edges reflected. */
      crop: v.optional(between(0, 0.5), 0.1),
      /** Brightness, contrast and saturation each vary by up to this share. */
      jitter: v.optional(between(0, 1), 0.1),
    }),
    {},
  ),

  method: v.optional(
    v.strictObject({
      heatmap: v.optional(v.picklist(HEATMAPS), 'auto'),
      threshold: v.optional(v.picklist(THRESHOLD_RULES), 'mean'),
      /** `fraction`: of the map's maximum. `area`: share of pixels that are foreground. */
      thresholdValue: v.optional(between(0.01, 0.99), 0.5),
      attack: v.optional(v.picklist(ATTACKS), 'pgd'),
      /** Largest change of a pixel and channel, in [0,1]; `auto`: see design, at most 8/255. */
      eps: v.optional(v.union([v.literal('auto'), between(0.0001, 1)]), 'auto'),
      /** `auto`: the share of predictions that must survive the attack on the probe. */
      autoSurvival: v.optional(between(0.05, 1), 0.75),
      /** `auto`: how many correctly classified training pictures make the probe. */
      autoProbe: v.optional(positiveInteger(100000), 256),
      steps: v.optional(positiveInteger(1000), 10),
      /** Size of a step as a share of eps (2/255 at 8/255). */
      stepShare: v.optional(between(0.001, 1), 0.25),
      randomStart: v.optional(v.boolean(), true),
      /** `pgd-l2`: radius as a share of the length of a change of eps everywhere in B. */
      radiusShare: v.optional(between(0.01, 1), 0.5),
      /** Momentum decay of MI-FGSM. */
      momentumDecay: v.optional(between(0, 10), 1),
      similarity: v.optional(v.picklist(SIMILARITIES), 'cosine'),
      agreement: v.optional(v.picklist(AGREEMENTS), 'ratio'),
      /** Added to every v before it is normalised to mean 1, so that no sample is lost. */
      weightFloor: v.optional(between(0, 10), 0.1),
      /** Arms with mixing: share of the pictures of a batch that get another background. */
      mixShare: v.optional(between(0, 1), 0.5),
    }),
    {},
  ),

  /** Seconds between checkpoints inside an epoch or an assessment. */
  checkpointSeconds: v.optional(between(0, 3600), 20),
  /** Pictures of one forward pass where no gradient of weights is needed. */
  assessBatch: v.optional(positiveInteger(4096), 64),
});
export type RunSettings = v.InferOutput<typeof RunSettings>;
export type RunSettingsInput = v.InferInput<typeof RunSettings>;
export type MethodSettings = RunSettings['method'];
export type TrainingSettings = RunSettings['training'];
export type NetworkSettings = RunSettings['network'];

export const PRESETS = ['quick', 'standard', 'thorough'] as const;
export type Preset = (typeof PRESETS)[number];

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
/** The arms, and `given`: a network that was trained elsewhere, assessed as it is and not trained. */
export const RUN_ARMS = [...ARMS, 'given'] as const;
export type Arm = (typeof RUN_ARMS)[number];

export const SIMILARITIES = ['cosine', 'pearson', 'iou', 'ssim', 'jsd', 'emd'] as const;
export type Similarity = (typeof SIMILARITIES)[number];

export const AGREEMENTS = ['ratio', 'agreement', 'tv', 'none'] as const;
export type PredictionAgreement = (typeof AGREEMENTS)[number];

const THRESHOLD_RULES = ['mean', 'fraction', 'otsu', 'area'] as const;

export const ATTACKS = ['pgd', 'fgsm', 'mi-fgsm', 'pgd-l2', 'noise'] as const;
export type AttackKind = (typeof ATTACKS)[number];

const CONSISTENCY_SOURCES = ['attack', 'training'] as const;

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

/** What VGGs end with: `light`: pooling to 2x2 and two dense layers; `torchvision`: 7x7 and three of 4,096. */
export const HEADS = ['light', 'torchvision'] as const;

/**
 * Networks that explain themselves: `icnn` (Zhang, Wu, Zhu, CVPR 2018), `csg` (Liang et al., ECCV 2020), `protopnet`
 * (Chen et al., NeurIPS 2019).
 */
export const INTERPRETABLE = ['none', 'icnn', 'csg', 'protopnet'] as const;
export type Interpretable = (typeof INTERPRETABLE)[number];

/** Batch norms in training: `learn` as usual; `keep` the stored statistics; `freeze` also scale and offset. */
export const NORM_POLICIES = ['learn', 'keep', 'freeze'] as const;
export type NormPolicy = (typeof NORM_POLICIES)[number];

/** Mean and standard deviation of ImageNet's training pictures, RGB in [0,1] (torchvision). */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406];
export const IMAGENET_STD = [0.229, 0.224, 0.225];
const threeChannels = (min: number, max: number) => v.pipe(v.array(between(min, max)), v.length(3));

/** No weights to start from. */
export const NO_WEIGHTS = 'none';

export const RunSettings = v.strictObject({
  /** Which arm of the comparison (see {@link ARMS}). */
  arm: v.optional(v.picklist(RUN_ARMS), 'consistency'),
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
      /** Of VGGs. */
      head: v.optional(v.picklist(HEADS), 'light'),
      /** Pictures in [0,1] enter as (x - mean) / std, per channel. */
      mean: v.optional(threeChannels(-10, 10), IMAGENET_MEAN),
      std: v.optional(threeChannels(1e-4, 10), IMAGENET_STD),
      /** What the network explains itself by, beside its heatmaps. */
      interpretable: v.optional(v.picklist(INTERPRETABLE), 'none'),
      /** Of `protopnet`: prototypes of a class, and channels of a prototype (the paper's are 10 and 128). */
      prototypesPerClass: v.optional(positiveInteger(100), 10),
      prototypeChannels: v.optional(positiveInteger(512), 128),
    }),
    {},
  ),

  /** Weights that training begins with, and how much of them it may change. */
  start: v.optional(
    v.strictObject({
      /** `none`: random ones. Else the id of weights that the study keeps (`weights/<id>.safetensors`). */
      weights: v.optional(v.pipe(v.string(), v.regex(/^(none|[0-9a-f]{16})$/)), NO_WEIGHTS),
      /** So many stages, from the picture on, stay as they are; the head is always trained. */
      frozenStages: v.optional(wholeNumber(20), 0),
      /** The learning rate of each stage as a share of that of the stage after it; the head has the full one. */
      layerDecay: v.optional(between(0.01, 1), 1),
      batchNorm: v.optional(v.picklist(NORM_POLICIES), 'learn'),
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
      /** `icnn`: weight of the filter loss. The default is from bench/penalty-weights.ts, as is the next. */
      filterLoss: v.optional(between(0, 1000), 0.3),
      /** `csg`: every so many steps one goes through the gate; what its size costs. */
      gatePeriod: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(100)), 3),
      gateSparsity: v.optional(between(0, 100), 1),
      /** `protopnet`: weights of the cluster and separation costs (the paper's). */
      clusterCost: v.optional(between(0, 100), 0.8),
      separationCost: v.optional(between(0, 100), 0.08),
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
      /** Whether the attack of a sample ends once its E has settled (method/attack-until-steady.ts); it changes E. */
      stopConverged: v.optional(v.boolean(), false),
      /** So little E may change in each of two steps to have settled. */
      convergedChange: v.optional(between(0.0001, 0.5), 0.02),
      /**
       * Where E comes from between rounds: an attack of its own, or what training computes anyway (an approximation:
       * method/training-consistency.ts). The last assessment is always by attack.
       */
      consistencyFrom: v.optional(v.picklist(CONSISTENCY_SOURCES), 'attack'),
      similarity: v.optional(v.picklist(SIMILARITIES), 'cosine'),
      agreement: v.optional(v.picklist(AGREEMENTS), 'ratio'),
      /**
       * The share of the training pictures that a round assesses (method/assessed-share.ts). Below 1, E is no longer
       * that of the present network for all of them.
       */
      assessShare: v.optional(between(0.05, 1), 1),
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

/**
 * What is measured on a trained model, part by part (definitions: `evaluation/`). Each part is measured for itself,
 * stored for itself, and can be measured again for itself.
 */
import * as v from 'valibot';
import type { InterpretabilityDetails } from './interpretability-details.ts';
import type { Figure } from './run.ts';

/**
 * - `recognition`: does it name the pictures correctly?
 * - `localization`: does it look at the object? Needs boxes or masks.
 * - `debiasing`: the eight background variants. Without masks and boxes: foregrounds of several models.
 * - `challenge`: does the prediction survive other backgrounds?
 * - `groups`: accuracy by class and kind of background.
 * - `robustness`: attacks on the whole picture and on the background.
 * - `corruptions`: noise, blur, weather, compression.
 * - `consistency`: explanation consistency E on the measured pictures, with one eps for all runs.
 * - `faithfulness`: insertion, deletion, and heatmaps of randomised layers.
 * - `stability`: concentration of the heatmap, its kinds compared, harmless changes.
 * - `interpretability`: what single filters, class gates and prototypes stand for.
 */
export const EVALUATION_PARTS = [
  'recognition',
  'localization',
  'debiasing',
  'challenge',
  'groups',
  'robustness',
  'corruptions',
  'consistency',
  'faithfulness',
  'stability',
  'interpretability',
] as const;
export type EvaluationPart = (typeof EVALUATION_PARTS)[number];

/** Measured at the end of every training; the others when they are asked for. */
export const TRAINING_PARTS = ['recognition', 'localization', 'debiasing'] as const satisfies EvaluationPart[];

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const between = (least: number, most: number) => v.pipe(v.number(), v.finite(), v.minValue(least), v.maxValue(most));
/** How many pictures take part, chosen by seed; 0: all. */
const pictures = (standard: number) => v.optional(whole(0, 10_000_000), standard);

export const ATTACK_SUITES = ['fgsm', 'pgd10', 'pgd50'] as const;
export type AttackSuite = (typeof ATTACK_SUITES)[number];
export const ATTACK_REGIONS = ['all', 'background'] as const;
export type AttackRegion = (typeof ATTACK_REGIONS)[number];

/** Every setting that a figure depends on, by part. The settings of a part belong to its cache key. */
export const EvaluationSettings = v.strictObject({
  /** Of the resampling, of chosen backgrounds, of random starts, of chosen pictures. */
  seed: v.optional(whole(0, 2 ** 31 - 1), 0),
  debiasing: v.optional(
    v.strictObject({
      /** Where the foregrounds come from: `auto` is masks, else boxes, else models. */
      foreground: v.optional(v.picklist(['auto', 'mask', 'box', 'models']), 'auto'),
      /** Folder with finished variants (`original`, `only_bg_t`, ...), as ImageNet-9 comes; empty: they are built. */
      folders: v.optional(v.string(), ''),
    }),
    {},
  ),
  challenge: v.optional(v.strictObject({ backgrounds: v.optional(whole(1, 1000), 20), pictures: pictures(0) }), {}),
  groups: v.optional(v.strictObject({ clusters: v.optional(whole(2, 20), 4) }), {}),
  robustness: v.optional(
    v.strictObject({
      /** Of 255. */
      eps: v.optional(v.pipe(v.array(between(0.01, 255)), v.minLength(1), v.maxLength(16)), [1, 2, 4, 8]),
      attacks: v.optional(v.pipe(v.array(v.picklist(ATTACK_SUITES)), v.minLength(1)), [...ATTACK_SUITES]),
      regions: v.optional(v.pipe(v.array(v.picklist(ATTACK_REGIONS)), v.minLength(1)), [...ATTACK_REGIONS]),
      /** Random starts of PGD-50. */
      restarts: v.optional(whole(1, 100), 2),
      pictures: pictures(200),
    }),
    {},
  ),
  corruptions: v.optional(v.strictObject({ pictures: pictures(0) }), {}),
  /** Attack of the method with its standard settings; `eps` of 255. */
  consistency: v.optional(v.strictObject({ eps: v.optional(between(0.01, 255), 2), pictures: pictures(0) }), {}),
  faithfulness: v.optional(
    v.strictObject({
      steps: v.optional(whole(2, 1000), 50),
      pictures: pictures(200),
      /** Pictures of the comparison with randomised layers. */
      sanityPictures: pictures(64),
    }),
    {},
  ),
  stability: v.optional(
    v.strictObject({
      jpegQuality: v.optional(whole(1, 100), 80),
      /** Share by which the brightness is raised and lowered. */
      brightness: v.optional(between(0.001, 1), 0.05),
      /** Pixels of a picture of 224 by which it is shifted; scaled to the network's size, at least 1. */
      shift: v.optional(whole(1, 100), 2),
      pictures: pictures(0),
    }),
    {},
  ),
  /** A row holds a number of each filter: not all of a million pictures. */
  interpretability: v.optional(v.strictObject({ pictures: pictures(10_000) }), {}),
});
export type EvaluationSettings = v.InferOutput<typeof EvaluationSettings>;

/** What a stored result belongs to: where all of it is the same, so are the figures. */
export interface EvaluationKey {
  readonly weightsHash: string;
  readonly dataFingerprint: string;
  readonly split: 'test' | 'val';
  /** `seed` and the settings of the part. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Weights hashes of the models whose heatmaps gave the foregrounds, sorted; empty where none did. */
  readonly judges: readonly string[];
  /** Raised whenever a definition changes. */
  readonly definition: number;
}

/** `runs/<id>/evaluation/<part>.json`. */
export interface PartResult<Part extends EvaluationPart = EvaluationPart> {
  readonly format: 'steadygaze-evaluation';
  readonly version: 1;
  readonly part: Part;
  readonly key: EvaluationKey;
  readonly engine: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Of measuring, pauses and interruptions left out. */
  readonly seconds: number;
  /** Pictures that were measured. */
  readonly pictures: number;
  /** SHA-256 of their ids in order: results pair only where it is the same. */
  readonly picturesHash: string;
  /**
   * By the keys that reports use. Their 1,000 resampled values lie in `<part>.bootstrap.npy` (float32 [figures, 1000],
   * in this order), drawn alike for all runs, so that any two results can be compared in pairs.
   */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly details: PartDetails[Part];
  /** Reservations in plain sentences; first of all where foregrounds come from models. */
  readonly notes: readonly string[];
}

export interface PartDetails {
  readonly recognition: RecognitionDetails;
  readonly localization: LocalizationDetails;
  readonly debiasing: DebiasingDetails;
  readonly challenge: ChallengeDetails;
  readonly groups: GroupsDetails;
  readonly robustness: RobustnessDetails;
  readonly corruptions: CorruptionsDetails;
  readonly consistency: ConsistencyDetails;
  readonly faithfulness: FaithfulnessDetails;
  readonly stability: StabilityDetails;
  readonly interpretability: InterpretabilityDetails;
}

/**
 * Figures: `top1`, `top5` (more than five classes), `balanced_accuracy`, `ece`. In multi-label data `top1` is the share
 * of pictures whose most probable class is one of theirs, and there are `map` (mean average precision) and
 * `label_accuracy` (share of classes rightly said to be there or not) instead of `balanced_accuracy`.
 */
export interface RecognitionDetails {
  /** `[label][prediction]` counts of pictures; in multi-label data a picture's label is its most probable one. */
  readonly confusion: readonly (readonly number[])[];
  /** Accuracy of each class; null for a class without pictures. In multi-label data the share of its pictures it is seen in. */
  readonly perClass: readonly (Figure | null)[];
  /** 15 equal-width bins of confidence; means are 0 in an empty bin. */
  readonly calibration: readonly { readonly count: number; readonly confidence: number; readonly accuracy: number }[];
  /** Multi-label data: average precision of each class; null for a class without pictures. */
  readonly averagePrecision?: readonly (Figure | null)[];
}

/**
 * Figures: `maxboxacc`, `maxboxacc_v2`, `top1_loc`, `iou`, `pointing`, `pointing_15` (15 pixels of tolerance),
 * `energy`, `pxap` (masks only), `centre_box`, `uniform_energy`.
 */
export interface LocalizationDetails {
  readonly threshold: number;
  /** Where shared thresholds and the size of the centre box were chosen. */
  readonly thresholdFrom: 'val' | 'test';
  /** MaxBoxAcc at 0, 0.01, ..., 0.99, and its maximum (optimistic). */
  readonly curve: readonly number[];
  readonly best: number;
  /** MaxBoxAccV2 at IoU 0.3, 0.5, 0.7, and its optimistic value. */
  readonly v2Parts: readonly [number, number, number];
  readonly v2Best: number;
  /** Side of the centre box as a share of the picture's. */
  readonly centreBoxSize: number;
  readonly target: 'mask' | 'box';
  /** Pictures with boxes, and with a target. */
  readonly boxed: number;
  readonly targeted: number;
}

export const VARIANTS = [
  'original',
  'mixed_same',
  'mixed_rand',
  'mixed_next',
  'only_bg_t',
  'only_bg_b',
  'only_fg',
  'no_fg',
] as const;
export type Variant = (typeof VARIANTS)[number];

/** Figures: `acc_<variant>`, `bg_gap`, `bg_reliance`. */
export interface DebiasingDetails {
  readonly foreground: 'mask' | 'box' | 'models' | 'folders';
  /** 1 / number of classes. */
  readonly chance: number;
  /** Pictures of each variant; absent where it could not be built. */
  readonly counts: Readonly<Partial<Record<Variant, number>>>;
}

/** Figures: `challenge` (no background changes the prediction), `challenge_right` (right on all of them). */
export interface ChallengeDetails {
  readonly foreground: 'mask' | 'box' | 'models';
  /** Share of pictures whose prediction has survived the first k backgrounds, k = 0, 1, ... */
  readonly surviving: readonly number[];
  /** Ids of the pictures whose backgrounds were used, and the share of predictions each changes. */
  readonly backgrounds: readonly { readonly id: string; readonly changes: number }[];
}

/** Figures: `worst_group`, `group_mean` (each group counts the same), `group_spread` (best minus worst). */
export interface GroupsDetails {
  readonly foreground: 'mask' | 'box' | 'models';
  readonly clusters: readonly {
    readonly pictures: number;
    /** Mean colour of its backgrounds, 0..255. */
    readonly colour: readonly [number, number, number];
    /** The pictures nearest to its centre, nearest first, at most 6. */
    readonly examples: readonly string[];
  }[];
  /** Groups with pictures, by class and cluster. `figure` is its accuracy. */
  readonly cells: readonly { readonly label: number; readonly cluster: number; readonly figure: Figure }[];
  /** Groups smaller than this take no part in worst, mean and spread. */
  readonly least: number;
}

/**
 * Figures: for every attack, region and eps `acc_<attack>_<region>_<eps>` and
 * `same_<attack>_<region>_<eps>` (the prediction stays what it was). `acc_clean`: the same pictures without an attack.
 */
export interface RobustnessDetails {
  readonly rows: readonly {
    readonly attack: AttackSuite;
    readonly region: AttackRegion;
    /** Of 255. */
    readonly eps: number;
    readonly accuracy: Figure;
    readonly same: Figure;
  }[];
}

export const CORRUPTION_FAMILIES = ['noise', 'blur', 'weather', 'digital'] as const;
export type CorruptionFamily = (typeof CORRUPTION_FAMILIES)[number];

/**
 * Figures: `mce` (mean error rate over kinds and severities, not divided by a reference network's), `corruption_same`,
 * by family `mce_<family>`. `acc_uncorrupted`: the same pictures as they are.
 */
export interface CorruptionsDetails {
  readonly rows: readonly {
    readonly kind: string;
    /** In plain words: "Gaussian noise". */
    readonly label: string;
    readonly family: CorruptionFamily;
    /** 1..5. */
    readonly severity: number;
    readonly accuracy: Figure;
    readonly same: Figure;
  }[];
}

/** Figures: `e_mean`, `e_below_half`, `s_mean`, `q_mean`. */
export interface ConsistencyDetails {
  /** Counts of E in 20 equal bins over [0,1]. */
  readonly histogram: readonly number[];
  /** Mean E of each class; null without pictures. */
  readonly perClass: readonly (Figure | null)[];
  readonly median: number;
  /** Of 255. */
  readonly eps: number;
  readonly emptyMaps: number;
}

/** Figures: `insertion`, `deletion`, `insertion_random`, `deletion_random` (pixels in random order). */
export interface FaithfulnessDetails {
  /** Mean probability of the label after 0, 1, ..., `steps` of the pixels, most important first. */
  readonly insertion: readonly number[];
  readonly deletion: readonly number[];
  readonly insertionRandom: readonly number[];
  readonly deletionRandom: readonly number[];
  /** Layers randomised from the last to the first, cumulatively; rank correlation of the heatmaps. */
  readonly sanity: readonly { readonly layer: string; readonly similarity: Figure }[];
}

export const HARMLESS_CHANGES = ['jpeg', 'brighter', 'darker', 'shift', 'flip'] as const;
export type HarmlessChange = (typeof HARMLESS_CHANGES)[number];

/**
 * Figures: `gini`, `entropy` (of 1), `agree_gradcam++`, `agree_layercam` (cosine with the heatmap),
 * `map_<change>` (cosine before and after, shift and flip undone), `same_<change>`.
 */
export interface StabilityDetails {
  /** Share of the heatmap's values that are zero: what Gini and entropy come from in part. */
  readonly zeroShare: number;
  readonly emptyMaps: number;
}

/** The stored results of one run, outdated ones left out. */
export interface StoredEvaluation {
  readonly parts: { readonly [Part in EvaluationPart]?: PartResult<Part> };
  /** [1000] by key of the figure: see {@link PartResult.figures}. Keys are unique over all parts. */
  readonly resampled: Readonly<Record<string, Float32Array>>;
  /**
   * Of all pictures that are not trained on, with their labels: told where runs of different states of the data are
   * looked at together.
   */
  readonly testFingerprint?: string;
}

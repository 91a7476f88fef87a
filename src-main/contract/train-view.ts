/** What the Train view shows before and while a run works. */
import type { RoundSummary } from './run.ts';
import type { ArchitectureName, ARMS, Interpretable, Preset } from './settings.ts';

/** Another setting has one of these values, or none of those. */
export type SettingCondition =
  | { readonly setting: string; readonly values: readonly (string | number)[] }
  | { readonly setting: string; readonly except: readonly (string | number)[] };

/** One setting, as a form shows it. */
export interface SettingView {
  /** Dotted: `method.eps`. */
  readonly name: string;
  readonly group: 'network' | 'start' | 'training' | 'method' | 'other';
  /** In plain words. */
  readonly title: string;
  /** What it is and what it does: one or two sentences. */
  readonly definition: string;
  /** It means something only where all of these hold; absent: always. */
  readonly onlyWhere?: readonly SettingCondition[];
  readonly control:
    | { readonly kind: 'switch' }
    | { readonly kind: 'choice'; readonly options: readonly (string | number)[] }
    | {
        readonly kind: 'number';
        readonly min: number;
        readonly max: number;
        readonly whole: boolean;
        /** May also be the word `auto`. */
        readonly auto: boolean;
      };
}

export type SettingValue = string | number | boolean;

export interface PresetView {
  readonly preset: Preset;
  readonly title: string;
  /** What one gets, in a sentence. */
  readonly text: string;
  /** Every setting by its dotted name, fitted to the open study's pictures. */
  readonly values: Readonly<Record<string, SettingValue>>;
}

/** An arm that trains. */
export type TrainedArm = (typeof ARMS)[number];

export interface ArmView {
  readonly arm: TrainedArm;
  readonly title: string;
  /** What it does and why one would compare with it. */
  readonly text: string;
}

/** A network in the place of the one that a preset chooses. */
export interface NetworkView {
  readonly architecture: ArchitectureName;
  /** How large and fast it is, and what for. */
  readonly text: string;
  /** Stages that can stay as they are where training begins with weights from elsewhere; without the last layers. */
  readonly stages: number;
  readonly presets: Readonly<
    Record<
      Preset,
      {
        /** Arithmetic of a picture as a multiple of that of the preset's own network. */
        readonly relativeCost: number;
        /** Places along each side of its heatmaps. */
        readonly mapSide: number;
        /** That suit it, with random weights and with weights from elsewhere. */
        readonly learningRate: number;
        readonly fineTuningRate: number;
      }
    >
  >;
}

/** What a network may explain itself by, beside its heatmaps. */
export interface InterpretableView {
  readonly kind: Interpretable;
  readonly title: string;
  readonly text: string;
  /** Of the learning rate that suits the network without. */
  readonly learningRateShare: number;
}

export interface TrainOptions {
  readonly presets: readonly PresetView[];
  readonly networks: readonly NetworkView[];
  readonly interpretable: readonly InterpretableView[];
  readonly arms: readonly ArmView[];
  readonly settings: readonly SettingView[];
  /** Corrections (relabel, leave out) that people marked and that a run may apply. */
  readonly corrections: { readonly relabelled: number; readonly leftOut: number };
}

/** Measured on this machine and these pictures. */
export interface Estimate {
  readonly preset: Preset;
  /** Seconds of one run. */
  readonly secondsPerRun: number;
  /** Share of that, in (0,1], of a further arm of the same seed, which begins where the warm-up of the first has ended. */
  readonly shareOfFurtherArm: number;
  readonly trainingImagesPerSecond: number;
  readonly assessmentImagesPerSecond: number;
}

export interface Estimates {
  readonly engine: { readonly id: string; readonly description: string };
  readonly estimates: readonly Estimate[];
}

/** What was found to be fastest on this machine for a kind of work. */
export interface TuningView {
  readonly engine: string;
  readonly description: string;
  /** Null where it has none to choose. */
  readonly threads: number | null;
  /** Pictures of one pass of an assessment. */
  readonly assessBatch: number;
  readonly trainingImagesPerSecond: number;
  readonly assessmentImagesPerSecond: number;
  /** ISO 8601. */
  readonly measured: string;
  /** A sentence about what is not done unasked; null: there is none. */
  readonly suggestion: string | null;
}

export interface EpochPoint {
  readonly round: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
}

/** Everything that is drawn of a run's course, from its log. */
export interface RunHistory {
  readonly run: string;
  readonly epochs: readonly EpochPoint[];
  readonly rounds: readonly RoundSummary[];
  readonly warnings: readonly string[];
  /** Epochs of the whole run. */
  readonly epochsPlanned: number;
}

export interface EngineView {
  readonly id: string;
  readonly usable: boolean;
  readonly description: string;
  /** What to do where it is not usable. */
  readonly hint: string;
}

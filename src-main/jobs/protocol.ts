/** What a compute process is asked to do, and what it says: plain values that cross the process border. */
import type { EngineId } from '../compute/engine.ts';
import type { ErrorValue } from '../contract/errors.ts';
import type { EvaluationPart, EvaluationSettings, PartResult } from '../contract/evaluation.ts';
import type { Correction, DataState, JobEvent } from '../contract/run.ts';
import type { ArchitectureName, RunSettings } from '../contract/settings.ts';
import type { Shard } from '../method/shards.ts';
import type { Strides } from '../networks/infer.ts';
import type { InputScale } from '../networks/layer.ts';

/** Begin a new run in a study. The caller holds the study's lock. */
export interface TrainRequest {
  readonly kind: 'train';
  /** Absolute path of the study. */
  readonly study: string;
  readonly engine: EngineId;
  readonly settings: RunSettings;
  readonly preset: string | null;
  /** Training pictures that get another label, or are left out. */
  readonly corrections?: readonly Correction[];
  /** The state of the data that it is planned for; absent: as they are when it begins. */
  readonly data?: DataState;
  /** Stop where an assessment is due, with a checkpoint, because it is made in shards; absent: go on to the end. */
  readonly until?: 'assessment';
}

/** Go on with a run that has not finished. */
export interface ResumeRequest {
  readonly kind: 'resume';
  readonly study: string;
  readonly engine: EngineId;
  readonly run: string;
  readonly until?: 'assessment';
}

/** Make one shard of the assessment that is due in a run. Takes no lock: many machines do so at once. */
export interface AssessShardRequest {
  readonly kind: 'assess-shard';
  readonly study: string;
  readonly engine: EngineId;
  readonly run: string;
  readonly shard: Shard;
}

/** Start an engine, let it prove itself, and end. */
export interface ProbeRequest {
  readonly kind: 'probe';
  readonly engine: EngineId;
}

/** Start an engine and stay, to explain the pictures that {@link ExplainCommand} asks for, until `stop`. */
export interface ExplainRequest {
  readonly kind: 'explain';
  readonly study: string;
  readonly engine: EngineId;
}

/** Measure how long runs of these settings would take here. Needs no lock; decoded pixels are not kept. */
export interface MeasureRequest {
  readonly kind: 'measure';
  readonly study: string;
  readonly engine: EngineId;
  readonly plans: readonly RunSettings[];
}

/** Measure how fast the engine is at a kind of work, on made-up pictures. Belongs to no study. */
export interface TuneRequest {
  readonly kind: 'tune';
  readonly engine: EngineId;
  readonly settings: RunSettings;
  readonly classes: number;
  /** Whether pictures may be of several classes. */
  readonly several: boolean;
}

/** How fast an engine is at a kind of work. */
export interface TunedRates {
  /** Seconds of training on one picture once, in batches of these sizes: that of the settings first. */
  readonly training: readonly BatchRate[];
  /** Seconds of one forward pass of one picture within an assessment. */
  readonly assessment: readonly BatchRate[];
  /** From the start of the process until its engine was up. */
  readonly startSeconds: number;
}

export interface BatchRate {
  readonly batch: number;
  readonly seconds: number;
}

/** Measure parts of an evaluation on finished runs. Needs no lock of the study: each run is locked while it is measured. */
export interface EvaluateRequest {
  readonly kind: 'evaluate';
  readonly study: string;
  readonly engine: EngineId;
  /** Ids. Where nothing else says where objects are, all of them together do. */
  readonly runs: readonly string[];
  readonly parts: readonly EvaluationPart[];
  readonly settings: EvaluationSettings;
  /** Also measure what was measured before. */
  readonly again: boolean;
  /** What need not be measured all the same: a process that was lost has just done so. */
  readonly measured?: readonly Pick<EvaluatedPart, 'run' | 'part'>[];
}

/** Put pictures through a network whose weights lie in a file. Belongs to no study. */
export interface LogitsRequest {
  readonly kind: 'logits';
  readonly engine: EngineId;
  readonly architecture: ArchitectureName;
  readonly strides: Strides;
  /** What pictures are normalised with; what is absent the file says, or is ImageNet's. */
  readonly scale: Partial<InputScale>;
  /** Absolute path of a safetensors file under torchvision's names. */
  readonly weights: string;
  /** Absolute path of an NPY file. */
  readonly images: string;
}

export type JobRequest = (
  | TrainRequest
  | ResumeRequest
  | AssessShardRequest
  | ProbeRequest
  | ExplainRequest
  | MeasureRequest
  | TuneRequest
  | EvaluateRequest
  | LogitsRequest
) & {
  /** That the engine computes with, where it has any to choose; absent: as many as it takes by itself. */
  readonly threads?: number;
  /** Share of the memory for a batch that the engine takes by itself; absent: all of it. */
  readonly memoryShare?: number;
};

/** Repeat the attack of a round for some rows of its table and store what it looks like. */
export interface ExplainCommand {
  readonly type: 'explain';
  /** Named again in the answer. */
  readonly id: number;
  readonly run: string;
  /** null: the last round that was assessed. */
  readonly round: number | null;
  readonly rows: readonly number[];
}

/** Store what the network of a round itself says of some rows of its table (contract/interpretation.ts). */
export interface InterpretCommand extends Omit<ExplainCommand, 'type'> {
  readonly type: 'interpret';
}

/** What a process that explains can be asked. */
export type Question = ExplainCommand | InterpretCommand;

/** The answer to a {@link Question}: every one gets one. What was asked for is then in the study's cache. */
export type ExplainAnswer =
  | {
      readonly type: 'explained';
      readonly id: number;
      readonly run: string;
      readonly round: number;
      readonly rows: readonly number[];
    }
  | { readonly type: 'explain-failed'; readonly id: number; readonly error: ErrorValue };

/** Seconds of what a run is made of. */
export interface RunSeconds {
  /** From the start of the process until the pictures are known: the engine mostly. */
  readonly start: number;
  /** What is not in the cache of decoded pictures yet. */
  readonly decode: number;
  readonly training: number;
  /** Calibration, assessments and the hardest pictures. */
  readonly assessment: number;
  /** With the figures that are made of it. */
  readonly evaluation: number;
}

/** What a run would take on this machine. */
export interface PlanEstimate {
  /** Seconds of the whole run: the sum of its parts. */
  readonly seconds: number;
  readonly parts: RunSeconds;
  readonly trainingImagesPerSecond: number;
  readonly assessmentImagesPerSecond: number;
  /** Why this run cannot be done here (out of memory); then the figures are 0. */
  readonly problem?: ErrorValue;
}

/** What a network says about pictures. */
export interface NetworkLogits {
  /** One row a picture, one number a class. */
  readonly logits: readonly (readonly number[])[];
  /** How many numbers training would change. */
  readonly parameters: number;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** Id of the run that is measured; null while pictures are prepared. */
  readonly run: string | null;
  readonly part: EvaluationPart | null;
  /** Of this part: pictures mostly. */
  readonly done: number;
  readonly total: number;
  /** Share of everything that was asked for, 0..1, and seconds left (null until it can be told). */
  readonly overall: number;
  readonly secondsLeft: number | null;
  /** Resident memory of the compute process in bytes. */
  readonly memory: number;
}

/** What became of one part of one run. */
export type EvaluatedPart = { readonly run: string; readonly part: EvaluationPart } & (
  | {
      readonly result: PartResult;
      /** It was there already. */
      readonly kept: boolean;
    }
  /** Why it cannot be measured. */
  | { readonly unmeasurable: string }
);

/** To the compute process. `stop`: store a checkpoint, then end. `end`: the last report has been heard. */
export type Command =
  | Question
  | { readonly type: 'end' }
  | { readonly type: 'start'; readonly request: JobRequest }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' };

/** What ends a job: nothing comes after it. */
export type LastReport =
  /** The engine cannot be used here. Nothing was written. */
  | { readonly type: 'refused'; readonly error: ErrorValue }
  | { readonly type: 'failed'; readonly run: string | null; readonly error: ErrorValue }
  /** `stopped`: on request, and can be resumed. */
  | { readonly type: 'done'; readonly run: string | null; readonly stopped: boolean };

/** From the compute process. */
export type Report =
  | LastReport
  | ExplainAnswer
  | {
      readonly type: 'engine';
      readonly id: EngineId;
      readonly description: string;
      readonly versions: Readonly<Record<string, string>>;
    }
  | { readonly type: 'event'; readonly event: JobEvent }
  /** The first assessment is stored: other arms of this seed can start from here. */
  | { readonly type: 'warmup'; readonly run: string }
  | { readonly type: 'evaluating'; readonly progress: EvaluationProgress }
  | { readonly type: 'evaluated'; readonly part: EvaluatedPart }
  /** A plain sentence about the pictures: a mask that cannot be read. */
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'logits'; readonly result: NetworkLogits }
  | { readonly type: 'tuned'; readonly rates: TunedRates }
  /** One estimate for each plan that was asked about, in their order. */
  | { readonly type: 'measured'; readonly estimates: readonly PlanEstimate[] };

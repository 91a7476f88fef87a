/** What a compute process is asked to do, and what it says: plain values that cross the process border. */
import type { EngineId } from '../compute/engine.ts';
import type { ErrorValue } from '../contract/errors.ts';
import type { Correction, JobEvent } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';

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
}

/** Go on with a run that has not finished. */
export interface ResumeRequest {
  readonly kind: 'resume';
  readonly study: string;
  readonly engine: EngineId;
  readonly run: string;
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

export type JobRequest = TrainRequest | ResumeRequest | ProbeRequest | ExplainRequest | MeasureRequest;

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

/** The answer to an {@link ExplainCommand}: every command gets one. */
export type ExplainAnswer =
  | {
      readonly type: 'explained';
      readonly id: number;
      readonly run: string;
      readonly round: number;
      readonly rows: readonly number[];
    }
  | { readonly type: 'explain-failed'; readonly id: number; readonly error: ErrorValue };

/** What a run would take on this machine. */
export interface PlanEstimate {
  /** Seconds of the whole run, decoding what is not in the cache included. */
  readonly seconds: number;
  readonly trainingImagesPerSecond: number;
  readonly assessmentImagesPerSecond: number;
  /** Why this run cannot be done here (out of memory); then the figures are 0. */
  readonly problem?: ErrorValue;
}

/** To the compute process. `stop`: store a checkpoint, then end. `end`: the last report has been heard. */
export type Command =
  | ExplainCommand
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
  /** One estimate for each plan that was asked about, in their order. */
  | { readonly type: 'measured'; readonly estimates: readonly PlanEstimate[] };

/** What a compute process is asked to do, and what it says: plain values that cross the process border. */
import type { EngineId } from '../compute/engine.ts';
import type { ErrorValue } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';

/** Begin a new run in a study. The caller holds the study's lock. */
export interface TrainRequest {
  readonly kind: 'train';
  /** Absolute path of the study. */
  readonly study: string;
  readonly engine: EngineId;
  readonly settings: RunSettings;
  readonly preset: string | null;
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

export type JobRequest = TrainRequest | ResumeRequest | ProbeRequest;

/** To the compute process. `stop`: store a checkpoint, then end. */
export type Command =
  | { readonly type: 'start'; readonly request: JobRequest }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'stop' };

/** From the compute process. Exactly one of `refused`, `failed` and `done` comes, and nothing after it. */
export type Report =
  | {
      readonly type: 'engine';
      readonly id: EngineId;
      readonly description: string;
      readonly versions: Readonly<Record<string, string>>;
    }
  | { readonly type: 'event'; readonly event: JobEvent }
  /** The first assessment is stored: other arms of this seed can start from here. */
  | { readonly type: 'warmup'; readonly run: string }
  /** The engine cannot be used here. Nothing was written. */
  | { readonly type: 'refused'; readonly error: ErrorValue }
  | { readonly type: 'failed'; readonly run: string | null; readonly error: ErrorValue }
  /** `stopped`: on request, and can be resumed. */
  | { readonly type: 'done'; readonly run: string | null; readonly stopped: boolean };

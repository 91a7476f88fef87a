/** What a measuring process (measure.ts) is asked for, and what it answers. */
import { fileURLToPath } from 'node:url';
import type { EngineId } from '../src-main/compute/engine.ts';
import type { ErrorValue } from '../src-main/contract/errors.ts';
import type { NetworkSettings } from '../src-main/contract/settings.ts';
import { SMALL_NURSERY } from '../src-main/jobs/compute-host.ts';
import type { Passes, Work } from './workload.ts';

/** What is measured of an engine and a network: one of these in a process. */
export type Measurement =
  /** Each work on one batch, again and again for at least `seconds`. */
  | { readonly kind: 'works'; readonly works: readonly Work[]; readonly seconds: number }
  /** One assessment of so many pictures. */
  | { readonly kind: 'pictures'; readonly pictures: number }
  /** So many training steps on one batch. */
  | { readonly kind: 'steps'; readonly steps: number };

export interface Task {
  readonly engine: EngineId;
  readonly network: NetworkSettings;
  readonly batch: number;
  readonly measurement: Measurement;
}

/** Seconds of one repetition on one batch. */
export interface Repetition {
  readonly wall: number;
  /** User and system time of all threads. */
  readonly cpu: number;
}

export interface WorkResult {
  readonly imagesPerSecond: number;
  /** Processor time of all threads, which a busy machine disturbs less than wall time. */
  readonly cpuMillisecondsPerImage: number;
  readonly passesPerImage: Passes;
  /** 1e9 additions and multiplications a second: those of the network's layers, times the passes. */
  readonly gigaflops: number;
  /** The same as a share of the engine's own matrix product here. */
  readonly shareOfPeak: number;
  readonly repetitions: number;
}

/** How large the process is after so many training steps. */
export interface StepPoint {
  readonly steps: number;
  readonly residentBytes: number;
  readonly tensors: number;
}

export interface Outcome {
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Bytes: resident set with the engine started and nothing done yet. */
  readonly idleMemory: number;
  /** Bytes: largest resident set of the process. */
  readonly peakMemory: number;
  /** Tensors left over after the last repetition that were not there after the first. */
  readonly leakedTensors: number;
  /** Of the kind `works`: 1e9 operations a second of the product of large square matrices. */
  readonly matrixGigaflops: number | null;
  readonly works: Readonly<Partial<Record<Work, WorkResult>>> | null;
  readonly assessmentSeconds: number | null;
  readonly steps: readonly StepPoint[] | null;
}

export type Answer = { readonly outcome: Outcome } | { readonly error: ErrorValue };

/** Arguments of Node for the process that does the task, with V8's settings of a compute process. */
export function measuring(task: Task): string[] {
  return [SMALL_NURSERY, fileURLToPath(new URL('measure.ts', import.meta.url)), JSON.stringify(task)];
}

/** What the benchmark reports. */
import type { EngineId } from '../src-main/compute/engine.ts';
import type { NetworkSettings } from '../src-main/contract/settings.ts';
import type { Outcome, StepPoint, WorkResult } from './task.ts';
import type { Work } from './workload.ts';

/** Bytes of a process, and tensors that it should not have kept. */
interface Sizes {
  readonly peakMemoryBytes: number;
  readonly leakedTensors: number;
}

export interface SizeResult extends Sizes {
  /** Side of the square pictures. */
  readonly size: number;
  readonly batch: number;
  /** 1e9 additions and multiplications a second of the product of large square matrices. */
  readonly matrixGigaflops: number;
  readonly works: Readonly<Partial<Record<Work, WorkResult>>>;
}

interface MemoryPoint extends Sizes {
  readonly size: number;
  readonly batch: number;
  /** With the engine started and nothing done yet. */
  readonly idleMemoryBytes: number;
}

export interface GrowthPoint extends Sizes {
  readonly pictures: number;
  readonly seconds: number;
  readonly secondsPerPicture: number;
}

/** Many training steps of the narrow network. */
interface Endurance {
  readonly network: NetworkSettings;
  readonly batch: number;
  readonly points: readonly StepPoint[];
}

/** A measurement that broke off. */
interface Failure {
  /** What was to be measured, and what happened, in plain words. */
  readonly part: string;
  readonly reason: string;
}

/** What one measurement has found. */
export type MeasuredPart =
  | { readonly section: 'works'; readonly result: SizeResult }
  | { readonly section: 'memory'; readonly result: MemoryPoint }
  | { readonly section: 'growth'; readonly result: GrowthPoint }
  | { readonly section: 'endurance'; readonly result: Endurance }
  | { readonly section: 'failed'; readonly result: Failure };

/** An engine that measured nothing, and why. */
export interface UnusableEngine {
  readonly engine: EngineId;
  readonly reason: string;
  readonly hint: string;
}

export interface EngineResult {
  readonly engine: EngineId;
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Largest of all measurements below. */
  readonly peakMemoryBytes: number;
  readonly sizes: readonly SizeResult[];
  /** A training step and an assessment in batches and pictures of several sizes. */
  readonly memory: readonly MemoryPoint[];
  /** Assessments of more and more pictures with a narrow network; null where not measured. */
  readonly growth: {
    readonly network: NetworkSettings;
    readonly points: readonly GrowthPoint[];
    /** Seconds per picture of the last point divided by those of the first: 1 is linear growth. */
    readonly linearity: number;
  } | null;
  /** Null where not measured. */
  readonly endurance: Endurance | null;
  readonly failures: readonly Failure[];
}

export interface BenchReport {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
  };
  /** The network of `sizes` and `memory`; its attack is PGD of 10 steps. */
  readonly network: NetworkSettings;
  readonly engines: readonly (EngineResult | UnusableEngine)[];
}

export function sizesOf({ peakMemory, leakedTensors }: Outcome): Sizes {
  return { peakMemoryBytes: peakMemory, leakedTensors };
}

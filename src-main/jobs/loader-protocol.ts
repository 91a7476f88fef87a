/** What the loader and its threads say to each other, by ports that hand buffers over instead of copying them. */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorValue } from '../contract/errors.ts';
import type { PixelOwner } from '../datasets/cache/pixel-cache.ts';
import type { TrainingPlan } from '../method/loading-plan.ts';

/** What a thread is given when it begins. */
export interface LoaderSetting {
  readonly port: MessagePort;
  /** Where decoded pixels are kept. */
  readonly folder: string;
  readonly size: number;
  /** Up to how many bytes of them it keeps in memory. */
  readonly memoryBytes: number;
}

/** A batch to be prepared; null: there will be none any more. */
export type LoaderOrder = {
  readonly ticket: number;
  readonly samples: readonly PixelOwner[];
  readonly plan: TrainingPlan | null;
  /** Memory of an earlier batch, large enough. */
  readonly buffer: ArrayBuffer | null;
} | null;

export type LoaderAnswer =
  | { readonly ticket: number; readonly values: Float32Array<ArrayBuffer> }
  | { readonly ticket: number; readonly error: ErrorValue };

/**
 * How many threads the engine `native` computes with. TensorFlow reads it from the environment while it loads, so it is
 * settled before that, once for a process. The others have one thread, or those of a graphics card.
 */
import { availableParallelism } from 'node:os';
import type { EngineId } from './engine.ts';

const VARIABLE = 'TF_NUM_INTRAOP_THREADS';

/** What somebody asked for by the environment; null: nothing, or nothing that makes sense. */
export function threadsAskedFor(env: NodeJS.ProcessEnv = process.env): number | null {
  const threads = Number(env[VARIABLE] ?? '');
  return Number.isInteger(threads) && threads > 0 ? threads : null;
}

/** To be called before the engine is loaded. What processes started from here compute with is settled by it, too. */
export function askForThreads(threads: number): void {
  process.env[VARIABLE] = String(threads);
}

/** Whether the number of threads can be chosen. */
export function hasThreads(engine: EngineId): boolean {
  return engine === 'native';
}

/** Numbers of threads worth trying: all logical processors, half of them (one for each core, often), one. */
export function threadChoices(processors: number = availableParallelism()): number[] {
  return [...new Set([processors, Math.max(1, Math.floor(processors / 2)), 1])];
}

/** What was found to be fastest on this machine, in words, and the threads that somebody wants instead. */
import type { TuningView } from '../../../src-main/contract/train-view.ts';
import { count } from '../../lib/format.ts';

/** "native, 2 threads, 64 pictures at a time" */
export function tunedChoice({ engine, threads, assessBatch }: TuningView): string {
  const words = [engine];
  if (threads !== null) words.push(threads === 1 ? '1 thread' : `${count(threads)} threads`);
  return `${words.join(', ')}, ${count(assessBatch)} pictures at a time`;
}

/** "trains on 390 and assesses 92 pictures a second" */
export function tunedSpeed({ trainingImagesPerSecond, assessmentImagesPerSecond }: TuningView): string {
  return `trains on ${pace(trainingImagesPerSecond)} and assesses ${pace(assessmentImagesPerSecond)} pictures a second`;
}

/** Two digits are all that a measurement of a second is worth. */
function pace(perSecond: number): string {
  const rounded = Number(perSecond.toPrecision(2));
  return rounded >= 10 ? count(rounded) : String(rounded);
}

/** Null: as was found to be fastest. Undefined: no number of threads. */
export function parseThreads(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const threads = Number(trimmed);
  return /^\d{1,4}$/.test(trimmed) && threads >= 1 && threads <= 4096 ? threads : undefined;
}

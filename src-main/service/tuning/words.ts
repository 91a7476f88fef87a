/** What was found to be fastest, in words. */
import { passesPerPicture } from '../../method/passes.ts';
import type { MethodSettings } from '../../contract/settings.ts';
import { largerTrainingBatch } from './choice.ts';
import type { Tuning } from './machine-file.ts';

/** "native, 2 threads, 64 pictures at a time" */
export function choiceInWords({ engine, threads, assessBatch }: Tuning['choice']): string {
  const parts = [engine, ...(threads === null ? [] : [threadsInWords(threads)])];
  return `${parts.join(', ')}, ${String(assessBatch)} pictures at a time`;
}

const threadsInWords = (threads: number): string => `${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`;

/** Pictures a second of an assessment, with all steps of the attack. */
export function assessedPerSecond(secondsOfPass: number, method: MethodSettings): number {
  return 1 / (secondsOfPass * passesPerPicture(method));
}

/** What is said of larger training batches; null: nothing. It changes what is learnt, so it is left to people. */
export function suggestionInWords({ choice, engines }: Tuning): string | null {
  const own = engines.find(({ engine, threads }) => engine === choice.engine && threads === choice.threads);
  const larger = own === undefined ? null : largerTrainingBatch(own.training);
  if (larger === null) return null;
  const share = Math.round(larger.saves * 100);
  return (
    `Training in batches of ${String(larger.batch)} would take ${String(share)} % less time. ` +
    'It also changes what is learnt, so it is only done where somebody sets the batch size.'
  );
}

/** The course of a training, from its log. */
import type { EpochPoint } from '../contract/train-view.ts';
import type { LoggedEvent } from '../workspace/events.ts';

/** Every epoch once, in order. A resumed run tells an epoch again: the last telling counts. */
export function epochsOf(events: readonly LoggedEvent[]): EpochPoint[] {
  const found = new Map<string, EpochPoint>();
  for (const event of events) {
    if (event.type !== 'epoch') continue;
    const { round, epoch, loss, accuracy, learningRate } = event;
    found.set(`${round}/${epoch}`, { round, epoch, loss, accuracy, learningRate });
  }
  return [...found.values()].sort((a, b) => a.round - b.round || a.epoch - b.epoch);
}

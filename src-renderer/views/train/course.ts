/** The course of a run as it grows: its log as it was read, and each event that follows. */
import type { AppEvent } from '../../../src-main/contract/app-events.ts';
import type { RunHistory } from '../../../src-main/contract/train-view.ts';

type RunEvent = Extract<AppEvent, { type: 'job' }>['event'];

/** Adds an event of the same run. Epochs and rounds that are told again (after a resume) replace the earlier telling. */
export function withEvent(history: RunHistory, event: RunEvent): RunHistory {
  switch (event.type) {
    case 'epoch': {
      const { round, epoch, loss, accuracy, learningRate } = event;
      const others = history.epochs.filter((each) => each.round !== round || each.epoch !== epoch);
      const epochs = [...others, { round, epoch, loss, accuracy, learningRate }];
      return { ...history, epochs: epochs.sort((a, b) => a.round - b.round || a.epoch - b.epoch) };
    }
    case 'round': {
      const others = history.rounds.filter(({ round }) => round !== event.summary.round);
      return { ...history, rounds: [...others, event.summary].sort((a, b) => a.round - b.round) };
    }
    case 'warning':
      return { ...history, warnings: [...history.warnings, event.message] };
    default:
      return history;
  }
}

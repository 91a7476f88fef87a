import { expect, it } from 'vitest';
import type { RunHistory } from '../../../src-main/contract/train-view.ts';
import { withEvent } from './course.ts';

const empty: RunHistory = { run: 'r', epochs: [], rounds: [], warnings: [], epochsPlanned: 4 };
const epoch = (round: number, number: number, loss: number) =>
  ({ type: 'epoch', run: 'r', round, epoch: number, loss, accuracy: 0.5, learningRate: 0.1 }) as const;

it('keeps epochs in order, the last telling of each', () => {
  const history = [epoch(1, 0, 3), epoch(0, 1, 2), epoch(0, 0, 1), epoch(0, 1, 9)].reduce(withEvent, empty);
  expect(history.epochs.map(({ loss }) => loss)).toEqual([1, 9, 3]);
});

it('collects warnings and passes over the rest', () => {
  const warned = withEvent(empty, { type: 'warning', run: 'r', message: 'careful' });
  expect(warned.warnings).toEqual(['careful']);
  expect(withEvent(warned, { type: 'paused', run: 'r' })).toBe(warned);
});

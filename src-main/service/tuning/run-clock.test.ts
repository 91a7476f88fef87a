import { describe, expect, it } from 'vitest';
import type { JobEvent, Phase } from '../../contract/run.ts';
import { RunClock } from './run-clock.ts';

/** A run that is told of at the seconds given. */
function clocked(said: readonly (readonly [seconds: number, event: JobEvent])[]): RunClock {
  let time = 0;
  const clock = new RunClock(() => time * 1000);
  for (const [seconds, event] of said) {
    time = seconds;
    clock.hear(event);
  }
  return clock;
}

function progress(phase: Phase, round: number, epoch: number, done: number, total: number): JobEvent {
  const rest = { overall: 0, secondsLeft: null, imagesPerSecond: 0, loss: null, memory: 0 };
  return { type: 'progress', run: 'r', phase, round, epoch, done, total, ...rest };
}
const of = (event: object) => ({ run: 'r', ...event }) as JobEvent;

const EXPECTED = {
  parts: { start: 3, decode: 2, training: 20, assessment: 10, evaluation: 4 },
  trainingImagesPerSecond: 10,
  assessmentImagesPerSecond: 20,
};

describe('the clock of a run', () => {
  it('compares each part with what was expected of it, without decoding, calibration and pauses', () => {
    const clock = clocked([
      [3, of({ type: 'started' })],
      [9, progress('decode', 0, 0, 100, 100)],
      // 100 pictures in 15 s instead of 10, half of them in each epoch
      [16, progress('train', 0, 0, 50, 50)],
      [17, of({ type: 'checkpoint' })],
      [20, of({ type: 'paused' })],
      [500, of({ type: 'resumed' })],
      [504, progress('train', 0, 1, 50, 50)],
      [600, progress('calibrate', 0, 2, 10, 10)],
      // 100 pictures in 4 s instead of 5
      [602, progress('assess', 0, 2, 50, 100)],
      [604, progress('assess', 0, 2, 100, 100)],
      // The whole evaluation in 6 s instead of 4
      [607, progress('evaluate', 0, 2, 30, 30)],
      [610, of({ type: 'finished' })],
    ]);
    const ratios = clock.ratios(EXPECTED);
    expect(ratios.training).toBeCloseTo(1.5, 9);
    expect(ratios.assessment).toBeCloseTo(0.8, 9);
    expect(ratios.evaluation).toBeCloseTo(1.5, 9);
  });

  it('says nothing of what a run did not do', () => {
    const clock = clocked([[10, progress('train', 0, 0, 100, 100)]]);
    expect(Object.keys(clock.ratios(EXPECTED))).toEqual(['training']);
  });
});

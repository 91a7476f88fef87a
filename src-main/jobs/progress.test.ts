import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../contract/run.ts';
import { ProgressMeter } from './progress.ts';

type Progress = Extract<JobEvent, { type: 'progress' }>;

function meter() {
  const events: Progress[] = [];
  let time = 0;
  const instance = new ProgressMeter(
    '001-plain-s0',
    (event) => events.push(event),
    () => time,
  );
  const at = (milliseconds: number, done: number, work: number, phase: Progress['phase'] = 'train', epoch = 0) => {
    time = milliseconds;
    instance.update({ phase, round: 0, epoch, done, total: 1000, loss: 1, work, workTotal: 10_000 });
  };
  return { events, at, instance };
}

describe('progress', () => {
  it('is told at most four times a second, but always at the end of a phase', () => {
    const { events, at } = meter();
    for (let i = 0; i <= 100; i++) at(i * 10, i, i);
    expect(events.length).toBe(5);
    at(1001, 1000, 1000);
    expect(events.at(-1)).toMatchObject({ done: 1000, overall: 0.1 });
  });

  it('measures speed and time left, and says nothing before it knows', () => {
    const { events, at } = meter();
    at(0, 0, 0);
    at(1000, 100, 300);
    expect(events.at(-1)).toMatchObject({ secondsLeft: null, imagesPerSecond: 100 });
    at(2000, 200, 600);
    expect(events.at(-1)?.secondsLeft).toBeCloseTo(9400 / 300, 6);
  });

  it('does not take decoding for speed, nor a pause for slowness', () => {
    const { events, at, instance } = meter();
    at(0, 0, 0, 'decode');
    at(5000, 1000, 0, 'decode');
    at(6000, 0, 0);
    at(8000, 200, 600);
    instance.restart();
    at(500_000, 200, 600);
    at(502_000, 400, 1200);
    expect(events.at(-1)?.secondsLeft).toBeCloseTo(8800 / 300, 6);
    expect(events.at(-1)?.imagesPerSecond).toBeCloseTo(100, 6);
  });
});

import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../contract/run.ts';
import { LaunchProgress, shareAfterWarmup } from './launch-progress.ts';

type Progress = Extract<JobEvent, { type: 'progress' }>;

function at(overall: number, secondsLeft: number | null, phase: Progress['phase'] = 'train'): Progress {
  return {
    ...{ type: 'progress', run: '001-plain-s0', phase, round: 0, epoch: 0, done: 0, total: 1, overall, secondsLeft },
    ...{ imagesPerSecond: 1, loss: null, memory: 1 },
  };
}

describe('the progress of a launch', () => {
  it('counts runs of one seed that share their warm-up for less', () => {
    const training = { warmupEpochs: 8, rounds: 2, epochsPerRound: 4 };
    const method = { attack: 'pgd', steps: 10 } as const;
    // 8 epochs of 3 and an assessment of 22; then twice 4 epochs of 3 and an assessment.
    expect(shareAfterWarmup({ training, method } as never)).toBeCloseTo(68 / (46 + 68));
    expect(shareAfterWarmup({ training: { ...training, rounds: 0 }, method } as never)).toBe(0.02);
  });

  it('takes what runs before took for those that follow', () => {
    let now = 0;
    const progress = new LaunchProgress([1, 0.5, 1], null, () => now);
    progress.begin(0);
    expect(progress.hear(at(0, null))).toEqual({ overallLaunch: 0, secondsLeft: null });
    now = 20_000;
    // Half of it in 20 seconds, so 20 are left, and 1.5 runs of 40.
    expect(progress.hear(at(0.5, 20))).toEqual({ overallLaunch: 0.2, secondsLeft: 80 });
    now = 40_000;
    expect(progress.hear(at(1, 0)).secondsLeft).toBe(60);
    progress.end();
    progress.begin(1);
    now = 50_000;
    // While it decodes nobody knows where it will begin.
    expect(progress.hear(at(0, null, 'decode'))).toEqual({ overallLaunch: 0.4, secondsLeft: 60 });
    now = 51_000;
    expect(progress.hear(at(0.5, null))).toEqual({ overallLaunch: 0.4, secondsLeft: 60 });
    progress.rest();
    now = 500_000;
    expect(progress.hear(at(0.75, 10))).toEqual({ overallLaunch: 0.5, secondsLeft: 50 });
  });

  it('begins with the estimate, and never moves backwards', () => {
    const progress = new LaunchProgress([1, 0.25], 250, () => 0);
    progress.begin(0);
    expect(progress.hear(at(0.1, null)).secondsLeft).toBeCloseTo((0.9 + 0.25) * 200);
    const { overallLaunch } = progress.hear(at(1, 0));
    progress.end();
    progress.begin(1);
    // It turns out that nothing was shared.
    expect(progress.hear(at(0, 180)).overallLaunch).toBe(overallLaunch);
    expect(progress.hear(at(1, 0)).overallLaunch).toBe(1);
  });
});

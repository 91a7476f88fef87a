import { describe, expect, it, vi } from 'vitest';
import type { AppEvent } from '../../src-main/contract/app-events.ts';
import type { AppState, LaunchState, LiveProgress } from '../../src-main/contract/app-state.ts';
import { applied, StateFollower } from './state-follower.ts';

const at = (seq: number, changes: Partial<AppState> = {}): AppState => ({
  seq,
  app: { name: '', version: '', mode: 'browser', platform: '', studiesFolder: '', hasSample: false },
  preferences: {
    theme: 'system',
    colormap: 'inferno',
    heatmapOpacity: 0.6,
    heatmapInGrid: false,
    heatmapThreshold: null,
    tileSize: 160,
    lastView: 'data',
    notify: true,
    weightsMirror: null,
  },
  recent: [],
  study: null,
  launch: null,
  tasks: [],
  ...changes,
});
const task = (id: string) => ({ id, title: id, done: 0, total: null, secondsLeft: null, cancellable: true });
const tasks = (seq: number, ...ids: string[]): AppEvent => ({
  seq,
  type: 'changed',
  part: 'tasks',
  value: ids.map(task),
});

/** A follower whose questions are answered by hand, and what it shows. */
function following() {
  const answers: ((state: AppState) => void)[] = [];
  const shown: AppState[] = [];
  const ask = vi.fn(() => new Promise<AppState>((resolve) => answers.push(resolve)));
  const follower = new StateFollower(ask, (state) => shown.push(state));
  const answer = async (state: AppState): Promise<void> => {
    answers.shift()?.(state);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { follower, ask, shown, answer, last: () => shown.at(-1) };
}

describe('applied', () => {
  it('replaces one part and leaves the others the same objects', () => {
    const before = at(3, { recent: [] });
    const after = applied(before, tasks(4, 'a'));
    expect(after).toMatchObject({ seq: 4, tasks: [task('a')] });
    expect(after.recent).toBe(before.recent);
  });

  it('puts progress into the launch, and nowhere where none is', () => {
    const progress = { run: 'r', overall: 0.5 } as LiveProgress;
    const launch = { id: 'l', progress: null } as LaunchState;
    expect(applied(at(1, { launch }), { seq: 2, type: 'progress', progress }).launch?.progress).toBe(progress);
    expect(applied(at(1), { seq: 2, type: 'progress', progress }).launch).toBeNull();
  });
});

describe('StateFollower', () => {
  it('applies events in order and shows each state', async () => {
    const { follower, ask, answer, shown } = following();
    void follower.load();
    await answer(at(5));
    follower.hear(tasks(6, 'a'));
    follower.hear(tasks(7, 'a', 'b'));
    expect(shown.map(({ seq, tasks: list }) => [seq, list.length])).toEqual([
      [5, 0],
      [6, 1],
      [7, 2],
    ]);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('applies what it heard while it asked, once, in order, and only what the answer does not include', async () => {
    const { follower, answer, last } = following();
    void follower.load();
    follower.hear(tasks(7, 'new'));
    follower.hear(tasks(6, 'older'));
    follower.hear(tasks(5, 'included'));
    await answer(at(5));
    expect(last()).toMatchObject({ seq: 7, tasks: [task('new')] });
  });

  it('asks again where an event is missing, and applies nothing on the wrong ground', async () => {
    const { follower, ask, answer, last } = following();
    void follower.load();
    await answer(at(5));
    follower.hear(tasks(8, 'late'));
    expect(last()?.seq).toBe(5);
    follower.hear(tasks(9, 'later'));
    await answer(at(8, { tasks: [task('late')], recent: [] }));
    expect(last()).toMatchObject({ seq: 9, tasks: [task('later')] });
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('asks once more where an event was lost while it asked', async () => {
    const { follower, ask, answer, last } = following();
    void follower.load();
    follower.hear(tasks(9, 'nine'));
    await answer(at(5));
    await answer(at(9, { tasks: [task('nine')] }));
    expect(last()).toMatchObject({ seq: 9, tasks: [task('nine')] });
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('passes over what it has heard already', async () => {
    const { follower, answer, shown } = following();
    void follower.load();
    await answer(at(5));
    follower.hear(tasks(5, 'twice'));
    expect(shown).toHaveLength(1);
  });

  it('begins anew with a service that counts from the start', async () => {
    const { follower, answer, last } = following();
    void follower.load();
    await answer(at(50));
    void follower.restart();
    await answer(at(0));
    follower.hear(tasks(1, 'first'));
    expect(last()).toMatchObject({ seq: 1, tasks: [task('first')] });
  });

  it('keeps what it showed where asking fails, and asks again at the next event', async () => {
    const shown: number[] = [];
    const ask = vi
      .fn<() => Promise<AppState>>()
      .mockResolvedValueOnce(at(1))
      .mockRejectedValueOnce(new Error('lost'))
      .mockResolvedValueOnce(at(4));
    const follower = new StateFollower(ask, ({ seq }) => shown.push(seq));
    await follower.load();
    follower.hear(tasks(3));
    await new Promise((resolve) => setTimeout(resolve));
    follower.hear(tasks(4));
    await new Promise((resolve) => setTimeout(resolve));
    expect(shown).toEqual([1, 4]);
  });
});

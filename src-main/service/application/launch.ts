/** Runs that were started together, worked on one after the other. Whatever happens to one of them, the app lives on. */
import { randomUUID } from 'node:crypto';
import type { LaunchedRun, LaunchState, LiveProgress } from '../../contract/app-state.ts';
import { toErrorValue } from '../../contract/errors.ts';
import type { JobEvent } from '../../contract/run.ts';
import type { ComputeWork, PlannedRun } from './compute-work.ts';
import { LaunchProgress } from './launch-progress.ts';

export interface LaunchOptions {
  /** Absolute path of the study. */
  readonly study: string;
  readonly preset: string | null;
  readonly plans: readonly PlannedRun[];
  /** Seconds of all of them, where they were estimated. */
  readonly estimate: number | null;
  readonly start: ComputeWork['start'];
  readonly onChange: (state: LaunchState) => void;
  readonly onProgress: (progress: LiveProgress) => void;
  readonly onEvent: (event: Exclude<JobEvent, { type: 'progress' }>) => void;
  /** A run has ended, in whatever way, and its process with it. */
  readonly onRunEnd: () => void;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** What a run can be told while it is worked on. */
interface Handle {
  pause(): void;
  resume(): void;
}

export class Launch {
  readonly study: string;
  readonly #options: LaunchOptions;
  readonly #progress: LaunchProgress;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  #state: LaunchState;
  #wanted: 'work' | 'pause' | 'stop' = 'work';
  /** Processes of the present run. */
  #handles: Handle[] = [];
  /** Wakes the queue where it waits between two runs. */
  #wake: (() => void) | null = null;

  constructor(options: LaunchOptions) {
    const { study, preset, plans, estimate, now } = options;
    this.study = study;
    this.#options = options;
    this.#progress = new LaunchProgress(
      plans.map(({ weight }) => weight),
      estimate,
      now,
    );
    this.#state = {
      id: randomUUID(),
      preset,
      runs: plans.map(({ arm, seed, how }) => {
        return { run: how.kind === 'resume' ? how.run : null, arm, seed, status: 'waiting' };
      }),
      current: 0,
      status: 'starting',
      engine: null,
      progress: null,
      started: new Date().toISOString(),
      estimate,
      error: null,
    };
  }

  get state(): LaunchState {
    return this.#state;
  }

  /** Id of the run that is worked on. */
  get active(): string | null {
    const run = this.#state.runs[this.#state.current];
    return run !== undefined && (run.status === 'running' || run.status === 'paused') ? run.run : null;
  }

  /** Runs that never began: what is left when one before them failed, and one that failed before it began. */
  get untouched(): readonly PlannedRun[] {
    return this.#options.plans.filter((_, i) => {
      const run = this.#state.runs[i];
      return run !== undefined && (run.status === 'waiting' || (run.status === 'failed' && run.run === null));
    });
  }

  /** Works until all runs have ended, or one failed, or it was stopped. Never rejects. */
  async work(): Promise<void> {
    this.#tell({});
    for (const [i, plan] of this.#options.plans.entries()) {
      await this.#whilePaused();
      if (this.#stop.signal.aborted) break;
      this.#tell({ current: i, progress: null });
      const failure = await this.#workOn(i, plan);
      if (failure !== null) return this.#tell({ status: 'failed', error: failure });
    }
    const finished = this.#state.runs.every(({ status }) => status === 'finished');
    if (finished) return this.#tell({ status: 'finished' });
    const runs = this.#state.runs.filter(({ status }) => status !== 'waiting');
    this.#tell({ status: 'stopped', runs, current: Math.max(0, Math.min(this.#state.current, runs.length - 1)) });
  }

  pause(): void {
    if (this.#wanted !== 'work') return;
    this.#wanted = 'pause';
    this.#handles.forEach((handle) => handle.pause());
    this.#tell({ status: 'pausing' });
  }

  resume(): void {
    if (this.#wanted !== 'pause') return;
    this.#wanted = 'work';
    this.#handles.forEach((handle) => handle.resume());
    this.#mark('running');
    this.#tell({ status: this.#state.engine === null ? 'starting' : 'running' });
    this.#wake?.();
  }

  /** The present run stores where it is; those after it are dropped. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted = 'stop';
    this.#tell({ status: 'stopping' });
    this.#stop.abort();
    this.#wake?.();
  }

  /** Ends the present run at once. */
  kill(): void {
    this.stop();
    this.#kill.abort();
  }

  /** @returns what made it fail, else null */
  async #workOn(i: number, plan: PlannedRun): Promise<LaunchState['error']> {
    const { start, study, onRunEnd } = this.#options;
    this.#handles = [];
    this.#progress.begin(i);
    try {
      const { run, stopped } = await start(study, plan, {
        onEvent: (event) => this.#hear(event),
        onEngine: ({ id, description }) => this.#tell({ engine: { id, description } }),
        onJob: (job) => {
          this.#handles.push(job);
          if (this.#wanted === 'pause') job.pause();
        },
        stop: this.#stop.signal,
        kill: this.#kill.signal,
      });
      this.#progress.end();
      this.#set(i, { run, status: stopped ? 'stopped' : 'finished' });
      // Only who asked for it stops a run; a run that stopped by itself must not go on with the next.
      if (stopped) this.stop();
      return null;
    } catch (error) {
      const value = toErrorValue(error);
      if (this.#stop.signal.aborted && value.code === 'cancelled') {
        if (this.#state.runs[i]?.run !== null) this.#set(i, { status: 'stopped' });
        return null;
      }
      this.#set(i, { status: 'failed' });
      return value;
    } finally {
      this.#handles = [];
      onRunEnd();
    }
  }

  /** Between two runs, nobody but the queue itself can wait. */
  async #whilePaused(): Promise<void> {
    if (this.#wanted !== 'pause') return;
    this.#tell({ status: 'paused' });
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #hear(event: JobEvent): void {
    const { current, runs, status } = this.#state;
    if (runs[current]?.run !== event.run || runs[current].status === 'waiting') {
      this.#set(current, { run: event.run, status: 'running' });
    }
    if (event.type === 'progress') {
      const live = liveProgress(event, this.#progress.hear(event));
      this.#state = { ...this.#state, progress: live };
      if (status === 'starting') this.#tell({ status: 'running' });
      return this.#options.onProgress(live);
    }
    if (event.type === 'started' && status === 'starting') this.#tell({ status: 'running' });
    if (event.type === 'paused') {
      this.#progress.rest();
      // Somebody may have changed their mind while the pause was on its way.
      if (this.#wanted === 'pause') {
        this.#mark('paused');
        this.#tell({ status: 'paused' });
      }
    }
    if (event.type === 'resumed' && this.#wanted === 'work') {
      this.#mark('running');
      this.#tell({ status: 'running' });
    }
    this.#options.onEvent(event);
  }

  /** The present run, where it has begun. */
  #mark(status: 'running' | 'paused'): void {
    const { current, runs } = this.#state;
    const before = runs[current]?.status;
    if (before === 'running' || before === 'paused') this.#set(current, { status });
  }

  #set(i: number, change: Partial<LaunchedRun>): void {
    this.#tell({ runs: this.#state.runs.map((run, each) => (each === i ? { ...run, ...change } : run)) });
  }

  #tell(change: Partial<LaunchState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onChange(this.#state);
  }
}

function liveProgress(
  event: Extract<JobEvent, { type: 'progress' }>,
  ofLaunch: Pick<LiveProgress, 'overallLaunch' | 'secondsLeft'>,
): LiveProgress {
  const { run, phase, round, epoch, done, total, overall, imagesPerSecond, loss, memory } = event;
  return { run, phase, round, epoch, done, total, overall, imagesPerSecond, loss, memory, ...ofLaunch };
}

/** Whether a launch has not ended yet. */
export function isWorking({ status }: Pick<LaunchState, 'status'>): boolean {
  return status !== 'finished' && status !== 'stopped' && status !== 'failed';
}

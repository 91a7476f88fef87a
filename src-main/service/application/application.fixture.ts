/** An application for tests: its data in a temporary folder, and quick stand-ins for what reads much or computes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppEvent } from '../../contract/app-events.ts';
import type { LaunchState, RunBrief, StudyState } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Input, OperationName, Output } from '../../contract/operations.ts';
import type { JobEvent } from '../../contract/run.ts';
import type { Library } from '../library/library.ts';
import { resolveSettings } from '../settings.ts';
import type { Shell } from '../shell.ts';
import { kindOfWork } from '../tuning/kind-of-work.ts';
import type { WorkResult } from '../work.ts';
import { Application } from './application.ts';
import type { ApplicationOptions } from './application.ts';
import type { ComputeWork, MeasurementFollower, PlannedRun, RunFollower, WantedMeasurement } from './compute-work.ts';

export const STUDY = '/studies/one';

function studyState(folder: string, runs: readonly RunBrief[], root: string): StudyState {
  return {
    ...{ id: 'id', folder, name: folder.slice(folder.lastIndexOf('/') + 1), created: '2026-01-01T00:00:00.000Z' },
    data: {
      ...{ root, sentence: '4 pictures in 2 classes', pictures: 4, classes: ['cat', 'dog'], problems: 0 },
      ...{ counts: { train: 2, val: 1, test: 1 }, missing: false },
    },
    ...{ runs, marks: { total: 0, corrections: 0 }, warnings: [] },
  };
}

/** Answers at once; what a test does not care about is refused. */
export class FakeLibrary implements Partial<Library> {
  readonly calls: string[] = [];
  runs: RunBrief[] = [];
  root = '/pictures';
  closed = false;
  /** Set by a test to hold an inspection up. */
  inspecting: Promise<void> = Promise.resolve();

  async openStudy(folder: string, active: readonly string[]): Promise<StudyState> {
    this.calls.push(`openStudy ${folder} [${active.join()}]`);
    if (folder.includes('nowhere')) throw new SteadygazeError('not-found', 'There is no study in this folder.');
    return studyState(folder, this.runs, this.root);
  }
  async closeStudy(folder: string): Promise<void> {
    this.calls.push(`closeStudy ${folder}`);
  }
  planRuns: Library['planRuns'] = async (_study, _preset, sets, corrected) => ({
    settings: sets.map((set) => resolveSettings({ training: { rounds: 1 } }, set)),
    corrections: corrected ? [{ id: 'cat/1.png', label: null }] : [],
  });
  planGiven: Library['planGiven'] = async (study, { weights, classes }) => {
    this.calls.push(`planGiven ${study} ${weights} [${String(classes)}]`);
    return { settings: resolveSettings({ arm: 'given' }, [`start.weights=${weights}`]) };
  };
  async setMarks() {
    return [];
  }
  async undoMarks() {
    return null;
  }
  inspect: Library['inspect'] = async (_path, _reading, _studies, following) => {
    following?.onProgress?.(1, 4);
    await Promise.race([
      this.inspecting,
      new Promise((_, reject) => following?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    ]);
    throw new SteadygazeError('data-empty', 'There are no pictures here.');
  };
  exportModel: Library['exportModel'] = async (_study, { run, formats }, path) => {
    this.calls.push(`exportModel ${run} ${formats.join(' ')} ${path}`);
  };
  writeExport: Library['writeExport'] = async (kind, _request, path) => {
    this.calls.push(`writeExport ${kind} ${path}`);
  };
  close(): void {
    this.closed = true;
  }
}

function libraryOf(fake: FakeLibrary): Library & { close(): void } {
  return new Proxy(fake, {
    get(target, name: string) {
      // No promise itself, and every method that the fake does not have refuses.
      if (name === 'then' || name in target) return Reflect.get(target, name) as unknown;
      return () => Promise.reject(new SteadygazeError('not-found', 'Not in this test.'));
    },
  }) as unknown as Library & { close(): void };
}

/** A run under way, driven by the test. */
export interface FakeRun {
  readonly plan: PlannedRun;
  readonly follower: RunFollower;
  /** What it was told: "pause", "resume", "stop", "kill". */
  readonly told: string[];
  readonly say: (event: JobEvent) => void;
  readonly end: (result: WorkResult) => void;
  readonly fail: (error: unknown) => void;
}

/** A measurement under way, driven by the test. */
export interface FakeEvaluation {
  readonly study: string;
  readonly wanted: WantedMeasurement;
  readonly follower: MeasurementFollower;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

export class FakeWork implements ComputeWork {
  readonly runs: FakeRun[] = [];
  locked = false;
  measured = 0;
  readonly #waiting: ((run: FakeRun) => void)[] = [];

  start(_study: string, plan: PlannedRun, follower: RunFollower): Promise<WorkResult> {
    return new Promise((resolve, reject) => {
      const told: string[] = [];
      follower.onJob({ pause: () => told.push('pause'), resume: () => told.push('resume') });
      follower.stop.addEventListener('abort', () => told.push('stop'));
      follower.kill.addEventListener('abort', () => told.push('kill'));
      follower.onEngine({ id: 'wasm', description: 'WebAssembly' });
      const run: FakeRun = { plan, follower, told, say: follower.onEvent, end: resolve, fail: reject };
      this.runs.push(run);
      this.#waiting.shift()?.(run);
    });
  }
  /** The next run that begins. */
  next(): Promise<FakeRun> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  measure: ComputeWork['measure'] = async (_study, _engine, plans) => {
    this.measured += plans.length;
    const estimates = plans.map(({ training: { rounds } }) => ({
      ...{ seconds: 100 + rounds, trainingImagesPerSecond: 10, assessmentImagesPerSecond: 1 },
      parts: { start: 0, decode: 0, training: 60 + rounds, assessment: 30, evaluation: 10 },
    }));
    return { engine: { id: 'wasm', description: 'WebAssembly' }, estimates };
  };
  tuned = 0;
  tune: ComputeWork['tune'] = async ({ settings }) => {
    this.tuned += 1;
    const rates = { training: 0.01, assessment: 0.001, seconds: 1 };
    const engine = { engine: 'native', description: 'TensorFlow', threads: 2 } as const;
    const kind = kindOfWork(settings);
    return {
      kind,
      measured: '2026-01-01T00:00:00.000Z',
      choice: { ...engine, ...rates, assessBatch: 32 },
      engines: [],
    };
  };
  /** Measurements that were asked for; each ends when the test says so. */
  readonly evaluations: FakeEvaluation[] = [];
  evaluate: ComputeWork['evaluate'] = (study, wanted, follower) =>
    new Promise((end, fail) => {
      follower.signal.addEventListener('abort', () => fail(new Error('the process was ended')));
      this.evaluations.push({ study, wanted, follower, end, fail });
    });
  async engines() {
    return [{ id: 'wasm', usable: true, description: 'WebAssembly', hint: '' }];
  }
  explainer() {
    return {
      explain: () => Promise.resolve(),
      interpret: () => Promise.resolve({ kind: 'none' as const }),
      close: () => undefined,
    };
  }
  async refuseLocked(): Promise<void> {
    if (this.locked) throw new SteadygazeError('study-locked', 'Another Steadygaze process is working on this study.');
  }
  async fingerprint() {
    return 'fingerprint';
  }
}

export interface TestApplication {
  readonly app: Application;
  readonly library: FakeLibrary;
  readonly work: FakeWork;
  readonly events: AppEvent[];
  readonly log: string[];
  /** Temporary; holds everything that the app may write. */
  readonly folder: string;
  /** The value of a good answer; throws the error of a bad one. */
  call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>>;
  /** Resolves once the launch in the state is as wanted. */
  launchUntil(wanted: (launch: LaunchState) => boolean): Promise<LaunchState>;
  close(): Promise<void>;
}

export async function testApplication(options: Partial<ApplicationOptions> = {}): Promise<TestApplication> {
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-app-'));
  const library = new FakeLibrary();
  const work = new FakeWork();
  const log: string[] = [];
  const shell: Shell = {
    mode: 'browser',
    pickFolder: () => Promise.resolve(null),
    save: async ({ write, suggestedName }) => {
      const path = join(folder, suggestedName);
      await write(path);
      return { path, url: null };
    },
    reveal: () => Promise.resolve(),
    printPdf: () => Promise.reject(new SteadygazeError('refused', 'There is no printer here.')),
  };
  const app = await Application.open({
    ...{ dataFolder: join(folder, 'data'), studiesFolder: join(folder, 'studies'), version: '1.0.0', shell },
    ...{ resourcesFolder: join(folder, 'resources'), library: libraryOf(library), work },
    published: { list: [], folder: join(folder, 'weights') },
    log: (level, text) => log.push(`${level}: ${text}`),
    ...options,
  });
  const events: AppEvent[] = [];
  app.onEvent((event) => events.push(event));
  return {
    ...{ app, library, work, events, log, folder },
    async call(name, input) {
      const result = await app.invoke(name, input);
      if (!result.ok) throw SteadygazeError.fromValue(result.error);
      return result.value as Output<typeof name>;
    },
    launchUntil: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          const { launch } = app.state;
          if (launch === null || !wanted(launch)) return;
          stop();
          resolve(launch);
        };
        const stop = app.onEvent(look);
        look();
      }),
    async close() {
      const closed = app.close();
      for (const { end } of work.runs) end({ run: '001-plain-s0', stopped: true });
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The application: everything a shell holds. It answers operations and addresses, says what happens, and never throws.
 */
import { mkdir } from 'node:fs/promises';
import type { AppEvent, WindowCommand } from '../../contract/app-events.ts';
import type { AppState } from '../../contract/app-state.ts';
import { SteadygazeError, toErrorValue } from '../../contract/errors.ts';
import type { ErrorValue } from '../../contract/errors.ts';
import type { Result } from '../../contract/operation.ts';
import type { ComputeHost } from '../../jobs/compute-host.ts';
import { LibraryClient } from '../library/client.ts';
import type { Library } from '../library/library.ts';
import { weightsFolder } from '../published/published-files.ts';
import { PUBLISHED_WEIGHTS } from '../published/published-list.ts';
import type { Shell } from '../shell.ts';
import { appOperations } from './app-operations.ts';
import { checkedInput, checkedName } from './checked-input.ts';
import type { Handlers } from './checked-input.ts';
import { computeWork } from './compute-work.ts';
import type { ComputeWork } from './compute-work.ts';
import { KeptEstimates } from './estimates.ts';
import { dataOperations } from './data-operations.ts';
import { engineOperations } from './engine-operations.ts';
import { evaluationOperations } from './evaluation-operations.ts';
import { inspectOperations } from './inspect-operations.ts';
import { learningStart } from './learning-start.ts';
import { Launches } from './launches.ts';
import { Measurements } from './measurements.ts';
import type { Log, Parts, Places, Published } from './parts.ts';
import { openPreferences } from './preferences.ts';
import { publishedOperations } from './published-operations.ts';
import { RecentStudies } from './recent.ts';
import { reportOperations } from './report-operations.ts';
import { answerResource, failedResource } from './resource-answer.ts';
import type { ResourceAnswer } from './resource-answer.ts';
import { hasSampleStudy } from './sample-study.ts';
import { AppStore } from './store.ts';
import { StudyDesk } from './study-desk.ts';
import { studyOperations } from './study-operations.ts';
import { TaskList } from './tasks.ts';
import { trainOperations } from './train-operations.ts';
import { weightsOperations } from './weights-operations.ts';

export type { ResourceAnswer };

export interface ApplicationOptions {
  /** Folder for recents, preferences, logs of the app itself. Absolute; made where missing. */
  readonly dataFolder: string;
  /** Where new studies go by default. Absolute. */
  readonly studiesFolder: string;
  /** Folder `resources` of the app (holds sample-study/), absolute. */
  readonly resourcesFolder: string;
  readonly version: string;
  readonly shell: Shell;
  /** Where compute processes come from. Default: Node's. */
  readonly host?: ComputeHost;
  /** File of the library worker. Default: the one beside its sources. */
  readonly workerEntry?: URL | string;
  readonly log?: Log;
  /** Stand-ins, for tests. */
  readonly library?: Library & { close?(): Promise<void> | void };
  readonly work?: ComputeWork;
  readonly published?: Published;
}

/** Milliseconds that a run may take to store where it is when the app ends. */
const GRACE = 20_000;

export class Application {
  readonly #parts: Parts;
  readonly #handlers: Handlers;
  readonly #closeLibrary: () => Promise<void>;
  #closing: Promise<void> | null = null;

  private constructor(parts: Parts, closeLibrary: () => Promise<void>) {
    this.#parts = parts;
    this.#closeLibrary = closeLibrary;
    const train = trainOperations(parts);
    this.#handlers = {
      ...appOperations(parts),
      ...studyOperations(parts),
      ...dataOperations(parts),
      ...weightsOperations(parts),
      ...publishedOperations(parts),
      ...train,
      ...engineOperations(() => train['train.engines']({})),
      ...inspectOperations(parts),
      ...evaluationOperations(parts),
      ...reportOperations(parts),
    };
  }

  /** @throws the system's error where the folder of the app cannot be made */
  static async open(options: ApplicationOptions): Promise<Application> {
    const { dataFolder, studiesFolder, resourcesFolder, shell, version, log = () => undefined } = options;
    const places: Places = { dataFolder, studiesFolder, resourcesFolder };
    await mkdir(dataFolder, { recursive: true });
    const warn = (text: string) => log('warn', text);
    const [preferences, estimates, hasSample] = await Promise.all([
      openPreferences(dataFolder, warn),
      KeptEstimates.open(dataFolder, version, warn),
      hasSampleStudy(resourcesFolder),
    ]);
    const recent = await RecentStudies.open(dataFolder, warn, (list) => store.change('recent', list));
    const { mode } = shell;
    const app: AppState['app'] = {
      ...{ name: 'Steadygaze', version, mode, platform: process.platform, studiesFolder, hasSample },
    };
    const state: AppState = {
      ...{ seq: 0, app, preferences: preferences.value, recent: recent.list, study: null, launch: null, tasks: [] },
    };
    const store = new AppStore(state, (error) => log('error', `A listener failed: ${describe(error)}`));
    const tasks = new TaskList((list) => store.change('tasks', list));
    const work = options.work ?? computeWork(options.host);
    const library = options.library ?? startLibrary(options.workerEntry);
    const active = () => launches.active;
    const desk = new StudyDesk({ library, work, store, recent, log, active });
    const start = learningStart(work, estimates, warn);
    const launches: Launches = new Launches({ library, work, start, store, desk, log });
    void recent.look();
    const measurements = new Measurements();
    const published = options.published ?? { list: PUBLISHED_WEIGHTS, folder: weightsFolder() };
    const given = { places, shell, log, store, library, work, tasks, recent, preferences, published };
    return new Application({ ...given, estimates, desk, launches, measurements }, async () => library.close?.());
  }

  /** Carries out an operation of the contract. Name and input come from outside and are checked here. Never rejects. */
  async invoke(name: string, input: unknown): Promise<Result<unknown>> {
    try {
      if (this.#closing !== null) throw ended();
      const known = checkedName(name);
      const checked: unknown = checkedInput(known, input);
      // Input and handler belong to the same name, which the compiler cannot follow through the union.
      const handler = this.#handlers[known] as (input: unknown) => Promise<unknown>;
      return { ok: true, value: await handler(checked) };
    } catch (error) {
      return { ok: false, error: this.#valueOf(error, String(name).slice(0, 100)) };
    }
  }

  /** @returns ends the listening */
  onEvent(listener: (event: AppEvent) => void): () => void {
    return this.#parts.store.listen(listener);
  }

  /** What lies at an address of contract/resources.ts. Never rejects. */
  async resource(path: string): Promise<ResourceAnswer> {
    if (this.#closing !== null) return failedResource(ended().toValue());
    const { library, desk, log } = this.#parts;
    return answerResource(library, desk.current?.folder ?? null, path, (error) =>
      log('error', `At ${String(path).slice(0, 200)}: ${JSON.stringify(error)}`),
    );
  }

  get state(): AppState {
    return this.#parts.store.state;
  }

  /** Somebody dropped this path on the app's icon, or opened it with the app. */
  offer(path: string): void {
    this.#parts.store.tell({ type: 'offered', path });
  }

  /** From the application menu. */
  command(command: WindowCommand): void {
    this.#parts.store.tell({ type: 'command', command });
  }

  /** True while a run is worked on. */
  get working(): boolean {
    return this.#parts.launches.working;
  }

  /** Lets a run store where it is and stop, so that it can be gone on with, and ends everything else. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      this.#parts.log('error', `While ending: ${describe(error)}`);
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { tasks, launches, desk, recent, preferences, estimates } = this.#parts;
    tasks.cancelAll();
    await launches.finish(GRACE);
    desk.dispose();
    await this.#closeLibrary();
    await Promise.all([recent.settled(), preferences.settled(), estimates.settled()]);
  }

  #valueOf(error: unknown, name: string): ErrorValue {
    const value = toErrorValue(error);
    if (value.code === 'internal') this.#parts.log('error', `In ${name}: ${JSON.stringify(value)}`);
    return value;
  }
}

function startLibrary(entry: URL | string | undefined): LibraryClient {
  return LibraryClient.start(entry === undefined ? {} : { entry });
}

function ended(): SteadygazeError {
  return new SteadygazeError('disconnected', 'Steadygaze is closing.', 'Start it again.');
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

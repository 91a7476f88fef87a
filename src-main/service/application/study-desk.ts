/** The study that lies open: one at a time, read again whenever something of it changed. */
import { basename, dirname } from 'node:path';
import type { StudyState } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Library } from '../library/library.ts';
import { absolutePath } from './absolute-path.ts';
import { Explainers } from './explainers.ts';
import type { ComputeWork } from './compute-work.ts';
import { isWorking } from './launch.ts';
import type { RecentStudies } from './recent.ts';
import type { AppStore } from './store.ts';
import type { Log } from './parts.ts';

export interface StudyDeskOptions {
  readonly library: Library;
  readonly work: ComputeWork;
  readonly store: AppStore;
  readonly recent: RecentStudies;
  readonly log: Log;
  /** The run that this app works on now. */
  readonly active: () => string | null;
}

export class StudyDesk {
  readonly #options: StudyDeskOptions;
  #explainers: Explainers | null = null;
  /** Changes of what lies open, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<void> | null = null;
  #outdated = false;

  constructor(options: StudyDeskOptions) {
    this.#options = options;
  }

  get current(): StudyState | null {
    return this.#options.store.state.study;
  }

  /** @throws SteadygazeError `not-found` where none is open */
  get study(): StudyState {
    const { current } = this;
    if (current !== null) return current;
    throw new SteadygazeError('not-found', 'No study is open.', 'Open a study first.');
  }

  /** Explains pictures of the open study. */
  get explainers(): Explainers {
    if (this.#explainers !== null) return this.#explainers;
    throw new SteadygazeError('not-found', 'No study is open.', 'Open a study first.');
  }

  /** Whoever changes what lies open, or needs it to stay, does so when it is their turn. */
  inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Opens a study, or reads the open one again.
   * @param path its folder, or the file study.json in it
   * @throws SteadygazeError `busy` while a run of another study is worked on; what is wrong with the study
   */
  open(path: string): Promise<StudyState> {
    const absolute = absolutePath(path);
    const folder = basename(absolute) === 'study.json' ? dirname(absolute) : absolute;
    return this.inTurn(async () => {
      const before = this.current;
      const { library, store, recent, work, log } = this.#options;
      if (before?.folder !== folder) this.#refuseBusy('Another study can be opened when it has finished.');
      const study = await library.openStudy(folder, this.#activeRuns());
      // While it was read, a run may have been started: not possible, because launches take their turn too.
      if (before !== null && before.folder !== study.folder) await this.#putAway(before);
      this.#explainers ??= new Explainers(study.folder, work, log);
      store.change('study', study);
      if (before?.folder === study.folder) recent.changed(study);
      else recent.opened(study, new Date());
      return study;
    });
  }

  /** @throws SteadygazeError `busy` while one of its runs is worked on */
  close(): Promise<void> {
    return this.inTurn(async () => {
      const { current } = this;
      if (current === null) return;
      this.#refuseBusy('The study can be closed when it has finished.');
      await this.#putAway(current);
      this.#options.store.change('study', null);
    });
  }

  /** Reads the open study again, soon. Several wishes at once become one. Never rejects. */
  refresh(): Promise<void> {
    this.#outdated = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Ends what computes for the open study; for the end of the app. */
  dispose(): void {
    this.#explainers?.close();
    this.#explainers = null;
  }

  async #refresh(): Promise<void> {
    while (this.#outdated) {
      this.#outdated = false;
      const { library, store, recent, log } = this.#options;
      const folder = this.current?.folder;
      if (folder === undefined) return;
      try {
        const study = await library.openStudy(folder, this.#activeRuns());
        // Meanwhile another one may have been opened.
        if (this.current?.folder !== folder) continue;
        store.change('study', study);
        recent.changed(study);
      } catch (error) {
        log('warn', `The study could not be read again: ${String(error)}`);
      }
    }
  }

  async #putAway(study: StudyState): Promise<void> {
    const { library, store, log } = this.#options;
    this.dispose();
    store.change('launch', null);
    await library.closeStudy(study.folder).catch((error: unknown) => log('warn', String(error)));
  }

  #activeRuns(): string[] {
    const active = this.#options.active();
    return active === null ? [] : [active];
  }

  #refuseBusy(what: string): void {
    const { launch } = this.#options.store.state;
    if (launch !== null && isWorking(launch)) {
      throw new SteadygazeError(
        'busy',
        `A run is being worked on. ${what}`,
        'Wait, or stop the run first; it can be gone on with.',
      );
    }
  }
}

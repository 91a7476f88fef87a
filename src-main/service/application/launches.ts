/** Starting runs, going on with them, and what a person can tell them meanwhile. One launch at a time. */
import type { RunBrief, StudyState } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { CheckedInput } from '../../contract/operations.ts';
import type { Arm, RunSettings } from '../../contract/settings.ts';
import type { Library } from '../library/library.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import { withTunedBatch } from '../tuning/remembered.ts';
import type { ComputeWork, PlannedRun } from './compute-work.ts';
import { isWorking, Launch } from './launch.ts';
import { shareAfterWarmup } from './launch-progress.ts';
import type { Log } from './parts.ts';
import { assignments } from './assignments.ts';
import type { AppStore } from './store.ts';
import type { StudyDesk } from './study-desk.ts';

/** Milliseconds until a killed process is gone and its run marked as stopped. */
const AFTER_KILLING = 3_000;

export interface LaunchesOptions {
  readonly library: Library;
  readonly work: Pick<ComputeWork, 'refuseLocked'>;
  /** Works on a run until it ends. */
  readonly start: ComputeWork['start'];
  readonly store: AppStore;
  readonly desk: StudyDesk;
  readonly log: Log;
}

export class Launches {
  readonly #options: LaunchesOptions;
  #launch: Launch | null = null;
  /** Of the present launch, or the last. */
  #ending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LaunchesOptions) {
    this.#options = options;
  }

  get working(): boolean {
    return this.#launch !== null && isWorking(this.#launch.state);
  }

  /** Id of the run that is worked on. */
  get active(): string | null {
    return this.#launch?.active ?? null;
  }

  /** The present launch. @throws SteadygazeError `not-found` where there is none */
  get present(): Launch {
    if (this.#launch !== null && this.working) return this.#launch;
    throw new SteadygazeError('not-found', 'No run is being worked on now.', 'Start one first.');
  }

  /** @throws SteadygazeError `busy` */
  refuseWorking(): void {
    if (!this.working) return;
    throw new SteadygazeError('busy', 'A run is being worked on already.', 'Wait until it has finished, or stop it.');
  }

  /**
   * Starts runs of every arm with every seed. Answers when they are about to begin; what becomes of them is in the state.
   * @throws SteadygazeError `busy`, `study-locked`, and what is wrong with the settings
   */
  launch(input: CheckedInput<'train.launch'>): Promise<void> {
    const { desk, library } = this.#options;
    return desk.inTurn(async () => {
      const { preset, engine, threads, estimate, settings } = input;
      const study = await this.#readyStudy();
      const wishes: { readonly arm: Arm; readonly seed: number; readonly shared: boolean }[] = [];
      // Seed by seed: arms of one seed share their warm-up, and a comparison is complete as early as can be.
      for (const seed of new Set(input.seeds)) {
        let shared = false;
        for (const arm of new Set(input.arms)) {
          wishes.push({ arm, seed, shared });
          shared ||= arm !== 'noise';
        }
      }
      const chosen = assignments(settings);
      const sets = wishes.map(({ arm, seed }) => [...chosen, `arm=${arm}`, `seed=${seed}`]);
      const planned = await library.planRuns(study.folder, preset, sets, input.applyCorrections);
      const { corrections, data } = planned;
      const memory = await MachineMemory.open();
      const plans = planned.settings.map((settled, i): PlannedRun => {
        const { arm, seed, shared } = wishes[i];
        const tuned = withTunedBatch(settled, memory.tuningFor(settled), engine, chosen);
        const how = { kind: 'train', preset, settings: tuned, engine, threads, corrections } as const;
        const pinned = data === undefined ? how : { ...how, data };
        return { arm, seed, weight: weightOf(settled, shared), how: pinned };
      });
      this.#begin(study, preset, plans, estimate);
    });
  }

  /** Measures a network as it is. @throws SteadygazeError `busy`, `study-locked`, and what is wrong with the network */
  bring({ engine, ...wishes }: CheckedInput<'train.bring'>): Promise<void> {
    const { desk, library } = this.#options;
    return desk.inTurn(async () => {
      const study = await this.#readyStudy();
      const { settings, data } = await library.planGiven(study.folder, wishes);
      const { arm, seed } = settings;
      const how = { kind: 'train', preset: null, settings, engine, corrections: [] } as const;
      const plan: PlannedRun = { arm, seed, weight: 1, how: data === undefined ? how : { ...how, data } };
      this.#begin(study, null, [plan], null);
    });
  }

  /**
   * Goes on with runs that did not finish; after a failure also with those that had to wait for it.
   * @param wanted ids of runs; none: all that can be gone on with
   */
  goOn(wanted: readonly string[]): Promise<void> {
    return this.#options.desk.inTurn(async () => {
      // What a run has just become is in its record; the state may not know yet.
      await this.#options.desk.refresh();
      const study = await this.#readyStudy();
      for (const id of wanted) refuseUnresumable(study, id);
      const resumable = study.runs.filter((run) => run.resumable && run.status !== 'finished');
      // Training that diverged would diverge again: only who names the run gets to see it.
      const chosen = resumable.filter(({ id, error }) =>
        wanted.length > 0 ? wanted.includes(id) : error?.code !== 'training-diverged',
      );
      const plans = [...chosen.map(resumePlan), ...this.#leftWaiting(study, wanted)];
      if (plans.length === 0) {
        throw new SteadygazeError('not-found', 'There is no run to go on with: all of them have finished.');
      }
      this.#begin(study, chosen[0]?.preset ?? null, plans, null);
    });
  }

  /** Lets the present run store where it is; kills it when that takes longer than `grace` milliseconds. No other begins. */
  async finish(grace: number): Promise<void> {
    this.#closed = true;
    if (!this.working) return;
    this.#launch?.stop();
    const late = setTimeout(() => this.#launch?.kill(), grace);
    let given: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      given = setTimeout(resolve, grace + AFTER_KILLING);
    });
    await Promise.race([this.#ending, patience]);
    clearTimeout(late);
    clearTimeout(given);
  }

  /** What may not be shown any more, because its runs are gone. */
  forget(run: string): void {
    if (this.working || this.#launch?.state.runs.every((each) => each.run !== run) !== false) return;
    this.#launch = null;
    this.#options.store.change('launch', null);
  }

  /** Runs of the last launch that never began, because one before them failed. */
  #leftWaiting(study: StudyState, wanted: readonly string[]): readonly PlannedRun[] {
    const launch = this.#launch;
    if (launch === null || launch.study !== study.folder || launch.state.status !== 'failed') return [];
    const failed = launch.state.runs.find(({ status }) => status === 'failed')?.run ?? null;
    return wanted.length === 0 || (failed !== null && wanted.includes(failed)) ? launch.untouched : [];
  }

  async #readyStudy(): Promise<StudyState> {
    const { desk, work } = this.#options;
    this.refuseWorking();
    const { study } = desk;
    if (study.data.missing) {
      throw new SteadygazeError(
        'not-found',
        `The folder of the pictures is not there: ${study.data.root}`,
        'Connect the drive or put the folder back, then try again. What was computed before can be seen all the same.',
      );
    }
    await work.refuseLocked(study.folder);
    return study;
  }

  #begin(study: StudyState, preset: string | null, plans: readonly PlannedRun[], estimate: number | null): void {
    if (this.#closed) throw new SteadygazeError('disconnected', 'Steadygaze is closing.', 'Start it again.');
    const { start, store, desk } = this.#options;
    const launch = new Launch({
      ...{ study: study.folder, preset, plans, estimate, start },
      onChange: (state) => store.change('launch', state),
      onProgress: (progress) => store.progress(progress),
      onEvent: (event) => {
        store.tell({ type: 'job', event });
        if (event.type === 'started' || event.type === 'round') void desk.refresh();
      },
      onRunEnd: () => void desk.refresh(),
    });
    this.#launch = launch;
    this.#ending = launch.work().then(() => this.#ended(launch));
  }

  async #ended(launch: Launch): Promise<void> {
    const { store, desk, log } = this.#options;
    const { status, error, runs } = launch.state;
    // Stopped before anything began: there is nothing to show.
    if (runs.length === 0) store.change('launch', null);
    await desk.refresh();
    if (status === 'failed' && error !== null) {
      log('error', `A run failed: ${JSON.stringify(error)}`);
      store.tell({ type: 'notice', kind: 'error', text: error.message, hint: error.hint });
    }
    if (status === 'finished') {
      const text = runs.length === 1 ? 'The run has finished.' : `All ${runs.length} runs have finished.`;
      store.tell({ type: 'notice', kind: 'done', text, hint: 'See which pictures turned out hard.' });
    }
  }
}

/** @param shared an arm before it has done the warm-up of this seed already */
function weightOf(settings: RunSettings, shared: boolean): number {
  return shared && settings.arm !== 'noise' ? shareAfterWarmup(settings) : 1;
}

function resumePlan({ id, arm, seed, assessments, roundsPlanned }: RunBrief): PlannedRun {
  const left = 1 - assessments.length / (roundsPlanned + 1);
  return { arm, seed, weight: Math.max(0.05, left), how: { kind: 'resume', run: id } };
}

function refuseUnresumable({ runs }: StudyState, id: string): void {
  const run = runs.find((each) => each.id === id);
  if (run === undefined) throw new SteadygazeError('not-found', `There is no run "${id}" in this study.`);
  if (run.resumable && run.status !== 'finished') return;
  throw new SteadygazeError(
    'bad-argument',
    run.status === 'finished' ? `The run "${run.name}" has finished.` : `The run "${run.name}" cannot be gone on with.`,
    run.status === 'finished' ? 'There is nothing left to do.' : 'Start a new one.',
  );
}

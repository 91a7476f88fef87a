/**
 * Finds out which engine, how many threads and which batch of an assessment are fastest here, by a short measurement of
 * each on made-up pictures. Every engine and every number of threads gets a process of its own.
 */
import { installedEngines } from '../../compute/installed.ts';
import type { EngineId } from '../../compute/engine.ts';
import { hasThreads, threadChoices } from '../../compute/threads.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { RunSettings } from '../../contract/settings.ts';
import type { EngineInfo } from '../../jobs/host.ts';
import type { LastingJobOptions } from '../../jobs/lasting-job.ts';
import { resultOfLasting } from '../../jobs/lasting-result.ts';
import type { TunedRates, TuneRequest } from '../../jobs/protocol.ts';
import { passesPerPicture } from '../../method/passes.ts';
import { chooseFastest } from './choice.ts';
import type { MeasuredEngine, WorkOfRun } from './choice.ts';
import { kindOfWork } from './kind-of-work.ts';
import type { Tuning } from './machine-file.ts';
import { MachineMemory } from './machine-memory.ts';

/** Milliseconds after which no other engine is tried. */
const ENOUGH = 25_000;
/** A number of threads that is so much slower than a larger one shows that fewer still need not be tried. */
const HOPELESS = 1.3;

export interface TuneOptions {
  readonly settings: RunSettings;
  /** Of the data. */
  readonly classes: number;
  readonly several: boolean;
  /** Pictures to train on: what a run is made of decides which engine is fastest for it. */
  readonly pictures: number;
  /** Default: all that are installed. */
  readonly engines?: readonly EngineId[];
  readonly signal?: AbortSignal;
  /** What is measured now, and the share of all that is done. */
  readonly onProgress?: (text: string, share: number) => void;
  readonly job?: LastingJobOptions;
}

/** One that could not be measured, and why. */
interface NotMeasured {
  readonly engine: EngineId;
  readonly reason: string;
}

export interface Tuned {
  readonly tuning: Tuning;
  readonly notMeasured: readonly NotMeasured[];
}

/**
 * Measures, chooses, and remembers what was chosen.
 * @throws SteadygazeError `cancelled`; `engine-unavailable` where no engine could be measured
 */
export async function tune(options: TuneOptions): Promise<Tuned> {
  const { settings, engines = installedEngines(), signal, onProgress } = options;
  const memory = await MachineMemory.open();
  const began = performance.now();
  const trials = engines.flatMap((engine) => trialsOf(engine));
  const measured: MeasuredEngine[] = [];
  const notMeasured: NotMeasured[] = [];
  for (const [i, trial] of trials.entries()) {
    if (notMeasured.some(({ engine }) => engine === trial.engine) || isHopeless(trial, measured)) continue;
    if (measured.length > 0 && performance.now() - began > ENOUGH) {
      const reason = 'It was not measured, because the engines before took long.';
      if (!measured.some(({ engine }) => engine === trial.engine)) notMeasured.push({ engine: trial.engine, reason });
      continue;
    }
    onProgress?.(`Measuring ${inWords(trial)}`, i / trials.length);
    try {
      measured.push(await measureEngine(trial, options, memory));
    } catch (error) {
      if (!(error instanceof SteadygazeError) || error.code === 'cancelled') throw error;
      notMeasured.push({ engine: trial.engine, reason: error.message });
    }
    if (signal?.aborted === true) throw cancelled();
  }
  const choice = chooseFastest(measured, workOf(settings, options.pictures));
  if (choice === null) {
    throw new SteadygazeError(
      'engine-unavailable',
      'No engine could be measured on this machine.',
      'See what is missing with: steadygaze engines --explain',
      notMeasured.map(({ engine, reason }) => `${engine}: ${reason}`).join('\n'),
    );
  }
  const kind = kindOfWork(settings);
  const tuning: Tuning = { kind, measured: new Date().toISOString(), choice, engines: measured.map(storable) };
  await memory.keepTuning(tuning);
  return { tuning, notMeasured };
}

interface Trial {
  readonly engine: EngineId;
  readonly threads: number | null;
}

function trialsOf(engine: EngineId): Trial[] {
  return hasThreads(engine) ? threadChoices().map((threads) => ({ engine, threads })) : [{ engine, threads: null }];
}

/** Fewer threads still are not tried where fewer have been found to be much slower. */
function isHopeless({ engine, threads }: Trial, measured: readonly MeasuredEngine[]): boolean {
  const own = measured.filter((each) => each.engine === engine && each.threads !== null && threads !== null);
  if (own.length < 2) return false;
  const pace = ({ training }: MeasuredEngine): number => training[0]?.seconds ?? Infinity;
  const last = own.at(-1);
  return last !== undefined && pace(last) > HOPELESS * Math.min(...own.map(pace));
}

async function measureEngine(trial: Trial, options: TuneOptions, memory: MachineMemory): Promise<MeasuredEngine> {
  const { settings, classes, several, signal, job } = options;
  const wishes = trial.threads === null ? {} : { threads: trial.threads };
  const requestFor = (engine: EngineId): TuneRequest => ({ kind: 'tune', engine, settings, classes, several });
  const { result, engine } = await resultOfLasting<TunedRates>(trial.engine, requestFor, {
    onStart: (started, found) => started.on('tuned', found),
    ...{ kill: signal, job: { ...job, advice: memory.adviceFor(settings, wishes) } },
  });
  return measuredAs(trial, engine, result);
}

function measuredAs({ engine, threads }: Trial, info: EngineInfo, rates: TunedRates): MeasuredEngine {
  const { training, assessment } = rates;
  return { engine, threads, description: info.description, training, assessment };
}

function storable({ training, assessment, ...each }: MeasuredEngine): Tuning['engines'][number] {
  return { ...each, training: [...training], assessment: [...assessment] };
}

/** What a run is made of. Calibration is left out: it is a tenth of the work at most, and of the same kind. */
function workOf({ training, method }: RunSettings, pictures: number): WorkOfRun {
  const epochs = training.warmupEpochs + training.rounds * training.epochsPerRound;
  return {
    trainingPictures: pictures * epochs,
    passes: pictures * (training.rounds + 1) * passesPerPicture(method),
  };
}

function inWords({ engine, threads }: Trial): string {
  if (threads === null) return engine;
  return `${engine} with ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`;
}

const cancelled = () => new SteadygazeError('cancelled', 'Stopped on request.');

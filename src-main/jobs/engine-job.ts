/**
 * Starting work on the engine that was asked for, or on the best one that works here: each candidate gets a
 * process of its own, so that a library that crashes while it loads is one that is passed over.
 */
import type { EngineId, EngineRefusal } from '../compute/engine.ts';
import { installedEngines } from '../compute/installed.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { startJob } from './host.ts';
import type { EngineInfo, Job, JobOptions, JobOutcome } from './host.ts';
import type { JobRequest } from './protocol.ts';

export type EngineChoice = EngineId | 'auto';

/** An engine to be tried, and with how many threads; absent: as many as it takes by itself. */
export interface EngineCandidate {
  readonly engine: EngineId;
  readonly threads?: number;
}

/** What is known of this machine from earlier (service/tuning). */
export interface EngineAdvice {
  /** What to try, in this order. @param installed in the order that holds where nothing is known */
  candidates(choice: EngineChoice, installed: readonly EngineId[]): readonly EngineCandidate[];
  /** An engine has just been refused. */
  refused(refusal: EngineRefusal): void;
  /** An engine has just proved itself. */
  works(engine: EngineId): void;
}

export interface EngineJobOptions extends JobOptions {
  readonly advice?: EngineAdvice;
}

/** A started job whose engine is up. */
export interface EngineJob {
  readonly job: Job;
  readonly engine: EngineInfo;
  /** Engines that were tried before and refused. */
  readonly refusals: readonly EngineRefusal[];
}

/**
 * Starts a job and waits until its engine is up.
 * @param requestFor  the job for an engine
 * @param onStart     gets every job that is started, before it can say anything
 * @throws SteadygazeError `engine-unavailable` when the engine (or every engine) is refused
 */
export async function startEngineJob(
  choice: EngineChoice,
  requestFor: (engine: EngineId) => JobRequest,
  onStart: (job: Job) => void = () => undefined,
  options: EngineJobOptions = {},
): Promise<EngineJob> {
  const { advice } = options;
  const refusals: EngineRefusal[] = [];
  for (const { engine: id, threads } of candidatesFor(choice, advice)) {
    const request = requestFor(id);
    const job = startJob(threads === undefined ? request : { ...request, threads }, options);
    onStart(job);
    const engine = await untilUp(job);
    if ('id' in engine) {
      advice?.works(id);
      return { job, engine, refusals };
    }
    if (engine.kind === 'failed' && engine.error.code === 'cancelled') throw SteadygazeError.fromValue(engine.error);
    const refusal = refusalOfOutcome(id, engine);
    // A process that somebody ended says nothing about its engine.
    if (engine.kind !== 'stopped') advice?.refused(refusal);
    refusals.push(refusal);
  }
  const [last] = refusals.slice(-1);
  throw new SteadygazeError(
    'engine-unavailable',
    choice === 'auto' ? 'No engine can be used on this machine.' : (last?.reason ?? 'There is no such engine.'),
    last?.hint ?? 'Install the packages again with "npm ci".',
    refusals.map(({ id, reason }) => `${id}: ${reason}`).join('\n'),
  );
}

function candidatesFor(choice: EngineChoice, advice: EngineAdvice | undefined): readonly EngineCandidate[] {
  const installed = installedEngines();
  if (advice !== undefined) return advice.candidates(choice, installed);
  return choice === 'auto' ? installed.map((engine) => ({ engine })) : [{ engine: choice }];
}

/** A library that waits for a device for ever must not make us wait as long. */
const PATIENCE = 120_000;

/** The engine of a job, or how its process ended without one. */
async function untilUp(job: Job): Promise<EngineInfo | JobOutcome> {
  const late = setTimeout(() => job.kill(), PATIENCE);
  let info: EngineInfo | null = null;
  try {
    return await Promise.race([
      new Promise<EngineInfo>((resolve) => {
        job.once('engine', (engine) => {
          info = engine;
          resolve(engine);
        });
      }),
      // A process that ends right after its engine was up has had one all the same.
      job.outcome.then((outcome) => info ?? outcome),
    ]);
  } finally {
    clearTimeout(late);
  }
}

/** What became of a process that ended before its engine was up. */
function refusalOfOutcome(id: EngineId, outcome: JobOutcome): EngineRefusal {
  if (outcome.kind === 'refused') return { id, reason: outcome.error.message, hint: outcome.error.hint };
  return {
    id,
    reason: `The engine "${id}" ended its process while it started.`,
    hint: 'Another engine can be used. Installing the packages again with "npm ci" may help.',
  };
}

/** One engine and whether it works here. */
export type EngineStatus =
  | {
      readonly id: EngineId;
      readonly usable: true;
      readonly description: string;
      readonly versions: EngineInfo['versions'];
    }
  | { readonly id: EngineId; readonly usable: false; readonly reason: string; readonly hint: string };

/** Starts every engine once, each in a process of its own, and lets it prove itself. */
export async function probeEngines(ids: readonly EngineId[], options: EngineJobOptions = {}): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  // One after the other: they all want all processors.
  for (const id of ids) {
    const job = startJob({ kind: 'probe', engine: id }, options);
    const found = await untilUp(job);
    await job.outcome;
    if ('id' in found) {
      options.advice?.works(id);
      statuses.push({ ...found, usable: true });
    } else {
      const refusal = refusalOfOutcome(id, found);
      options.advice?.refused(refusal);
      statuses.push({ ...refusal, usable: false });
    }
  }
  return statuses;
}

/** Everything of the app that needs compute processes, behind one door: tests put something quicker there. */
import { ENGINE_IDS } from '../../compute/engine.ts';
import type { EngineId } from '../../compute/engine.ts';
import type { EvaluationPart } from '../../contract/evaluation.ts';
import type { Interpretation } from '../../contract/interpretation.ts';
import type { Correction, DataState, JobEvent } from '../../contract/run.ts';
import type { Arm, Preset, RunSettings } from '../../contract/settings.ts';
import type { EngineView } from '../../contract/train-view.ts';
import type { ComputeHost } from '../../jobs/compute-host.ts';
import { probeEngines } from '../../jobs/engine-job.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { Explainer } from '../../jobs/explainer.ts';
import { measurePlans } from '../../jobs/measure-plans.ts';
import type { EvaluationProgress, PlanEstimate } from '../../jobs/protocol.ts';
import { presentState } from '../../workspace/study-data.ts';
import { openStudy, openStudyForWriting } from '../../workspace/study.ts';
import { evaluateRuns } from '../evaluate-runs.ts';
import { resumeRuns } from '../resume-run.ts';
import { startRun } from '../train-run.ts';
import type { Tuning } from '../tuning/machine-file.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import { withAdvice } from '../tuning/remembered.ts';
import { tune } from '../tuning/tune.ts';
import type { TuneOptions } from '../tuning/tune.ts';
import type { WorkResult } from '../work.ts';

/** A run that waits for its turn. */
export interface PlannedRun {
  readonly arm: Arm;
  readonly seed: number;
  /** Work it is expected to take; 1 is a whole run that shares nothing. */
  readonly weight: number;
  readonly how:
    | {
        readonly kind: 'train';
        /** Null for a network that is not trained. */
        readonly preset: Preset | null;
        readonly settings: RunSettings;
        readonly engine: EngineChoice;
        /** That it computes with; null or absent: as was found to be fastest. */
        readonly threads?: number | null | undefined;
        readonly corrections: readonly Correction[];
        /** The state of the data that it was planned for: corrections made while it waits are not for it. */
        readonly data?: DataState;
      }
    | { readonly kind: 'resume'; readonly run: string };
}

/** Who follows a run that is worked on. */
export interface RunFollower {
  readonly onEvent: (event: JobEvent) => void;
  readonly onEngine: (engine: { readonly id: string; readonly description: string }) => void;
  /** Every process that is started for it. */
  readonly onJob: (job: { pause(): void; resume(): void }) => void;
  /** Aborting lets it store a checkpoint and stop; aborting `kill` ends it at once. */
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/** Explains pictures on demand; see jobs/explainer.ts. */
export interface PictureExplainer {
  explain(run: string, round: number | null, rows: readonly number[]): Promise<void>;
  interpret(run: string, round: number, row: number): Promise<Interpretation>;
  close(): void;
}

/** What is to be measured on runs that are finished. */
export interface WantedMeasurement {
  readonly runs: readonly string[];
  readonly parts: readonly EvaluationPart[];
  /** Also what is measured already. */
  readonly again: boolean;
  readonly engine: EngineChoice;
}

/** What is measured now (null while pictures are read), share of all of it, and seconds left (null: it cannot be told). */
export type MeasurementProgress = Pick<EvaluationProgress, 'run' | 'part' | 'overall' | 'secondsLeft'>;

export interface MeasurementFollower {
  readonly onProgress: (progress: MeasurementProgress) => void;
  /** A part of a run has been measured and stored. */
  readonly onPart: () => void;
  /** Another process goes on with it: why, in a sentence. */
  readonly onRestart: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface ComputeWork {
  /** Works on a run until it ends. */
  start(study: string, run: PlannedRun, follower: RunFollower): Promise<WorkResult>;
  measure(
    study: string,
    engine: EngineChoice,
    plans: readonly RunSettings[],
    signal: AbortSignal,
    threads: number | null,
  ): Promise<{
    readonly engine: { readonly id: string; readonly description: string };
    readonly estimates: readonly PlanEstimate[];
  }>;
  /** Measures which engine, threads and batches are fastest, and remembers it. */
  tune(options: Omit<TuneOptions, 'job'>): Promise<Tuning>;
  /** Measures finished runs. Aborting ends it; what was measured until then stays, and it goes on from there. */
  evaluate(study: string, wanted: WantedMeasurement, follower: MeasurementFollower): Promise<void>;
  engines(): Promise<readonly EngineView[]>;
  explainer(study: string, engine: EngineChoice): PictureExplainer;
  /** @throws SteadygazeError `study-locked` while another process works on the study, `study-unwritable` */
  refuseLocked(study: string): Promise<void>;
  /** Names the state of the study's data. */
  fingerprint(study: string): Promise<string>;
}

/** Milliseconds that a measurement may take to finish its batch when it is cancelled. */
const UNRESPONSIVE = 5_000;

/** @param host where compute processes come from; default: Node's */
export function computeWork(host?: ComputeHost): ComputeWork {
  const hosted = host === undefined ? {} : { host };
  return {
    async start(study, { how }, follower) {
      const options = { study, ...follower, job: hosted };
      if (how.kind === 'resume') {
        const [result] = await resumeRuns({ ...options, run: how.run });
        // Nothing to do: somebody else has finished it.
        return result ?? { run: how.run, stopped: false };
      }
      const { preset, settings, engine, threads, corrections, data } = how;
      const planned = {
        ...{ preset, settings, engine, corrections },
        ...(threads === null || threads === undefined ? {} : { threads }),
        ...(data === undefined ? {} : { data }),
      };
      return startRun({ ...options, ...planned });
    },
    async measure(study, engine, plans, signal, threads) {
      const job = await withAdvice(hosted, plans[0] ?? null, { threads: threads ?? undefined });
      return measurePlans(study, engine, plans, { signal, job });
    },
    tune: async (options) => (await tune({ ...options, job: hosted })).tuning,
    async evaluate(study, wanted, { signal, ...follower }) {
      const kill = new AbortController();
      let late: NodeJS.Timeout | undefined;
      const askedToStop = () => {
        late = setTimeout(() => kill.abort(), UNRESPONSIVE);
      };
      signal.addEventListener('abort', askedToStop);
      try {
        await evaluateRuns({ study, ...wanted, ...follower, signal, kill: kill.signal, job: hosted });
      } finally {
        signal.removeEventListener('abort', askedToStop);
        clearTimeout(late);
      }
    },
    engines: async () => (await probeEngines(ENGINE_IDS, await withAdvice(hosted))).map(engineView),
    explainer: (study, engine) =>
      new Explainer({
        ...{ study, engine, ...hosted },
        advice: async () => (await MachineMemory.open()).adviceFor(null),
      }),
    async refuseLocked(study) {
      (await openStudyForWriting(study)).lock.release();
    },
    async fingerprint(study) {
      const { folder, record } = await openStudy(study);
      const { dataImport = record.data.fingerprint, dataEdits = 0 } = await presentState(folder);
      return dataEdits === 0 ? dataImport : `${dataImport}+${String(dataEdits)}`;
    },
  };
}

/** The engine of this name, null where this version has none. */
export function engineNamed(name: string): EngineId | null {
  return ENGINE_IDS.find((id) => id === name) ?? null;
}

function engineView(status: Awaited<ReturnType<typeof probeEngines>>[number]): EngineView {
  const { id, usable } = status;
  if (status.usable) return { id, usable, description: status.description, hint: '' };
  return { id, usable, description: status.reason, hint: status.hint };
}

/**
 * Everything a window must know to show where things stand. One value, so that a window that was reloaded, or a second
 * one, catches up by asking once; afterwards it hears events (app-events.ts) that replace parts of it.
 */
import type { SplitCounts } from './data-view.ts';
import type { ErrorValue } from './errors.ts';
import type { EvaluationPart } from './evaluation.ts';
import type { Preferences } from './preferences.ts';
import type { Figure, Phase, RunState } from './run.ts';
import type { Arm } from './settings.ts';

export interface AppInfo {
  readonly name: string;
  readonly version: string;
  /** `desktop`: native dialogs, dropped paths, PDF. `browser`: the server's folders are browsed in the window. */
  readonly mode: 'desktop' | 'browser';
  /** Node's name of the operating system. */
  readonly platform: string;
  /** Where new studies go unless somebody says otherwise. Absolute. */
  readonly studiesFolder: string;
  /** Whether this installation has the sample study. */
  readonly hasSample: boolean;
}

export interface RecentStudy {
  readonly folder: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly opened: string;
  readonly pictures: number;
  readonly classes: number;
  readonly runs: number;
  /** The folder is not there (any more, or just now). */
  readonly missing: boolean;
}

/** `interrupted`: the record says it is being worked on, but no process does so. */
export type RunStatus = RunState | 'waiting' | 'interrupted';

export interface RunBrief {
  readonly id: string;
  /** Short and different for every run of the study: "Explanation consistency", "Plain training (seed 1)". */
  readonly name: string;
  readonly arm: Arm;
  readonly seed: number;
  readonly preset: string | null;
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly engine: string;
  readonly engineDescription: string;
  /** Numbers of the assessments that are complete. */
  readonly assessments: readonly number[];
  readonly roundsPlanned: number;
  /** Mean E of the last assessment. */
  readonly eMean: number | null;
  readonly top1: Figure | null;
  /** Its pictures may be of several classes. */
  readonly several?: true;
  /** Then, mean average precision over the classes. */
  readonly map?: Figure;
  readonly bgGap: Figure | null;
  readonly maxboxacc: Figure | null;
  /** What has been measured on it. */
  readonly measured: readonly EvaluationPart[];
  readonly seconds: number;
  readonly corrections: { readonly relabelled: number; readonly leftOut: number } | null;
  readonly error: ErrorValue | null;
  /** Can be gone on with. */
  readonly resumable: boolean;
}

export interface StudyState {
  readonly id: string;
  readonly folder: string;
  readonly name: string;
  readonly created: string;
  readonly data: {
    readonly root: string;
    readonly sentence: string;
    readonly pictures: number;
    readonly classes: readonly string[];
    readonly counts: SplitCounts;
    readonly problems: number;
    /** The folder of the pictures is not there: what was computed can be seen, nothing new can be trained. */
    readonly missing: boolean;
  };
  /** In the order they began. */
  readonly runs: readonly RunBrief[];
  readonly marks: { readonly total: number; readonly corrections: number };
  /** Plain sentences: what was wrong and could be put right, runs that cannot be read. */
  readonly warnings: readonly string[];
}

/** What is being worked on this moment. */
export interface LiveProgress {
  readonly run: string;
  readonly phase: Phase;
  readonly round: number;
  /** Epoch within the round, from 0. */
  readonly epoch: number;
  /** Pictures of this phase. */
  readonly done: number;
  readonly total: number;
  /** Share of this run, and of the whole launch, in [0,1]. */
  readonly overall: number;
  readonly overallLaunch: number;
  /** Seconds left of the whole launch; null until it can be told. */
  readonly secondsLeft: number | null;
  readonly imagesPerSecond: number;
  readonly loss: number | null;
  /** Bytes of the compute process. */
  readonly memory: number;
}

export interface LaunchedRun {
  /** Null until it has begun. */
  readonly run: string | null;
  readonly arm: Arm;
  readonly seed: number;
  readonly status: RunStatus;
}

/** Runs that were started together and are worked on one after the other. */
export interface LaunchState {
  readonly id: string;
  readonly preset: string | null;
  readonly runs: readonly LaunchedRun[];
  /** Index of the run being worked on. */
  readonly current: number;
  readonly status: 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'finished' | 'stopped' | 'failed';
  readonly engine: { readonly id: string; readonly description: string } | null;
  readonly progress: LiveProgress | null;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Seconds estimated before the start, if they were. */
  readonly estimate: number | null;
  readonly error: ErrorValue | null;
}

/** A long action that is no run: reading a folder, writing a report. */
export interface TaskState {
  /** Chosen by the window that asked. */
  readonly id: string;
  /** "Reading the pictures". */
  readonly title: string;
  readonly done: number;
  /** Null: it cannot be told. */
  readonly total: number | null;
  readonly secondsLeft: number | null;
  readonly cancellable: boolean;
}

export interface AppState {
  /** Number of the last event that this state includes. */
  readonly seq: number;
  readonly app: AppInfo;
  readonly preferences: Preferences;
  readonly recent: readonly RecentStudy[];
  readonly study: StudyState | null;
  readonly launch: LaunchState | null;
  readonly tasks: readonly TaskState[];
}

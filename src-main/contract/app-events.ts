/** What the service tells its windows without being asked. Numbered, so that a window notices when it missed one. */
import type { AppState, LiveProgress } from './app-state.ts';
import type { JobEvent } from './run.ts';

/** The parts of {@link AppState} that are replaced as a whole. */
export const STATE_PARTS = ['preferences', 'recent', 'study', 'launch', 'tasks'] as const;
export type StatePart = (typeof STATE_PARTS)[number];

/** What the application menu asks of the window. */
export const WINDOW_COMMANDS = [
  'new-study',
  'open-study',
  'open-sample',
  'close-study',
  'go-data',
  'go-train',
  'go-inspect',
  'go-compare',
  'go-report',
  'find',
  'undo',
  'redo',
  'export-report',
  'show-shortcuts',
] as const;
export type WindowCommand = (typeof WINDOW_COMMANDS)[number];

export type AppEventBody =
  | {
      readonly [K in StatePart]: { readonly type: 'changed'; readonly part: K; readonly value: AppState[K] };
    }[StatePart]
  /** Replaces `launch.progress`; up to four a second. */
  | { readonly type: 'progress'; readonly progress: LiveProgress }
  /** Epochs, rounds, warnings, and how a run ended: what curves are drawn from. Progress comes as `progress`. */
  | { readonly type: 'job'; readonly event: Exclude<JobEvent, { type: 'progress' }> }
  /** Marks of pictures changed (by this or another window): ask for them again. */
  | { readonly type: 'marks' }
  /** The data were corrected or read again (by this or another window): ask for them again. */
  | { readonly type: 'data' }
  | {
      readonly type: 'notice';
      readonly kind: 'info' | 'warning' | 'error' | 'done';
      readonly text: string;
      readonly hint: string;
    }
  | { readonly type: 'command'; readonly command: WindowCommand }
  /** Somebody dropped this path on the app's icon, or opened it with the app: the window asks what it is. */
  | { readonly type: 'offered'; readonly path: string };

export type AppEvent = AppEventBody & { readonly seq: number };

/** What a training run means for the desktop around the window: staying awake, the taskbar, a word when it is done. */
import { Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import type { AppEvent } from '../contract/app-events.ts';
import type { AppState, LaunchState } from '../contract/app-state.ts';
import type { DesktopService } from './desktop-service.ts';

const BUSY: ReadonlySet<LaunchState['status']> = new Set(['starting', 'running', 'pausing', 'stopping']);

/** Whether the machine must not fall asleep: not while somebody paused the run. */
export function keepsAwake(launch: LaunchState | null): boolean {
  return launch !== null && BUSY.has(launch.status);
}

/** As `BrowserWindow.setProgressBar` takes it: -1 is none. */
export function taskbarProgress(launch: LaunchState | null): { share: number; mode: 'normal' | 'paused' } {
  const done = launch === null || ['finished', 'stopped', 'failed'].includes(launch.status);
  const share = done ? -1 : (launch.progress?.overallLaunch ?? 0);
  return { share, mode: launch?.status === 'paused' ? 'paused' : 'normal' };
}

export interface Words {
  readonly title: string;
  readonly body: string;
}

/** What is worth a notification. @returns null for everything else */
export function wordsFor(event: AppEvent, { study }: Pick<AppState, 'study'>): Words | null {
  if (event.type !== 'job') return null;
  const { event: job } = event;
  const name = study?.runs.find(({ id }) => id === job.run)?.name ?? 'Training';
  switch (job.type) {
    case 'round':
      return {
        title: `Round ${job.summary.round} is done`,
        body: `${name}: mean E is ${job.summary.eMean.toFixed(2)} (1 is a gaze that stays steady).`,
      };
    case 'finished':
      return { title: 'Training is done', body: `${name} has finished.` };
    case 'failed':
      return { title: 'Training ended early', body: `${name}: ${job.error.message}` };
    default:
      return null;
  }
}

export interface ActivityOptions {
  readonly window: () => BrowserWindow | null;
  readonly focused: () => boolean;
  /** A click on a notification. */
  readonly show: () => void;
}

/** Follows the service for as long as the app runs. */
export class Activity {
  readonly #service: DesktopService;
  readonly #options: ActivityOptions;
  #blocker: number | null = null;
  #notification: Notification | null = null;

  constructor(service: DesktopService, options: ActivityOptions) {
    this.#service = service;
    this.#options = options;
    service.onEvent((event) => this.#hear(event));
  }

  /** For a window that has just been opened. */
  refresh(): void {
    const { launch } = this.#service.state;
    this.#stayAwake(keepsAwake(launch));
    const { share, mode } = taskbarProgress(launch);
    this.#options.window()?.setProgressBar(share, { mode });
  }

  /** Says something outside the window, in the place of what was said before. */
  say({ title, body }: Words): void {
    if (!Notification.isSupported()) return;
    this.#notification?.close();
    this.#notification = new Notification({ title, body });
    this.#notification.on('click', this.#options.show);
    this.#notification.show();
  }

  #hear(event: AppEvent): void {
    if (event.type === 'progress' || (event.type === 'changed' && event.part === 'launch')) this.refresh();
    const { state } = this.#service;
    if (!state.preferences.notify || this.#options.focused()) return;
    const words = wordsFor(event, state);
    if (words !== null) this.say(words);
  }

  #stayAwake(awake: boolean): void {
    if (awake === (this.#blocker !== null)) return;
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = awake ? powerSaveBlocker.start('prevent-app-suspension') : null;
  }
}

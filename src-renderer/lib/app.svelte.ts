/** Where things stand, for every view: the service's state, kept up to date, and what it says in passing. */
import type { AppEvent, WindowCommand } from '../../src-main/contract/app-events.ts';
import type {
  AppInfo,
  AppState,
  LaunchState,
  RecentStudy,
  StudyState,
  TaskState,
} from '../../src-main/contract/app-state.ts';
import { toErrorValue, type ErrorValue } from '../../src-main/contract/errors.ts';
import type { Preferences } from '../../src-main/contract/preferences.ts';
import { client } from './client.ts';
import { parseAddress } from './places.ts';
import { StateFollower } from './state-follower.ts';
import { toast } from './toasts.svelte.ts';

/** An event of a run's course; progress comes in {@link App.launch}. */
export type RunEvent = Extract<AppEvent, { type: 'job' }>['event'];

/** What is shown until the service has answered. */
const NO_INFO: AppInfo = {
  name: 'Steadygaze',
  version: '',
  mode: 'browser',
  platform: '',
  studiesFolder: '',
  hasSample: false,
};
const FIRST_PREFERENCES: Preferences = {
  theme: 'system',
  colormap: 'inferno',
  heatmapOpacity: 0.6,
  heatmapInGrid: false,
  heatmapThreshold: null,
  tileSize: 160,
  lastView: 'data',
  notify: true,
  weightsMirror: null,
};

/** Listeners of one kind. */
class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of this.#all) listener(value);
  }
}

class App {
  // One field a part: a part that an event does not touch wakes nobody up.
  info = $state.raw<AppInfo>(NO_INFO);
  preferences = $state.raw<Preferences>(FIRST_PREFERENCES);
  recent = $state.raw<readonly RecentStudy[]>([]);
  study = $state.raw<StudyState | null>(null);
  launch = $state.raw<LaunchState | null>(null);
  tasks = $state.raw<readonly TaskState[]>([]);
  /** The state has come at least once. */
  ready = $state(false);
  /** False while the service cannot be reached (browser mode). */
  connected = $state(true);
  /** Steadygaze was started again and does not know this window: it has to be opened anew. */
  replaced = $state(false);
  /** Why the state could not be had; null where it could. */
  failure = $state.raw<ErrorValue | null>(null);

  readonly #jobs = new Listeners<RunEvent>();
  readonly #marks = new Listeners<null>();
  readonly #data = new Listeners<null>();
  readonly #commands = new Listeners<WindowCommand>();
  readonly #offers = new Listeners<string>();
  readonly #reloads = new Listeners<null>();
  readonly #follower = new StateFollower(
    () => client.call('app.state', {}),
    (state) => this.#show(state),
  );
  #started = false;

  /** Begins to follow the service. Called once, by main.ts. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    client.onEvent((event) => this.#hear(event));
    client.onConnection((connection) => {
      const back = connection === 'open' && !this.connected;
      this.connected = connection === 'open';
      this.replaced = connection === 'replaced';
      if (back) void this.reload();
    });
    void this.reload();
  }

  /** Asks for everything again. */
  async reload(): Promise<void> {
    try {
      await this.#follower.restart();
      this.failure = null;
      this.#reloads.tell(null);
    } catch (error) {
      this.failure = toErrorValue(error);
    }
  }

  /** Epochs, rounds, warnings and ends of runs. @returns a function that ends it, fit for an effect */
  onJob(listener: (event: RunEvent) => void): () => void {
    return this.#jobs.add(listener);
  }

  /** Marks of pictures changed, here or in another window. */
  onMarks(listener: () => void): () => void {
    return this.#marks.add(listener);
  }

  /** The data of the study were corrected or read again, here or in another window. */
  onData(listener: () => void): () => void {
    return this.#data.add(listener);
  }

  /** The desktop's menu asks for something. */
  onCommand(listener: (command: WindowCommand) => void): () => void {
    return this.#commands.add(listener);
  }

  /** Somebody opened a path with the app. */
  onOffered(listener: (path: string) => void): () => void {
    return this.#offers.add(listener);
  }

  /** Events may have been missed: ask again for what was built from them. */
  onReload(listener: () => void): () => void {
    return this.#reloads.add(listener);
  }

  /** Says a command as the menu would. */
  command(command: WindowCommand): void {
    this.#commands.tell(command);
  }

  /** Shown at once, stored by the service; put back where that fails. */
  async setPreferences(changes: Partial<Preferences>): Promise<void> {
    const before = this.preferences;
    this.preferences = { ...before, ...changes };
    try {
      this.preferences = await client.call('app.setPreferences', changes);
    } catch (error) {
      this.preferences = before;
      const { message, hint } = toErrorValue(error);
      toast({ kind: 'warning', text: message, hint });
    }
  }

  #show(state: AppState): void {
    this.info = state.app;
    this.preferences = state.preferences;
    this.recent = state.recent;
    this.study = state.study;
    this.launch = state.launch;
    this.tasks = state.tasks;
    this.ready = true;
  }

  #hear(event: AppEvent): void {
    // What is said in passing is told at once; only the state has to be kept in order.
    this.#follower.hear(event);
    switch (event.type) {
      case 'job':
        this.#jobs.tell(event.event);
        break;
      case 'marks':
        this.#marks.tell(null);
        break;
      case 'command':
        this.#commands.tell(event.command);
        break;
      case 'offered':
        this.#offers.tell(event.path);
        break;
      case 'notice':
        // Train itself says how a run ended, with what can be done about it.
        if (parseAddress(location.hash)?.view === 'train') break;
        toast({ kind: event.kind, text: event.text, hint: event.hint === '' ? undefined : event.hint });
        break;
      case 'data':
        this.#data.tell(null);
        break;
      case 'changed':
      case 'progress':
        break;
    }
  }
}

/** The one state of the window. */
export const app = new App();

/** Keeps a copy of the service's state: asks once, then applies numbered events, and asks again where one is missing. */
import type { AppEvent } from '../../src-main/contract/app-events.ts';
import type { AppState } from '../../src-main/contract/app-state.ts';

/** The state after an event. Parts that the event does not touch stay the same objects. */
export function applied(state: AppState, event: AppEvent): AppState {
  const { seq } = event;
  if (event.type === 'changed') return { ...state, seq, [event.part]: event.value };
  if (event.type === 'progress' && state.launch) {
    return { ...state, seq, launch: { ...state.launch, progress: event.progress } };
  }
  return { ...state, seq };
}

/** Follows the state; see the head of this file. */
export class StateFollower {
  readonly #ask: () => Promise<AppState>;
  readonly #show: (state: AppState) => void;
  #state: AppState | null = null;
  /** Heard while the state was being asked for. */
  #waiting: AppEvent[] = [];
  #loading: Promise<void> | null = null;

  /**
   * @param ask fetches the whole state; it includes every event that was told before the question arrived
   * @param show gets every new state
   */
  constructor(ask: () => Promise<AppState>, show: (state: AppState) => void) {
    this.#ask = ask;
    this.#show = show;
  }

  /** Takes an event in. */
  hear(event: AppEvent): void {
    if (this.#loading || !this.#state) {
      this.#waiting.push(event);
    } else if (event.seq === this.#state.seq + 1) {
      this.#take(applied(this.#state, event));
    } else if (event.seq > this.#state.seq + 1) {
      this.#waiting.push(event);
      // A failure shows where the connection is shown; the next event asks again.
      this.load().catch(() => undefined);
    }
  }

  /** Another service answers now, with numbers of its own: what was heard of the last one counts no more. */
  restart(): Promise<void> {
    this.#waiting = [];
    this.#state = null;
    return this.load();
  }

  /** Asks for the whole state. Rejects where that fails; what is shown stays. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(): Promise<void> {
    let state = await this.#ask();
    for (;;) {
      const later = this.#waiting.filter((event) => event.seq > state.seq).sort((a, b) => a.seq - b.seq);
      this.#waiting = [];
      for (const event of later) {
        if (event.seq === state.seq + 1) state = applied(state, event);
        else this.#waiting.push(event);
      }
      if (this.#waiting.length === 0) break;
      state = await this.#ask();
    }
    this.#take(state);
  }

  #take(state: AppState): void {
    this.#state = state;
    this.#show(state);
  }
}

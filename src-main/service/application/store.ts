/** Where things stand, and telling everybody who listens: the one place where {@link AppState} changes. */
import type { AppEvent, AppEventBody, StatePart } from '../../contract/app-events.ts';
import type { AppState, LiveProgress } from '../../contract/app-state.ts';

/** Milliseconds between two messages of progress: smooth to the eye, and next to nothing to send. */
const PROGRESS_INTERVAL = 250;

export type EventListener = (event: AppEvent) => void;

export class AppStore {
  readonly #listeners = new Set<EventListener>();
  readonly #onBrokenListener: (error: unknown) => void;
  #state: AppState;
  /** Progress that waits for its turn. */
  #waiting: NodeJS.Timeout | undefined;
  #lastProgress = -Infinity;

  /** @param onBrokenListener hears what a listener throws: the others hear the event all the same */
  constructor(state: AppState, onBrokenListener: (error: unknown) => void = () => undefined) {
    this.#state = state;
    this.#onBrokenListener = onBrokenListener;
  }

  /** As it is now. Never changed afterwards: parts are replaced. */
  get state(): AppState {
    return this.#state;
  }

  /** @returns ends the listening */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  change<Part extends StatePart>(part: Part, value: AppState[Part]): void {
    this.#state = { ...this.#state, [part]: value };
    if (part === 'launch') this.#forgetWaiting(); // It says how far it is itself.
    // The pair is right by the signature, which the compiler cannot follow through the union.
    this.tell({ type: 'changed', part, value } as AppEventBody);
  }

  /** Keeps the progress of what is worked on, and tells it at most four times a second; the last is always told. */
  progress(progress: LiveProgress): void {
    const { launch } = this.#state;
    if (launch === null) return;
    this.#state = { ...this.#state, launch: { ...launch, progress } };
    if (this.#waiting !== undefined) return;
    const wait = this.#lastProgress + PROGRESS_INTERVAL - performance.now();
    if (wait <= 0) return this.#tellProgress();
    this.#waiting = setTimeout(() => this.#tellProgress(), wait).unref();
  }

  /** Numbers an event and tells everybody. */
  tell(body: AppEventBody): void {
    this.#state = { ...this.#state, seq: this.#state.seq + 1 };
    const event: AppEvent = { ...body, seq: this.#state.seq };
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onBrokenListener(error);
      }
    }
  }

  #tellProgress(): void {
    this.#forgetWaiting();
    const progress = this.#state.launch?.progress ?? null;
    if (progress === null) return;
    this.#lastProgress = performance.now();
    this.tell({ type: 'progress', progress });
  }

  #forgetWaiting(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }
}

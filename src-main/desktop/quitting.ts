/** How the app ends: never in the middle of a run without asking, and never without storing it. */
import { app, BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import type { DesktopService } from './desktop-service.ts';
import { STORING_URL } from './protocol.ts';
import { STORING_SIZE } from './storing-page.ts';

/** The service gives a run 20 seconds; what has not ended by then is ended. */
const LONGEST_MS = 25_000;
/** Ending mostly takes no time: then there is nothing to say. */
const SILENT_MS = 400;

const QUESTION: MessageBoxOptions = {
  type: 'question',
  message: 'A training is being worked on.',
  detail:
    'It can go on while the window is closed: start Steadygaze again to see it. Or it can stop now; you can go on from here later.',
  buttons: ['Keep training in the background', 'Stop and store', 'Cancel'],
  defaultId: 0,
  cancelId: 2,
  noLink: true,
};

export interface QuittingOptions {
  readonly window: () => BrowserWindow | null;
  /** What else has to be written before the end. */
  readonly settled: () => Promise<unknown>;
  /** Ends what did not end by itself. */
  readonly killAll: () => void;
}

export class Quitting {
  readonly #service: DesktopService;
  readonly #options: QuittingOptions;
  #state: 'no' | 'asking' | 'storing' | 'done' = 'no';
  #unasked = false;

  constructor(service: DesktopService, options: QuittingOptions) {
    this.#service = service;
    this.#options = options;
    app.on('before-quit', (event) => {
      if (this.#state === 'done') return;
      event.preventDefault();
      if (this.#state === 'no') void this.#begin();
    });
  }

  /** Whether the app is on its way out. */
  get underWay(): boolean {
    return this.#state === 'storing' || this.#state === 'done';
  }

  /** The system ends, or somebody who cannot answer wants the end. */
  withoutAsking(): void {
    this.#unasked = true;
    app.quit();
  }

  async #begin(): Promise<void> {
    this.#state = 'asking';
    const choice = this.#service.working && !this.#unasked ? await this.#ask() : 'stop';
    if (choice !== 'stop' && !this.#unasked) {
      this.#state = 'no';
      if (choice === 'background') this.#options.window()?.close();
      return;
    }
    this.#state = 'storing';
    await this.#store();
  }

  async #ask(): Promise<'background' | 'stop' | 'cancel'> {
    const window = this.#options.window();
    const { response } = await (window === null
      ? dialog.showMessageBox(QUESTION)
      : dialog.showMessageBox(window, QUESTION));
    return response === 0 ? 'background' : response === 1 ? 'stop' : 'cancel';
  }

  async #store(): Promise<void> {
    const said = setTimeout(() => this.#showStoring(), SILENT_MS);
    let late: NodeJS.Timeout | undefined;
    const ended = await Promise.race([
      Promise.all([this.#service.close(), this.#options.settled()]).then(() => true),
      new Promise<false>((resolve) => (late = setTimeout(() => resolve(false), LONGEST_MS))),
    ]);
    clearTimeout(said);
    clearTimeout(late);
    this.#options.killAll();
    this.#state = 'done';
    if (ended) app.quit();
    else app.exit(1);
  }

  #showStoring(): void {
    const main = this.#options.window();
    const small = new BrowserWindow({
      ...STORING_SIZE,
      frame: false,
      resizable: false,
      show: false,
      title: 'Steadygaze',
      webPreferences: { sandbox: true, contextIsolation: true, javascript: false },
    });
    small.once('ready-to-show', () => {
      small.show();
      main?.hide();
    });
    void small.loadURL(STORING_URL).catch(() => undefined);
  }
}
